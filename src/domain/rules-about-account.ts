// What relays say about *our* account, plan, login and sender. Providers word it in a hundred ways and give the codes of a
// dead address, at any stage, often only after the body. The rules know the kinds of words: whose account, and in what state
// it is. What is left unknown is found by counting (refusals.ts), or by our own name in it (own-names.ts).
import { hold, permanent, recipientKnown, refused, type ReplyRule } from './reply-rule.ts';

/** What stops being usable, and is ours when it is called `your`, or said to be for sending. */
const asset =
  '(?:account|plan|subscription|contract|domain|service|server|tenant|organi[sz]ation|licen[cs]e|trial|api key|token|user|login|access|credentials?|identity|stream|profile|company|ip(?: address)?|konto|compte|cuenta)';
const stopped =
  '(?:suspended|disabled|blocked|locked|deactivated|frozen|restricted|terminated|closed|cancel+ed|expired|paused|banned|inactive|unpaid|overdue|on hold|archived|pending|under (?:review|validation|investigation|verification)|(?:awaiting|requires|needs|waiting for) (?:an? )?(?:approval|review|activation|verification|validation|payment)|(?:not|never|isn.?t|hasn.?t|(?:must|has to|needs to) (?:first )?be)\\s(?:yet |yet been |been |currently |fully )*(?:activated|active|approved|confirmed|validated|verified|enabled|configured|registered|set ?up|licensed|entitled))';
const letters =
  '(?:\\s(?:any|more|an?|out|outbound|outgoing|external|bulk|transactional|e-?mails?|mails?|messages?|letters?|smtp))';
const may =
  '(?:not|n.t|no longer|never|cannot|can.?t|may not|forbidden|prohibited|unable)\\s(?:currently |yet |be )?(?:allowed|permitted|authori[sz]ed|entitled|able|approved|licensed|enabled|have (?:the )?permissions?)?';
const limit =
  '(?<!rate |connections? |session |concurrency )(?:limits?|quotas?|allowances?|thresholds?|credits?|volume)';
const spent = '(?:exceeded|reached|spent|exhausted|depleted|used up|consumed|hit|over|surpassed)';

function words(...alternatives: readonly string[]): RegExp {
  return new RegExp(alternatives.map((each) => `(?:${each})`).join('|'), 'i');
}

export const recipientDecisions: readonly ReplyRule[] = [
  // Before all others: what a recipient, or their organisation, has decided also names the sender.
  {
    name: 'recipient-decision',
    when: {
      stage: recipientKnown,
      code: permanent,
      text: words(
        "\\b(?:blocked|rejected|refused|denied|prohibited|forbidden|filtered|disallowed|not (?:allowed|permitted|accepted|authori[sz]ed|wanted))\\b(?:(?!owned).){0,20}\\b(?:by|due to|per|because of|under|in|on)\\s(?:(?:the|this|its|their|a)\\s)?(?:local |custom |personal |own )?(?:recipient|addressee|receiver|mailbox owner|mailbox|user|customer|company|destination)(?:'?s?)\\b(?! (?:account|is|has|name|agent))",
        "\\b(?:recipient|addressee|receiver|mailbox owner|user|mailbox|group|distribution list)(?:'?s)?\\b.{0,30}\\b(?:allowed|safe|approved|permitted|trusted|accepted|known|white|allow)[ -]?(?:senders?|list)",
        '\\b(?:recipient|addressee|user|customer|owner)\\b.{0,20}\\b(?:has (?:blocked|unsubscribed|opted|complained|refused)|(?:does not|doesn.t) (?:want|wish|allow)|previously (?:bounced|complained|unsubscribed))',
        '\\bpreviously (?:bounced|complained|unsubscribed)|\\b(?:suppress(?:ed|ion)) (?:list|recipient|address)|\\bmarked as inactive\\b',
        'sender is not (?:in|on|among) .{0,30}\\b(?:list|contacts|address book)',
      ),
    },
    ruling: refused('recipient-policy'),
  },
];

export const accountRules: readonly ReplyRule[] = [
  {
    name: 'outbound-spam',
    when: {
      text: words(
        '\\b(?:outbound|outgoing|out-going)\\b.{0,60}\\b(?:spam\\w*|virus\\w*|malware|phish\\w*|junk|content)',
        '\\b(?:spam\\w*|virus\\w*|malware|phish\\w*|junk)\\b.{0,60}\\b(?:outbound|outgoing|out-going)\\b',
        '\\b(?:sending|send) (?:of )?spam\\b',
        'suspicion of spam',
      ),
      code: permanent,
    },
    ruling: hold('content-refused'),
  },
  {
    name: 'plan-spent',
    when: {
      text: words(
        `\\b${spent}\\s(?:your|the account.?s|the tenant.?s|the plan.?s|its plan.?s)\\s(?:[\\w-]+\\s){0,4}?${limit}`,
        `\\byour\\s(?:[\\w-]+\\s){0,4}?${limit}\\s(?:(?:is|was|has been|have been|are)\\s)?${spent}`,
        `\\b(?:plan|trial|subscription|messaging|sandbox|tenant|contract|licen[cs]e|account)(?:'s)? (?:[\\w-]+ )?${limit}\\b.{0,30}\\b${spent}|\\b${spent}\\b.{0,30}\\b(?:plan|trial|subscription|messaging|sandbox|tenant|contract|licen[cs]e)(?:'s)? (?:[\\w-]+ )?${limit}`,
        `\\btenant\\b.{0,20}\\b${spent}`,
        '\\b(?:no|not enough|insufficient|out of|ran out of|run out of|lacks?|zero|maximum|without)\\s(?:[\\w-]+\\s){0,2}?(?:credits?|balance|funds|prepaid)\\b|\\bcredits? (?:exceeded|exhausted|used up|spent)|\\bpayment (?:is )?(?:required|overdue|failed)|\\b(?:upgrade|top up|renew) your (?:account|plan|subscription|credits?|balance)',
      ),
    },
    ruling: hold('quota-spent'),
  },
  {
    name: 'account-stopped',
    when: {
      text: words(
        `\\byour\\s(?:[\\w-]+\\s){0,3}?${asset}\\b(?! (?:or|and) ip).{0,50}\\b${stopped}`,
        `\\b(?:sender'?s?|sending|smtp|outbound|outgoing|relay|customer|submission|api)\\s(?:[\\w-]+\\s)?(?:account|user|plan|access|service|tenant)\\b.{0,50}\\b${stopped}`,
        `(?<!\\b(?:mailbox|recipient|e-?mail|user|reach|addressee)\\b.{0,40})\\b(?:account|subscription|tenant)\\b.{0,40}\\b(?:frozen|pending|under (?:review|validation|investigation)|(?:awaiting|requires|needs|waiting for) (?:an? )?(?:approval|review|activation|verification|validation)|not\\s(?:yet |been )*(?:activated|approved|validated|confirmed|verified))`,
        '\\b(?:outgoing|outbound|sending)(?: of)?(?: e-?mails?| mails?| messages?)?\\b.{0,60}\\b(?:is |was |has been |are |have been )?(?:suspended|paused|disabled|blocked|suspension|locked|deactivated)\\b|\\bsuspended from sending|\\bspam abuse detected|\\bbad outbound sender|\\b(?:client|user|sender|account) (?:is |was |has been )?(?:blocked|banned|suspended|disabled|restricted) (?:from|for) sending(?! to\\b)|unusual sending activity|\\btrial accounts? (?:can|may) only',
        '\\b(?:sandbox|test|free|trial)\\b.{0,30}\\b(?:account|domain|subdomain|mode)s?\\b.{0,30}\\b(?:for test|only)|\\b(?:can|may) only send\\b.{0,40}\\b(?:to|from)\\b|all recipient addresses must share',
      ),
    },
    ruling: hold('sender-blocked'),
  },
  {
    name: 'sender-mismatch',
    when: {
      text: words(
        '\\b(?:mail ?from|from|sender|return.?path|envelope)\\b(?: \\w+)?(?: address| header| field| domain)?.{0,30}\\b(?:must|should|does not|doesn.t|has to|needs to|did not|not)\\b.{0,20}\\b(?:equal|match\\w*|same|identical|correspond|belong)',
        '\\b(?:must|has to|needs to|does not|doesn.t|not)\\b.{0,20}\\b(?:equal|match|same as|identical|belong to)\\b.{0,30}\\b(?:authori[sz]\\w*|authenticat\\w*|login|logged|smtp|account)\\b',
        'send-?as-?denied|send as denied|not one of your (?:addresses|domains|senders)|not (?:a )?local sender|not local user|domain lockdown|is not a sender\\b|sender (?:identity|signature)|\\bspoof',
        '\\b(?:unconfigured|unverified|unregistered|unauthori[sz]ed|unapproved|unvalidated|unconfirmed)\\s(?:[\\w-]+\\s)?(?:sending|sender|from|domain|identity|address)',
        `\\b(?:sending|sender|from|mail ?from|return.?path|envelope|identity|identities|signature|e-?mail)\\b(?:'s)?(?:[ -](?:address|domain|e-?mail|identity|header|name))*.{0,40}\\b(?:not|isn.t|never|failed|must be|needs to be|has to be|hasn.t)\\s(?:yet |been |properly |a |the )*(?:verified|validated|confirmed|configured|registered|authenticated|authori[sz]ed|approved|permitted|whitelisted|owned|recogni[sz]ed|associated|check)`,
        '\\bdomain\\b.{0,60}\\b(?:not|isn.t|must be|needs to be|has to be)\\s(?:yet |been )*(?:verified|validated)|identit(?:y|ies) failed the check',
      ),
      code: permanent,
    },
    ruling: hold('sender-refused'),
  },
  {
    name: 'sending-not-permitted',
    when: {
      text: words(
        `\\b${may}\\s?(?:to|for|from)\\s(?:send(?:ing)?|submit(?:ting)?|use this (?:server|service|relay|sender|address|domain))\\b${letters}*(?!${letters}*\\s(?:to|at)\\b)`,
        `\\b(?:no|without|lacks?|missing) (?:the )?(?:permissions?|rights?|privileges?) (?:to|for) (?:send|sending|relay)`,
      ),
      code: permanent,
    },
    ruling: hold('sender-refused'),
  },
];
