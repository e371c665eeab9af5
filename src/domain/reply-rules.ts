// What relays say and what it means, as data: the first rule that fits decides. Order: what the text
// says, then enhanced codes, then stage and reply code, because the text outranks the code. A relay
// that refuses *us* (login, quota, SPF, a block list) uses the same 5yz as for a dead address, so
// the rules about us come before those about the recipient.
// Every rule has an example of a real reply in tests/unit/domain/classify.test.ts; relay-words.test.ts beside it asks
// of many providers' words whose trouble they are about.
import type { Reply, Stage } from './delivery-result.ts';
import { partWords } from './quoted-words.ts';
import {
  charged,
  hold,
  letterGone,
  permanent,
  recipientKnown,
  refused,
  throttled,
  uncharged,
  type ReplyRule,
} from './reply-rule.ts';
import { accountRules, recipientDecisions } from './rules-about-account.ts';

export const replyRules: readonly ReplyRule[] = [
  // --- too fast for one recipient or one receiver; before the quota and reputation rules that share words with them
  {
    name: 'recipient-rate',
    when: {
      stage: recipientKnown,
      text: /\bat a rate\b|receiving (mail|messages) (at|too)|(recipient|user|mailbox).{0,40}(receiving|message) (rate|limit)|same message-?id/i,
    },
    ruling: charged,
  },
  { name: 'recipient-rate-code', when: { stage: recipientKnown, enhanced: /^[45]\.2\.12[12]$/ }, ruling: charged },

  // --- the relay's account
  {
    name: 'quota-text',
    when: {
      text: /\b(daily|hourly|monthly|peak)\b.{0,40}\b(limit|quota)|\b(sending|submission|outbound|outgoing)\b(?! rate).{0,20}(?<!rate )\b(limit|quota)\b|quota .{0,10}for (sending|outgoing)|credits? (exceeded|exhausted)|exceeded .{0,40}\bper (hour|day|month)\b|(limit|quota) exceeded for (this|the) (hour|day|month)/i,
    },
    ruling: hold('quota-spent'),
  },
  {
    name: 'quota-code',
    when: { enhanced: /^[45]\.(4\.5|1\.90|7\.7[0-4]\d)$/, code: permanent },
    ruling: hold('quota-spent'),
  },
  {
    name: 'tls-needed-text',
    when: {
      text: /starttls|(tls|encryption|encrypted connection) (is |be )?(required|needed|mandatory)|(requires?|needs?) (tls|encryption|an encrypted)/i,
      code: permanent,
    },
    ruling: hold('relay-tls'),
  },
  { name: 'tls-needed-code', when: { enhanced: /^[45]\.7\.(10|11)$/, code: permanent }, ruling: hold('relay-tls') },

  // --- rate and reputation, passing: these name SPF, DKIM and IPs too, so they come before the next two groups
  {
    name: 'provider-rate',
    when: {
      text: /\[TS(S04|0[12])\]|unusual rate|\bRP-00\d|rate limited due to|low reputation|temporarily deferred due to (user complaints|unexpected volume)/i,
    },
    ruling: throttled('domain'),
  },
  { name: 'provider-rate-code', when: { enhanced: /^4\.7\.(28|650|5\d\d|6[0-9]\d)$/ }, ruling: throttled('domain') },
  {
    name: 'session-limit',
    when: {
      text: /(too many|maximum|max(imum)? number of) (messages|mails|emails|transactions|recipients)?.{0,20}(this|per|one|the) (connection|session)|session (limit|lifetime)|idle (time|connection|for)|timeout exceeded/i,
    },
    ruling: uncharged,
  },
  {
    name: 'throttle-text',
    when: {
      text: /throttl|rate.?limit|too (many|much) (messages|mails?|e-?mails|connections|concurrent|sessions|recipients|requests|commands)|(sending|message|connection|mail) rate|slow(er)? down|concurrent connections|connections? limit|server (is )?(too )?busy|too fast|\bthread limit/i,
    },
    ruling: throttled('relay'),
  },

  // --- the sender's name
  {
    name: 'sender-unauthenticated-text',
    when: {
      text: /\b(SPF|DKIM|DMARC)\b|unauthenticated (e-?mail|mail|message|sender)|\bPTR\b|reverse (DNS|hostname)|cannot find your (reverse )?hostname/i,
    },
    ruling: hold('sender-unauthenticated'),
  },
  {
    name: 'sender-unauthenticated-code',
    when: { enhanced: /^[45]\.7\.(2[0-7]|29|30|32|40|509|515)$/ },
    ruling: hold('sender-unauthenticated'),
  },
  {
    name: 'sender-unauthenticated-policy',
    when: { enhanced: /^5\.7\.9$/, text: /policy reasons/i },
    ruling: hold('sender-unauthenticated'),
  },
  // A group that takes nothing from outside also asks for authentication, and the campaign is not to be held for it.
  {
    name: 'recipient-restricted-text',
    when: {
      stage: recipientKnown,
      text: /RESOLVER\.RST|delivery restriction|not (authenticated|authorized|allowed|permitted) .{0,30}\b(this|the) (group|distribution list|mailing list)|only accepts? (mail|messages|e-?mails?) from (internal|authenticated|(people|senders) in)/i,
      code: permanent,
    },
    ruling: refused('recipient-policy'),
  },
  {
    name: 'recipient-policy-code',
    when: { stage: recipientKnown, enhanced: /^5\.7\.(507|513|12\d|13\d)$/ },
    ruling: refused('recipient-policy'),
  },
  {
    name: 'login-needed-text',
    when: {
      text: /auth(entication|orization)? (is )?(required|needed)|not (authenticated|logged in)|(must|have to|need to) (be )?(authenticated?|log ?in)|please (authenticate|log ?in)|(username|user name|credentials) .{0,30}not accepted/i,
      code: permanent,
    },
    ruling: hold('relay-auth'),
  },
  { name: 'login-needed-code', when: { code: /^53[0458]$/ }, ruling: hold('relay-auth') },
  { name: 'login-needed-enhanced', when: { enhanced: /^5\.7\.[89]$/ }, ruling: hold('relay-auth') },
  // Before sender-blocked, which also knows block lists.
  {
    name: 'recipient-blocklist',
    when: {
      stage: recipientKnown,
      text: /(customer|recipient|user)('s|s)?( own)? (block|black|deny) ?list|block(ed)? by (the )?(recipient|user|customer)|gcdp|polic(y|ies).{0,30}prohibit/i,
      code: permanent,
    },
    ruling: refused('recipient-policy'),
  },
  ...recipientDecisions,
  {
    name: 'sender-blocked-text',
    when: {
      text: /\[(TSS(09|11)|TS03|BL2\d)\]|\bS31[45]0\b|\b(SC|OU)-00\d|(blocked|listed|rejected|refused|found).{0,60}(spamhaus|barracuda|sorbs|spamcop|cloudmark|proofpoint)|(black|block|deny) ?list|\bDNSBL\b|\bRBL\b|blocked using|poor reputation|banned (sender|sending|ip)|\b(ip|ip address|client|host|server|network|mta)\b.{0,40}\b(is|was|been|are) (temporarily )?(blocked|banned|listed)\b/i,
    },
    ruling: hold('sender-blocked'),
  },
  {
    name: 'sender-blocked-code',
    when: { enhanced: /^5\.7\.(511|750|6(0[6-9]|[1-4]\d))$/ },
    ruling: hold('sender-blocked'),
  },
  {
    name: 'account-suspended',
    when: {
      text: /\byour (account|domain|service|access)\b.{0,40}\b(suspended|disabled|blocked|locked|deactivated)|\bsending (is |was |has been )?(suspended|paused|disabled)|client (is |was )?blocked from sending|unusual sending activity|trial accounts? (can|may) only/i,
      code: permanent,
    },
    ruling: hold('sender-blocked'),
  },
  {
    name: 'sender-lookup',
    when: {
      text: /sender.{0,60}(not found|resolve|lookup|verif)|(resolve|lookup|verify).{0,30}sender/i,
      code: /^4/,
      stage: recipientKnown,
    },
    ruling: uncharged,
  },
  { name: 'sender-lookup-code', when: { enhanced: /^4\.1\.8$/, stage: recipientKnown }, ruling: uncharged },
  {
    name: 'sender-refused-text',
    when: {
      text: /sender.{0,80}(reject|refus|denied|not (allowed|permitted|accepted|verified|exist)|not owned|unknown|invalid|verify failed|verification failed)|(send|sending) as\b|as this sender|(e-?mail|from) address is not verified|from address .{0,40}(does not|not) match|sender (identity|signature)\b|domain .{0,60}not (verified|allowed to send)/i,
      code: permanent,
    },
    ruling: hold('sender-refused'),
  },
  // Whatever the code: some say so with a 421, which would be tried again for two days.
  {
    name: 'sender-domain-refused',
    when: { text: /\bdomain\b.{0,80}\bis not allowed to send\b(?! (mail |messages )?to\b)/i },
    ruling: hold('sender-refused'),
  },
  ...accountRules,
  { name: 'sender-refused-code', when: { enhanced: /^5\.(1\.[78]|7\.60)$/ }, ruling: hold('sender-refused') },
  {
    name: 'relay-denied-text',
    when: {
      text: /\brelay(ing|s|ed)?\b( of)?( e-?mails?| mails?| messages?)?( to <>)?( access| operation| attempt)?( is| are| was)?( currently)? (denied|disallowed|prohibited|forbidden|refused|rejected|blocked|disabled|unauthori[sz]ed|not (permitted|allowed|authori[sz]ed|supported|enabled|possible|accepted))|(unable|not permitted|not allowed|not authori[sz]ed|cannot|can.t|won.t|will not|do(es)?( not|n.t)|refus\w+|may not|not configured|no permission) (to )?(be )?relay|\bnot relaying\b|\bno (open )?relay(ing)?\b|does(n.t| not) (allow|permit|accept|support) (open )?relay|not a (relay|gateway)\b|authentication.{0,20}to relay|credentials for relay|rcpthosts|client host rejected|(helo|ehlo) (command )?rejected|not authorized to perform/i,
    },
    ruling: hold('relay-denied'),
  },
  { name: 'relay-denied-code', when: { enhanced: /^5\.7\.(57|64)$/ }, ruling: hold('relay-denied') },

  // --- the mailbox; permanent only on 5yz: Postfix says "450 4.1.1 … user unknown" while it only looks
  {
    name: 'mailbox-dead-full',
    when: {
      stage: recipientKnown,
      text: /(quota|storage|full).{0,80}\binactive\b|\binactive\b.{0,80}(quota|storage|full)/i,
      code: permanent,
    },
    ruling: refused('mailbox-disabled'),
  },
  {
    name: 'mailbox-full-text',
    when: {
      stage: recipientKnown,
      text: /(mailbox|inbox|user|account|recipient|folder).{0,50}\b(is |would be |be )?(full|over ?quota|exceeded|exceeds|out of (storage|space|quota))|(exceed|over).{0,30}(mailbox|storage|disk|user)? ?quota|quota exceeded|out of storage|not enough (storage|space)|mailbox size limit/i,
    },
    ruling: charged,
  },
  { name: 'mailbox-full-code', when: { stage: recipientKnown, enhanced: /^[45]\.2\.2$/ }, ruling: charged },
  { name: 'greylist', when: { stage: recipientKnown, text: /gr[ae]y-? ?list/i, code: /^4/ }, ruling: charged },

  // --- the letter: the same for everybody
  {
    name: 'letter-malformed-text',
    when: {
      text: /RFC ?-?(2?822|5322)|(no|missing|multiple|duplicate|invalid|malformed).{0,30}(From|Date|Message-?ID|Subject|To)\b.{0,12}header|(missing|without) (a )?(valid )?(Message-?ID|From)\b|(headers?|MIME).{0,20}(malformed|syntax|not valid|invalid)|bare (LF|CR)\b|line too long/i,
      code: permanent,
    },
    ruling: hold('letter-malformed'),
  },
  {
    name: 'letter-too-big',
    when: {
      text: /(message|mail|size|data).{0,40}(too (big|large)|exceeds?.{0,30}(size|limit|maximum))/i,
      code: permanent,
    },
    ruling: hold('letter-malformed'),
  },
  {
    name: 'letter-malformed-code',
    when: { enhanced: /^5\.(6\.0|3\.4|2\.3|7\.512)$/ },
    ruling: hold('letter-malformed'),
  },
  { name: 'parameter-refused', when: { code: /^555$/ }, ruling: hold('letter-malformed') },
  {
    name: 'content-refused-text',
    when: {
      text: /\b(spam\w*|junk|unsolicited|virus|malware|phish\w*|HVU:|suspicious|(message|mail|its|prohibited|objectionable|bad) content|security (issue|reasons))\b/i,
      code: permanent,
      stage: letterGone,
    },
    ruling: hold('content-refused'),
  },
  {
    name: 'content-refused-links',
    when: { text: /nature of the content|content or (the )?links/i },
    ruling: hold('content-refused'),
  },

  // --- the recipient, for good
  {
    name: 'smtputf8-missing',
    when: { text: /SMTPUTF8|internationali[sz]ed (mail|e-?mail|address)/i, code: permanent },
    ruling: refused('relay-without-smtputf8'),
  },
  { name: 'smtputf8-missing-code', when: { enhanced: /^5\.6\.7$/ }, ruling: refused('relay-without-smtputf8') },
  {
    name: 'mailbox-disabled-text',
    when: {
      stage: recipientKnown,
      text: /(mailbox|account|user|recipient|address).{0,60}\b(disabled|inactive|suspended|deactivated|locked|closed|no longer (active|available|in use|valid))\b|(disabled|inactive|suspended) (mailbox|account|user|recipient)|\b554\.30\b/i,
      code: permanent,
    },
    ruling: refused('mailbox-disabled'),
  },
  {
    name: 'null-mx',
    when: {
      stage: recipientKnown,
      text: /null ?mx|does not accept (any )?(e-?)?mail|accepts no (e-?)?mail/i,
      code: permanent,
    },
    ruling: refused('unknown-domain'),
  },
  {
    name: 'unknown-domain-text',
    when: {
      stage: recipientKnown,
      text: /\b(domain|host)( name)?\b.{0,40}(not found|does(n.?t| not) exist|unknown|no longer exists)|unknown (domain|host)|unrouteable|unroutable|NXDOMAIN|no (valid )?MX|(domain|host) has no/i,
      code: permanent,
    },
    ruling: refused('unknown-domain'),
  },
  // Microsoft's words for "no such mailbox" at a domain that it hosts.
  {
    name: 'unknown-mailbox-outlook',
    when: { stage: recipientKnown, enhanced: /^5\.4\.1$/, text: /access denied/i },
    ruling: refused('unknown-mailbox'),
  },
  {
    name: 'unknown-mailbox-text',
    when: {
      stage: recipientKnown,
      text: /(no such|unknown|non-?existent|not a (valid|known)) (user|mailbox|recipient|local|address|account|person|e-?mail)|invalid (user|mailbox|recipient|account)\b|(user|mailbox|recipient|account|address|alias).{0,80}(unknown|not (be )?found|no(t| longer) exists?|doesn.?t exist|does not exist|not (known|listed|recogni[sz]ed))|(doesn.?t|does not) have an?.{0,80}account|no mailbox|recipientnotfound/i,
      code: permanent,
    },
    ruling: refused('unknown-mailbox'),
  },
  {
    name: 'bad-address-text',
    when: {
      stage: recipientKnown,
      text: /(address|recipient|mailbox|local.?part).{0,60}(syntax|malformed|invalid|not valid|illegal)|(bad|invalid|malformed|illegal).{0,30}(address|recipient|mailbox)/i,
      code: permanent,
    },
    ruling: refused('bad-address'),
  },
  {
    name: 'mailbox-disabled-code',
    when: { stage: recipientKnown, enhanced: /^5\.(2\.1|7\.13|7\.50[45])$/ },
    ruling: refused('mailbox-disabled'),
  },
  {
    name: 'mailbox-disabled-reply',
    when: { stage: recipientKnown, code: /^525$/ },
    ruling: refused('mailbox-disabled'),
  },
  { name: 'domain-no-mail', when: { code: /^(521|556)$/, stage: ['rcpt'] }, ruling: refused('unknown-domain') },
  {
    name: 'unknown-mailbox-code',
    when: { stage: recipientKnown, enhanced: /^5\.1\.(1|6|10)$/, code: permanent },
    ruling: refused('unknown-mailbox'),
  },
  {
    name: 'unknown-domain-code',
    when: { stage: recipientKnown, enhanced: /^5\.(1\.2|4\.4)$/, code: permanent },
    ruling: refused('unknown-domain'),
  },
  {
    name: 'bad-address-code',
    when: { stage: recipientKnown, enhanced: /^5\.1\.3$/, code: permanent },
    ruling: refused('bad-address'),
  },
  { name: 'bad-address-reply', when: { code: /^501$/, stage: ['rcpt'] }, ruling: refused('bad-address') },

  // --- stage and reply code alone
  // 503 says that the session is confused, not that anybody was refused.
  { name: 'bad-sequence', when: { code: /^503$/ }, ruling: uncharged },
  { name: 'closing', when: { code: /^421$/ }, ruling: throttled('relay') },
  { name: 'too-many-logins', when: { code: /^454$/ }, ruling: throttled('relay') },
  // By its share of the answers it asks for less (classify.ts).
  { name: 'mail-not-now', when: { code: /^4/, stage: ['mail'] }, ruling: uncharged },
  { name: 'mail-refused', when: { code: permanent, stage: ['mail'] }, ruling: hold('sender-refused') },
  { name: 'temporary', when: { code: /^4/ }, ruling: charged },
  { name: 'review', when: { code: permanent }, ruling: refused('review') },
];

/** The first rule that fits a reply given at a stage; null only for 2yz and 3yz, which refuse nothing. */
export function findRule(stage: Stage, reply: Reply): ReplyRule | null {
  if (reply.code < 400) return null;
  const said = partWords(reply);
  const own = withoutAddresses(said.own);
  const all = said.quoted === '' ? own : withoutAddresses(`${said.own} ${said.quoted}`);
  // A code that the relay repeats from the other server is that server's, as the words are.
  const codeIsOwn = !said.quoted.includes(reply.enhanced ?? String(reply.code));
  return replyRules.find((rule) => fits(rule, stage, reply, concernsUs(rule) ? own : all, codeIsOwn)) ?? null;
}

/** What others said to the relay can be about the recipient only. */
function concernsUs({ ruling }: ReplyRule): boolean {
  return ruling.kind === 'hold' || (ruling.kind === 'throttled' && ruling.scope === 'relay');
}

/**
 * Real replies have at most a few hundred characters; a hostile one must not make the patterns slow.
 * Quoted addresses go first: `<spam.block.list@example.com>` says nothing about us.
 */
function withoutAddresses(words: string): string {
  return words.slice(0, 2000).replaceAll(/<[^<>]*>|[^\s<>]+@[^\s<>]+/g, '<>');
}

function fits(rule: ReplyRule, stage: Stage, reply: Reply, words: string, codeIsOwn: boolean): boolean {
  const { when } = rule;
  if (when.stage !== undefined && !when.stage.includes(stage)) return false;
  if (when.code !== undefined && !when.code.test(String(reply.code))) return false;
  if (when.enhanced !== undefined && (reply.enhanced === null || !when.enhanced.test(reply.enhanced))) return false;
  if (when.text !== undefined) return when.text.test(words);
  // At MAIL nothing is about a recipient; a 421 ends the session whoever said it first.
  return codeIsOwn || !concernsUs(rule) || stage === 'mail' || reply.code === 421;
}
