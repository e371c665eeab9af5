// The one table of environment variables: what a good value is, the default, and what people are told.
// Everything else about settings (checks, error texts, typo warnings, docs/CONFIG.md) is read from here.
import { z } from 'zod';
import { unconfirmedPolicies } from '../domain/campaign-state.ts';
import { parseDuration, parseRetrySchedule } from './duration.ts';
import { parseEhloName } from './ehlo-name.ts';
import { parseDomainLimits, parseRefusalLimit } from './limits.ts';
import { parseEnvelopeSender, parseMailbox } from './mailbox.ts';
import { bad, good, type Reading } from './reading.ts';
import { parseRelayUrl } from './relay-url.ts';
import { parseDnsName, parseSigningKey } from './signing.ts';
import {
  parseListenHost,
  parsePostgresUrl,
  parsePublicUrl,
  parseRedisUrl,
  parseTrustedProxies,
  parseWebhookUrl,
} from './service-url.ts';
import { reading, variable } from './variable.ts';

export const loginModes = ['plain', 'login', 'cram-md5'] as const;

export const tlsModes = ['required', 'opportunistic', 'off'] as const;
export type TlsMode = (typeof tlsModes)[number];

/** The levels of runtime/logger.ts; a test compares the two, as config may not import runtime. */
export const logLevelNames = ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const;

const decimal = z
  .string()
  .regex(/^\d{1,9}(?:\.\d{1,9})?$/)
  .transform(Number);
const integer = z
  .string()
  .regex(/^\d{1,9}$/)
  .transform(Number);
const yesOrNo = z.enum(['yes', 'no']).transform((answer) => answer === 'yes');

export const variables = {
  DATABASE_URL: variable({
    section: 'Ledger and queue',
    expected: 'postgres://user:password@host:port/database',
    fallback: null,
    fallbackNote: 'embedded Postgres in `CANDOR_DATA`',
    secrecy: 'url',
    about:
      'The ledger: Postgres 14 or newer itself, no pooler (docs/OPERATIONS.md), encoding UTF8. With `?sslmode=require` (or `verify-full`) over TLS, and the certificate is checked; `&sslrootcert=FILE` names another authority. The variables of the Postgres client (`PGHOST`, `PGSSLMODE` …) are not read. Without it, Candor runs a Postgres of its own below `CANDOR_DATA`.',
    schema: reading(parsePostgresUrl),
  }),
  REDIS_URL: variable({
    section: 'Ledger and queue',
    expected: 'redis[s]://user:password@host:port/number',
    fallback: null,
    fallbackNote: 'a queue on the ledger’s Postgres',
    secrecy: 'url',
    about:
      'The queue. Redis has to run with `maxmemory-policy noeviction` and with persistence, which is checked at the start.',
    schema: reading(parseRedisUrl),
  }),
  CANDOR_DATA: variable({
    section: 'Ledger and queue',
    expected: 'a folder',
    fallback: './data',
    secrecy: 'open',
    about:
      'Folder for the embedded Postgres, the key and what the ledger has answered; made and closed to others if missing. A relative path starts at the working directory.',
    anyCharacter: true,
    schema: reading(parseFolder),
  }),
  CANDOR_KEY: variable({
    section: 'Ledger and queue',
    expected: '32 bytes in base64 (44 characters), for example from `openssl rand -base64 32`',
    fallback: null,
    fallbackNote:
      'with the embedded Postgres: `CANDOR_DATA/key`, made once with mode 0600; with `DATABASE_URL`: required',
    secrecy: 'whole',
    about:
      'Seals personal data in the ledger. The same for every process; without it the ledger cannot be read. Keep a copy apart from the backups.',
    schema: reading(parseKey),
  }),
  CANDOR_SLICE_SIZE: variable({
    section: 'Ledger and queue',
    expected: 'a whole number from 1 to 100',
    fallback: '100',
    secrecy: 'open',
    about:
      'Notices per slice, the unit that the queue hands to a worker. Smaller costs speed and changes nothing else.',
    schema: integer.pipe(z.number().min(1).max(100)),
  }),
  SMTP_URL: variable({
    section: 'Relay',
    expected: 'smtp[s]://user:password@host:port',
    fallback: null,
    fallbackNote: 'the built-in inbox: every campaign is a rehearsal',
    secrecy: 'url',
    about:
      'The relay. `smtp` means STARTTLS (port 587), `smtps` TLS from the first byte (port 465). Percent-encode special characters in user and password (`#` is `%23`, `/` `%2F`, `?` `%3F`, `@` `%40`, `%` `%25`), here and in every other address.',
    schema: reading(parseRelayUrl),
  }),
  SMTP_TLS: variable({
    section: 'Relay',
    expected: `one of ${tlsModes.join(', ')}`,
    fallback: null,
    fallbackNote: '`required`; on loopback `opportunistic`',
    secrecy: 'open',
    about:
      '`required`: no letter and no password without TLS and a valid certificate. `opportunistic`: TLS if the relay offers it, whatever its certificate; a password still goes only to loopback or over a checked certificate. `off`: no TLS, and a password goes in the clear.',
    schema: z.enum(tlsModes),
  }),
  SMTP_CA: variable({
    section: 'Relay',
    expected: 'a readable file with PEM certificates',
    fallback: null,
    fallbackNote: 'the certificate authorities that Node.js trusts',
    secrecy: 'open',
    about: 'File with the certificate authorities that may vouch for the relay, in addition to the usual ones.',
    anyCharacter: true,
    schema: z.string().min(1),
  }),
  SMTP_NAME: variable({
    section: 'Relay',
    expected: 'a full host name such as mail.example.com, or an address in brackets such as [192.0.2.1]',
    fallback: null,
    fallbackNote: 'the host name of this machine if it is a full one, else the address of the connection in brackets',
    secrecy: 'open',
    about:
      'The name by which this machine greets the relay (EHLO). Set it where a relay asks for a name that can be looked up.',
    schema: reading(parseEhloName),
  }),
  SMTP_AUTH: variable({
    section: 'Relay',
    expected: `one of ${loginModes.join(', ')}`,
    fallback: null,
    fallbackNote: 'what the relay offers, in this order',
    secrecy: 'open',
    about:
      'How to log in, and no other way. Without it, the next mechanism is tried when the relay answers 502, 504 or 534 to one; a password that was refused is not tried again.',
    schema: z
      .string()
      .transform((text) => text.toLowerCase())
      .pipe(z.enum(loginModes)),
  }),
  SMTP_CONNECTIONS: variable({
    section: 'Relay',
    expected: 'a whole number from 1 to 1000',
    fallback: null,
    fallbackNote: 'as many as the rate needs, at most 100; 10 where there is no limit',
    secrecy: 'open',
    about:
      'The most connections that one process opens to the relay. It opens what the rate needs, fewer where the relay takes fewer, and closes what is idle for half a minute.',
    schema: integer.pipe(z.number().min(1).max(1000)),
  }),
  SMTP_REPLY_TIMEOUT: variable({
    section: 'Relay',
    expected: 'a duration such as 5m or 90s',
    fallback: '5m',
    secrecy: 'open',
    about:
      'How long to wait for each reply of the relay. After the end of the data, no reply in this time means `unconfirmed`.',
    schema: reading(parseDuration),
  }),
  MAIL_FROM: variable({
    section: 'Sender',
    expected: 'an address, or Name <address>',
    fallback: null,
    fallbackNote: 'with `SMTP_URL`: required; in a rehearsal `Rehearsal <notices@example.org>`',
    secrecy: 'open',
    about:
      'From of every letter. Over a relay that is not on loopback, its domain has to be among the kit’s official domains.',
    schema: reading(parseMailbox),
  }),
  MAIL_ENVELOPE_FROM: variable({
    section: 'Sender',
    expected: 'an address whose local part may hold {notice}',
    fallback: null,
    fallbackNote: 'the address of `MAIL_FROM`',
    secrecy: 'open',
    about:
      'Envelope sender: where non-delivery reports go. `{notice}` becomes the opaque id of the notice, for example `bounces+{notice}@example.org`.',
    schema: reading(parseEnvelopeSender),
  }),
  MAIL_REPLY_TO: variable({
    section: 'Sender',
    expected: 'an address, or Name <address>',
    fallback: null,
    fallbackNote: 'no Reply-To',
    secrecy: 'open',
    about: 'Reply-To of every letter.',
    schema: reading(parseMailbox),
  }),
  MAIL_AUTO_SUBMITTED: variable({
    section: 'Sender',
    expected: 'yes or no',
    fallback: 'yes',
    secrecy: 'open',
    about:
      'Whether letters carry `Auto-Submitted: auto-generated`, which keeps automatic replies away. Some relays then send no non-delivery reports: `no` for those.',
    schema: yesOrNo,
  }),
  DKIM_KEY: variable({
    section: 'Sender',
    expected:
      'a private key, RSA of 1024 to 4096 bits or Ed25519, as PEM or as the base64 inside it, without a passphrase',
    fallback: null,
    fallbackNote: 'letters are not signed here: the relay’s business',
    secrecy: 'whole',
    about:
      'Signs every letter (DKIM), for relays that do not. RSA of 2048 bits is what every receiver checks; `openssl genrsa -traditional 2048` makes one. The same for every process.',
    anyCharacter: true,
    schema: reading(parseSigningKey),
  }),
  DKIM_SELECTOR: variable({
    section: 'Sender',
    expected: 'a DNS name such as candor2025',
    fallback: null,
    fallbackNote: 'with `DKIM_KEY`: required',
    secrecy: 'open',
    about:
      'Which of the domain’s keys signs: the public half stands in the DNS under `SELECTOR._domainkey.DOMAIN`. `candor doctor` says what to publish there.',
    schema: reading(parseDnsName),
  }),
  DKIM_DOMAIN: variable({
    section: 'Sender',
    expected: 'a DNS name such as example.org',
    fallback: null,
    fallbackNote: 'the domain of `MAIL_FROM`',
    secrecy: 'open',
    about:
      'The domain that signs. For DMARC it has to be that of `MAIL_FROM`, or one above or below it in the same organisation.',
    schema: reading(parseDnsName),
  }),
  RATE_PER_SECOND: variable({
    section: 'Pace and retries',
    expected: 'a number above 0 (at most 100000), such as 20 or 0.5',
    fallback: null,
    fallbackNote: 'no limit on loopback; for any other relay a rate has to be stated, here or with `--rate`',
    secrecy: 'open',
    about:
      'The most `MAIL FROM` in any one second, over all processes and campaigns of the relay. `candor rate` changes it while running.',
    schema: decimal.pipe(z.number().positive().max(100_000)),
  }),
  RATE_PER_DOMAIN: variable({
    section: 'Pace and retries',
    expected: 'limits per second such as gmail.com=20,outlook.com=5, or none',
    fallback: null,
    fallbackNote: 'as the last launch over the relay left them; at first none',
    secrecy: 'open',
    about:
      'The most `MAIL FROM` in any one second to recipients at these domains, on top of `RATE_PER_SECOND`. A launch sets them for the relay, in place of the earlier ones. No other domain waits for these. `candor rate CAMPAIGN N --domain NAME` changes one while running, with `none` for N it lifts it.',
    schema: reading(parseDomainLimits),
  }),
  RETRY_SCHEDULE: variable({
    section: 'Pace and retries',
    expected: 'durations such as 1m,5m,1h,4h… (a trailing … or ... repeats the last)',
    fallback: '1m,5m,15m,30m,1h,2h,4h…',
    secrecy: 'open',
    about:
      'The waits after each temporary refusal of a notice. Without the trailing `…` the notice is given up after the last.',
    schema: reading(parseRetrySchedule),
  }),
  RETRY_FOR: variable({
    section: 'Pace and retries',
    expected: 'a duration such as 48h',
    fallback: '48h',
    secrecy: 'open',
    about:
      'How long a notice is tried before it is given up (`failed`). The clock stands still while the campaign is paused or held.',
    schema: reading(parseDuration),
  }),
  RECOVERY_SECONDS: variable({
    section: 'Pace and retries',
    expected: 'a number of seconds from 0.5 to 3600',
    fallback: '60',
    secrecy: 'open',
    about:
      'After how many seconds without a heartbeat a worker counts as gone and its work is taken over. The same for every process.',
    schema: decimal.pipe(z.number().min(0.5).max(3600)),
  }),
  CANDOR_UNCONFIRMED: variable({
    section: 'Pace and retries',
    expected: `one of ${unconfirmedPolicies.join(', ')}`,
    fallback: 'resend',
    secrecy: 'open',
    about:
      'What happens to an `unconfirmed` notice of campaigns launched from now on: `resend` tries once more (a copy is possible), `keep` leaves it to a person.',
    schema: z.enum(unconfirmedPolicies),
  }),
  CANDOR_HOLD_REFUSED: variable({
    section: 'Pace and retries',
    expected: 'a share of answers such as 80% of 100, or off',
    fallback: '80% of 100',
    secrecy: 'open',
    about:
      'A campaign is held (`too-many-refused`) when so many of its latest answers refuse recipients for one reason. `off` also lets a campaign go on whose first letters all get the same unknown refusal. The second number (10 to 10000) is how many answers are looked back on.',
    schema: reading(parseRefusalLimit),
  }),
  HOST: variable({
    section: 'Console',
    expected: 'a host name or an IP address',
    fallback: '127.0.0.1',
    secrecy: 'open',
    about: 'Where the console listens; the default is ::1 on a machine without 127.0.0.1.',
    schema: reading(parseListenHost),
  }),
  PORT: variable({
    section: 'Console',
    expected: 'a port from 0 to 65535 (0: a free one)',
    fallback: '3000',
    secrecy: 'open',
    about: 'Port of the console. `0` takes a free one and prints it.',
    schema: integer.pipe(z.number().max(65_535)),
  }),
  INBOX_PORT: variable({
    section: 'Console',
    expected: 'a port from 0 to 65535 (0: a free one)',
    fallback: '0',
    secrecy: 'open',
    about:
      'SMTP port of the built-in inbox, on loopback only (127.0.0.1, or ::1 on a machine without it). Ports below 1024 are for root.',
    schema: integer.pipe(z.number().max(65_535)),
  }),
  PUBLIC_URL: variable({
    section: 'Console',
    expected: 'http[s]://host[:port] without a path',
    fallback: null,
    fallbackNote: 'the address it listens on',
    secrecy: 'open',
    about:
      'The address under which people reach the console, when a proxy stands in front of it. Other Host headers are turned away.',
    schema: reading(parsePublicUrl),
  }),
  TRUST_PROXY: variable({
    section: 'Console',
    expected: 'yes, no, or addresses and ranges such as 10.0.0.0/8,::1',
    fallback: 'no',
    secrecy: 'open',
    about:
      'The proxies whose `X-Forwarded-*` headers are believed; without it all who come through one have its address, and share the limit of wrong passwords. Better the addresses of the proxies than `yes`, which believes the leftmost address of anybody: only where nobody else can reach the port and the proxy replaces the header that came, instead of adding to it.',
    schema: reading(parseTrustedProxies),
  }),
  ALERT_WEBHOOK: variable({
    section: 'This process',
    expected: 'an http:// or https:// address',
    fallback: null,
    fallbackNote: 'no alerts',
    secrecy: 'whole',
    about:
      'Called with a small JSON object when a campaign is held or finished. It holds counts and codes, never an address. A user and a password in the address go as Basic authorization.',
    schema: reading(parseWebhookUrl),
  }),
  LOG_LEVEL: variable({
    section: 'This process',
    expected: `one of ${logLevelNames.join(', ')}`,
    fallback: 'info',
    secrecy: 'open',
    about: 'How much is logged, as JSON lines on stderr. No level logs personal data.',
    schema: z.enum(logLevelNames),
  }),
} as const;

export type VariableName = keyof typeof variables;

/** What a variable's good text means. */
type Meaning<Name extends VariableName> = z.output<(typeof variables)[Name]['schema']>;

/** Every setting by its name: null where the variable is not set and has no default. */
export type Values = {
  readonly [Name in VariableName]: (typeof variables)[Name]['fallback'] extends string
    ? Meaning<Name>
    : Meaning<Name> | null;
};

export const variableNames = Object.keys(variables) as VariableName[];

/** True when the variable is a secret, so that `NAME_FILE` is read as well. */
export function isSecret(name: VariableName): boolean {
  return variables[name].secrecy !== 'open';
}

function parseKey(text: string): Reading<Buffer> {
  if (!/^[A-Za-z0-9+/]{43}=$/.test(text)) return bad(`it has ${text.length} characters or others than those of base64`);
  const key = Buffer.from(text, 'base64');
  // The last character before = carries two bits that are not part of the key; only their zero form is canonical.
  return key.length === 32 && key.toString('base64') === text ? good(key) : bad('not canonical base64');
}

function parseFolder(text: string): Reading<string> {
  return text.trim() === '' || text.includes('\0') ? bad('not a path') : good(text);
}
