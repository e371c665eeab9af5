// Why somebody was given up on, as data: the first rule whose text fits decides, then the enhanced code.
import type { ReturnReason } from '../domain/returned.ts';

const texts: readonly (readonly [ReturnReason, RegExp])[] = [
  [
    'mailbox-full',
    /(mail ?box|account|inbox|maildir|recipient|user|storage|disk).{0,60}(is |was |are )?(full|over ?(its )?(the )?(disk )?quota|exceed|too large|out of (disk )?space|voll|lleno|pleine?|penuh)|quota (exceed|full|violation)|exceed.{0,40}(quota|storage|mailbox size)|over (disk )?quota|insufficient (disk|storage|system storage)|space not enough|no (more )?(disk )?space/i,
  ],
  [
    'mailbox-disabled',
    /(account|mail ?box|user|recipient|address).{0,60}(disabled|inactiv|suspend|deactivat|discontinued|blocked|locked|closed|expired|frozen|not active|no longer (active|available|in use|valid))|been disabled|inactive (user|account|mailbox)/i,
  ],
  [
    'unknown-mailbox',
    /(user|recipient|mail ?box|account|address|alias|customer|subscriber|destinat[a-z]+|name)\b.{0,60}(unknown|not (found|exist|valid|listed|recogni[sz]ed|known|local)|n['o]t exist|doesn.t exist|does not exist|non.?exist|no longer exist|invalid|unavailable|is not a|isn.t a|rejected|desconocid|inconnu|unbekannt|sconosciut)|(unknown|invalid|no such|bad|nonexistent|non-existent|unrouteable|unroutable|not a valid|not a known|no) (local |virtual )?(user|recipient|mail ?box|address|account|person|addressee|alias|subscriber)|doesn.t have an? .{1,60}account|couldn.t find any host by that name .{0,1}(user)|not our customer|not listed in|is unknown|user-?unknown|existe pas|not known at|delivery to this address is restricted/i,
  ],
  [
    'unknown-domain',
    /(host|domain|system|mail server|mail exchanger).{0,40}(unknown|not (found|exist)|does not exist|lookup fail|no(t| longer) valid|unrout|cannot be found|could not be found)|(unknown|no such|bad|unroutable|unrouteable) (host|domain|mail domain|destination)|name service error|nxdomain|no (mx|mail exchanger)|null mx|couldn.t find any host|dns error|address couldn.t be found because the domain/i,
  ],
  [
    'too-large',
    /(message|mail|e-?mail|size).{0,40}(too (big|large|long)|exceeds? .{0,40}(size|maximum|limit))|size limit|larger than/i,
  ],
  [
    'expired',
    /expired|timed? ?out|timeout|giving up|given up|too long in|been (in the )?queued? too long|retry (time|timeout|limit)|maximum delivery attempts|could not be delivered (within|for)|not be reached|unreachable|connection (refused|failed)|host down|no route|too many (hops|retries)/i,
  ],
  [
    'content-refused',
    /\bspam\b|\bvirus|malware|content (rejected|refused|filter|denied)|blocked (for|by) content|unsolicited|message (was )?(rejected|refused|content)|banned (file|attachment)|phish|high probability of/i,
  ],
  [
    'sender-refused',
    /\bspf\b|\bdkim\b|\bdmarc\b|sender (address )?(rejected|denied|refused|verif)|black ?list|block ?list|\brbl\b|\bdnsbl\b|reputation|\bptr\b|reverse (dns|hostname)|your (ip|host|server|address)\b.{0,40}(blocked|listed|rejected)|not (authorized|allowed) to send/i,
  ],
  [
    'relay-fault',
    /relay(ing)? (access )?(denied|prohibited|not permitted|not allowed)|\bloop\b|loops back|local configuration error|i\/o error|system (error|problem|full)|internal (server )?error|disk full|cannot (create|open|write)|command (died|failed)|mailer/i,
  ],
  [
    'recipient-policy',
    /polic(y|ies)|restrict|not accept|denied|refus|prohibit|not permitted|blocked|rejected|only accepts/i,
  ],
  ['bad-address', /syntax|malformed|bad address|invalid characters/i],
];

const codes: readonly (readonly [ReturnReason, RegExp])[] = [
  ['bad-address', /^[45]\.1\.3$/],
  ['unknown-domain', /^[45]\.1\.2$|^[45]\.4\.[36]$|^5\.1\.10$/],
  ['unknown-mailbox', /^[45]\.1\.[016]$|^5\.1\.\d+$/],
  ['mailbox-disabled', /^[45]\.2\.1$/],
  ['mailbox-full', /^[45]\.2\.2$/],
  ['too-large', /^[45]\.(2\.3|3\.4)$/],
  ['expired', /^[45]\.4\.\d+$/],
  ['content-refused', /^[45]\.6\.\d+$/],
  ['recipient-policy', /^[45]\.7\.\d+$/],
  ['relay-fault', /^[45]\.[35]\.\d+$/],
];

/** The reason that a diagnostic text or, failing that, an enhanced status gives; null when neither says. */
export function reasonOf(diagnostic: string, status: string | null): ReturnReason | null {
  const words = diagnostic.slice(0, 2_000).replaceAll(/\s+/g, ' ');
  const byText = texts.find(([, pattern]) => pattern.test(words))?.[0];
  if (byText !== undefined) return byText;
  return status === null ? null : (codes.find(([, pattern]) => pattern.test(status))?.[0] ?? null);
}
