// What servers, mailboxes and people write, as data. The languages are those that large providers write in.

/** Sentences that say of a letter that it was given up on. */
export const failurePhrases: readonly RegExp[] = [
  /(could ?n[o']t|can ?n[o']t|cannot|was ?n[o']t|has not been|have not been|not|unable to|failed to|wasn't able to|un?able) (be )?(successfully )?(deliver|send|reach|relay|route|process|forward)/i,
  /undeliver(ed|able|d)|non-?deliver|delivery (has |to .{0,200}|status notification.{0,20}|attempt)?(failed|failure|unsuccessful|error)|failed (permanently|recipients?|to deliver)|deliver\w* .{0,60}(failed|has failed|fail|impossible)/i,
  /(permanent|fatal|unrecoverable|delivery) (error|failure|problem)|had (permanent|fatal|delivery) |addresses? failed|following .{0,40}(failed|error)|did not reach the following|not reach the following|did not receive|errors? (has |have )?occurred while attempting/i,
  /(message|mail|e-?mail)( that)?( you)?( sent)? .{0,100}(was|has been|is|were|being) (automatically )?(rejected|returned|bounced|refused|blocked|undeliverable|not delivered|not accepted)/i,
  /returned to (you|sender)|returning (the )?message|return(ed)? mail|message (was )?returned|giving up|given up on|we were unable|unable to complete/i,
  /(user|recipient|mailbox|account|address)( name)?( is| was)?( has been)? (unknown|not (found|known|recogni[sz]ed|listed|valid)|invalid|disabled|full|over quota)|(unknown|invalid|no such) (user|recipient|mailbox|address|account)|user .{1,80} (unknown|does not exist|not listed)/i,
  /not a valid (user|address|recipient|mailbox)|mailbox (is )?(full|unavailable|not found|disabled)|(exceed|over).{0,40}quota|quota (exceeded|full)|doesn.t (exist|have an?)|does not exist|no mailbox here|not accepting (mail|messages)|address(es)? .{0,60}not (valid|found|exist)/i,
  /error delivering|invalid final delivery|did not (exactly )?match (a|an|any)\b|(you|address)\b.{0,80} (are|is) not (a )?member/i,
  /host (unknown|not found)|unrouteable|relay(ing)? denied|access denied|loop detected|^[ \t>]*(smtp; *)?55\d[ -]/im,
  // German, French, Spanish, Portuguese, Italian, Dutch, Indonesian
  /(konnte|kann|wurde|ist|sind|konnten).{0,80}nicht (zugestellt|zustellbar|übermittelt|gesendet|ausgeliefert|erreicht)|unzustellbar|nicht zustellbar|zustellung .{0,60}(fehlgeschlagen|nicht möglich|gescheitert)|unbekannter (empfänger|benutzer)|empfänger .{0,40}unbekannt|existiert nicht|postfach .{0,30}voll/i,
  /n['’]a (pas )?pu être|non (remis|délivré|distribué)|échec de (la )?(remise|distribution|livraison)|n['’]a pas été (remis|distribué|délivré)|destinataire .{0,30}inconnu|adresse .{0,40}(n['’]existe pas|inconnue)/i,
  /no (se )?(pudo|ha podido|se ha podido|fue posible|pudimos).{0,40}(entrega|enviar|ser)|no entregado|error en la entrega|no se entreg|destinatario .{0,30}(desconocido|no existe)|buzón .{0,30}(lleno|no disponible)/i,
  /não (pôde|pode|foi possível|foi).{0,40}(entreg|enviad)|falha na entrega|devolvida|destinatário .{0,30}(desconhecido|inexistente)|caixa postal .{0,30}(cheia|desativada)/i,
  /non (è stato|è|può).{0,60}(consegna|recapita|inviat|possibile)|mancata consegna|casella .{0,30}(piena|inesistente)|kan niet worden (bezorgd|afgeleverd)|niet (bezorgd|afgeleverd|bestelbaar)|onbestelbaar|(tidak dapat|gagal) (dikirim|terkirim|disampaikan|mengirim)|tidak terkirim/i,
  // Russian, Polish, Czech, Turkish, Japanese, Chinese, Korean
  /не (может быть|удалось|был[оа]?|смогл[аи]).{0,40}доставл|не доставлен|недоставлен|невозможно доставить|доставить (письмо|сообщение) не удалось|не существует|nie (można|udało się|został[ao]?).{0,40}dostarcz|niedostarczon|nelze doručit|nedoručiteln|nepodařilo (se )?doručit|teslim edilemedi|iletilemedi|ulaştırılamadı/i,
  /配信(できません|不能|に失敗|エラー|されません)|送信(できません|に失敗|エラー)|届(きません|けられません|けることができ)|あて先|送信されませんでした|送達(できません|されま)|返送|无法(投递|送达|发送)|退信|投递失败|發送失敗|無法(傳送|投遞|送達)|전송(할 수 없|되지 못|실패)|배달(할 수 없|되지|실패)|반송/,
];

/** Sentences by which a letter is still on its way. */
export const delayPhrases: readonly RegExp[] = [
  /warning (message )?only|just a warning|this is (only )?a warning|advisory-?only|you do not need to (resend|take any action|do anything)|no (further )?action is required|do not need to resend/i,
  /(has|have|was) (not yet been|been|been temporarily) (delivered|delayed|postponed|deferred)|not yet been delivered|delivery .{0,80}(delayed|postponed|deferred)|delayed delivery|delay(ed)? (in|of) (the )?delivery|message (was |is |has been )?(still )?(delayed|deferred)/i,
  /will (be retried|continue to (try|attempt|retry)|keep trying|be (re)?tried|retry|try again)|(delivery )?attempts will continue|continue trying|still (being )?(tried|trying|retrying|in the queue)|could not send (mail|message) for past/i,
  /verzögert|wird (weiter|erneut) versucht|weiterhin versucht|retardée?|sera retenté|nouvelle tentative|retrasad[oa]|demorad[oa]|se seguirá intentando|se reintentará|atrasad[oa]|ritardat|vertraagd|tertunda|akan dicoba lagi|задерж(ан|ка)|попытки .{0,30}продолж|opóźnion|遅延|再送(を)?(試|中)|延迟|稍后重试|지연/i,
];

/** Words by which a delay turned into giving up; they outrank `delayPhrases`. */
export const givenUpPhrases: readonly RegExp[] = [
  /(has|have|had|i've|we've|i have|we have) (been )?given up|giving up on|permanent(ly)? (error|failure|failed)|failed permanently|fatal errors? -----(?![\s\S]{0,600}will be retried)|(could not|couldn't|unable to|cannot) be delivered (for|in|within|after) \d+|(message|mail) (has been |was |is )?(expired|timed out)|retry time(out)? (exceeded|not reached for any host after a long failure period)|delivery time expired|has been (removed|deleted) from (the|our) queue|will not (be )?(retr|try)|no further attempts|(queue|delivery|retry).{0,30}(lifetime|too long|expired)|returned (undelivered|to sender)/i,
];

/** Senders that are programs: local parts and display names. */
export const daemonSender =
  /^(?:mailer-?_?daemon|mail-?daemon|postmaster|post_master|mailerdaemon|mail(?:er)?|mailadmin|mdaemon|daemon|bounces?|bounce-.*|root|mxmail|autoanswer|fetchmail-daemon|nobody|smtp|mailmaster|majordomo|inetgw\d*|mta|maildelivery|mail-?delivery|mail-?system|administrator|delivery|noreply-bounce|mmdf|uucp)$/i;
export const daemonName =
  /(mail|message)s? ?(delivery|deliver|transfer|transport) ?(sub)?-?(system|agent|service|daemon)|mailer.?daemon|postmaster|system administrator|mail administrator|mail system|delivery (sub)?system|mail router|internet mail|mail service|jetmail|postoffice|mail gateway|delivery (status|notification)|returned mail/i;

/** Subjects of reports. */
export const reportSubject =
  /undeliver|not delivered|non.?deliver|deliver(y|ies)? ?(status|failure|fail|problem|error|report|notification|has failed|incomplete|unsuccessful|subsystem|attempt)|fail(ure|ed)? (notice|delivery|mail|to deliver)|(mail|message|e-?mail) ?(delivery|status|failure|error|returned|could not|not delivered|bounced|undeliver|system error|rejected|failed)|returned (mail|message|e-?mail|to)|return(ing)? (to sender|message)|bounce|rejected mail|automatically rejected|unzustellbar|nicht zustellbar|zustellung|unknown (user|address|recipient)|user unknown|could not be (sent|delivered)|can(')?t be delivered|error sending|there was an error|no se (ha )?(pudo|podido)|no entregado|échec|non remis|remise|falha|devolvid|mancata|onbestelbaar|недостав|не доставлен|nie dostarcz|配信|エラーメール|エラー|宛先|退信|系统退信|반송|mail quota|mailbox (full|unavailable)|invalid (address|recipient)|problem delivering|nondeliverable|warning:? .*(delay|not (yet )?been|could not)|warning--|failed mail|not (a )?member\b/i;

/** Subjects and words of replies that a program writes in a reader's name. */
export const autoReplySubject =
  /^(?:\[?auto(?:matic|mat(?:ed|ische|ica|yczna))?\]?[ -]?(?:re(?:ply|sponse)|antwort|respons|responder|odpowied)|auto ?:|auto-?re|out ?of ?(?:the )?office|ooo\b|vacation|i am (?:away|out)|away\b|abwesen|réponse automatique|absence|absent|respuesta automática|fuera de (?:la )?oficina|risposta automatica|fuori sede|resposta automática|ausência|automatisch antwoord|afwezig|automatiskt svar|frånvaro|automatisk svar|autosvar|balasan otomatis|jawaban otomatis|автоответ|автоматический ответ|autoodpowied|automatická odpověď|otomatik yanıt|自動(?:応答|返信)|不在|自动(?:回复|答复)|자동 ?(?:회신|응답)|atvaļinājum|atvalin|thank you for (?:your e-?mail|contacting|your message)|we(?:'ve| have) received your|your (?:message|request|ticket) .{0,40}(?:received|awaits moderator)|ticket (?:received|created)|\[?ticket ?#|case #|request received|confirmation of receipt)/i;
export const autoReplyText =
  /(?:i(?:'m| am| will be)|we are) (?:currently )?(?:out of|away|on (?:vacation|leave|holiday|annual leave|maternity)|travell?ing|not in the office)|out of (?:the )?office|on vacation|this is an auto(?:mat(?:ed|ic))?[ -]?(?:re(?:sponse|ply)|generated)|automatic (?:reply|response)|bin (?:ich )?(?:bis|vom|derzeit|zur ?zeit).{0,60}(?:nicht|abwesend|urlaub)|nicht im (?:hause|büro)|im urlaub|je suis (?:absent|actuellement)|estoy (?:fuera|de vacaciones)|estaré fuera|no longer (?:works?|employed|with)|has left the (?:company|organi[sz]ation)|will (?:reply|respond|answer|get back) .{0,30}(?:when|upon|as soon)|being held until the list moderator|不在に|gracias por contactar/i;

/** A person or a gateway that wants the sender to prove something before the letter is shown. */
export const challengePhrases =
  /(click|follow|visit|use) .{0,40}(link|url|address)?.{0,60}(so (that )?i can receive|to (confirm|verify|authenticate|release|be added|have your address added|deliver|ensure delivery|complete))|(confirm|verify|authenticate|prove).{0,60}(you are (a )?(human|person|not)|your (message|e-?mail address|identity|address)|that you (sent|are))|reply to this (message|e-?mail) .{0,40}(release|confirm|deliver)|to release it, reply|(held|waiting|kept|placed) (in|on) .{0,30}(quarantine|waiting list|pending)|challenge.?response|just this once|allowed list|white ?list .{0,40}(request|you|your)|tmda|spam ?arrest|boxbe|bluebottle/i;
/** These make a challenge of what is otherwise a report or a reply. */
export const challengeHeaders = ['x-bluebottle-request', 'x-spamarrest', 'x-boxbe-challenge', 'x-mailblocks'];
