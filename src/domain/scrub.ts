// The form of a relay's reply that may be shown, logged, counted and grouped: without addresses, IPs,
// ids and links, so that the same trouble with two recipients gives the same text. The raw reply is
// sealed in the ledger (promise 8).
// Not promised: a name of a person that a relay adds on its own account is recognised only when it is
// a piece of the address (`jane.smith@…`: "Jane Smith has left").
import { domainForms, holdsEncoded, labelsOf, piecesOf } from './address-forms.ts';
import { remember } from './remember.ts';

/** Longest answer, in UTF-16 units. Anything the length of a real reply fits. */
const maxLength = 240;
/** Longest input looked at, and longest run without a blank: the patterns are quadratic, and then cost some milliseconds at worst. */
const maxInput = 1280;
const maxRun = 256;
const overlongRun = new RegExp(`\\S{${maxRun + 1},}`, 'gu');
/** Stands where one line of a reply goes on in the next: an address may be broken there. */
const lineBreak = '\uE000';

// The marks hold no letters or digits, so no local part can be found inside them.
const address = '<\u2026>';
const value = '[\u2026]';

/**
 * The reply on one line, for example `550 5.1.1 <…>: user unknown`.
 *
 * With `recipient` (its address as mailed), the address, its domain and a local part of three or more
 * characters are removed wherever they stand, inside words too, in any case, and in the percent, hex,
 * base64 and SRS/VERP forms; pieces of the local part (`jane`, `smith`) of four or more letters, as words.
 * Only the leading codes are always kept. At most 240 characters.
 */
export function scrubReply(text: string, recipient?: string): string {
  // The id in the queue goes first: without it many relays say the same to everybody.
  const said = readReply(beginningOf(text).replaceAll(plainId, idTaken));
  if (recipient !== undefined && said.plain !== null && quotesNothingOf(recipient, said.plain))
    return said.plain.scrubbed;
  const known = recipient === undefined ? [] : needles(recipient.normalize('NFC'), said);
  const words = known.reduce((rest, needle) => rest.replaceAll(needle, address), said.words);
  const scrubbed = scrubWords(words.replaceAll(lineBreak, ' '));
  return withCodes(said.codes, recipient === undefined ? scrubbed : withoutEncoded(scrubbed, recipient));
}

/** What is looked at: it ends between two words, since half an address would not be recognised. */
function beginningOf(text: string): string {
  const all = text.length <= maxInput ? text : text.slice(0, maxInput).replace(/\S{1,1280}$/u, '');
  return all.length <= maxRun ? all : all.replaceAll(overlongRun, value);
}

/** A reply, and what can be told of it without a recipient. */
interface SaidReply {
  readonly codes: string;
  readonly words: string;
  readonly lower: string;
  readonly ascii: boolean;
  /** Whether it may hold a percent or quoted-printable form, and a hex one. */
  readonly escaped: boolean;
  readonly hex: boolean;
  readonly plain: PlainReply | null;
}

/** One short line in which nothing of a recipient can stand encoded. */
interface PlainReply {
  /** All that is three characters long in it, in lower case. */
  readonly threes: readonly string[];
  /** What it is to everybody of whom nothing stands in it. */
  readonly scrubbed: string;
}

/** Most relays take a letter with `Ok: queued as …`; more would cost more than the long way. */
const longestPlain = 48;

function asPlain(codes: string, words: string, lower: string): PlainReply | null {
  if (words.length > longestPlain || !isAscii(words) || /[%=]|[\da-f]{6}|[\w+/-]{8}/i.test(words)) return null;
  const scrubbed = withCodes(codes, scrubWords(words));
  if (/[a-z\d][A-Z]/.test(scrubbed)) return null;
  return { threes: [...new Set([...lower].slice(2).map((_, at) => lower.slice(at, at + 3)))], scrubbed };
}

/** An address whose forms all stand in it as they are: no hyphens, which forms leave out, and a local part that is looked for inside words. */
const simpleAddress = /^[\w.+]{3,}@[a-z\d.]+$/i;

/** True when no three characters of the reply stand in the address: then no form of it, none of which is shorter, stands in the reply. */
function quotesNothingOf(recipient: string, { threes }: PlainReply): boolean {
  if (!simpleAddress.test(recipient)) return false;
  const lower = recipient.toLowerCase();
  return !threes.some((three) => lower.includes(three));
}

/**
 * With the last replies remembered, and each recipient asked little, `250 2.0.0 Ok: queued as 4XfooBAR1` takes 0.7 us
 * instead of 2.7, and of 4.8 without either (2 cores, Node 20, 2026-12).
 */
const readReply = remember((text): SaidReply => {
  const { codes, words } = splitCodes(text.normalize('NFC').replaceAll(lineBreak, ' '));
  const spaced = words.replaceAll(lineBreak, ' ').toLowerCase();
  // Looked through twice where there are several lines: as words, and with the lines run together.
  const lower = words.includes(lineBreak)
    ? `${spaced}\n${words.replaceAll(lineBreak, '').toLowerCase()}\n${words.replaceAll(brokenWord, '').toLowerCase()}`
    : spaced;
  const [escaped, hex] = [/[%=]/.test(words), /[\da-f]{6}/.test(lower)];
  return { codes, words, lower, ascii: isAscii(spaced), escaped, hex, plain: asPlain(codes, words, lower) };
}, 64);
const brokenWord = /[- ]?\uE000 ?/g;
const queuedAs = /\bqueued as \S+/giu;
/** Holds no form of an address that reaches beyond it. */
const plainId = /\bqueued as [\w.-]+(?!\S)/gi;
/** Stands for the id until the words are scrubbed. */
const idTaken = 'queued as *';

/** Without what is about nobody in particular: whatever looks like an address, an IP, an id or a link. */
const scrubWords = remember((words): string => {
  let scrubbed = words.replaceAll(queuedAs, `queued as ${value}`);
  for (const [pattern, mark] of patterns) scrubbed = scrubbed.replaceAll(pattern, mark);
  scrubbed = scrubbed.replaceAll(/\S+/g, (token) => (looksLikeId(token) ? value : token));
  scrubbed = scrubbed.replaceAll(/[\p{L}\p{N}]{7,}/gu, (run) => (looksLikeRun(run) ? '\u2026' : run));
  // Marks beside each other say no more than one of them.
  scrubbed = scrubbed
    .replaceAll(/<*(?:<\u2026>[\s,;<>]*){2,}/g, `${address} `)
    .replaceAll(/(?:\[\u2026\][\s,;]*){2,}/g, `${value} `);
  scrubbed = scrubbed.replaceAll(/<{2,}\u2026>{2,}/g, address).replaceAll(/<\u2026> (?=[:.)])/g, address);
  return scrubbed.replaceAll(/\s+/g, ' ').trim();
}, 64);

function withCodes(codes: string, words: string): string {
  const whole = codes === '' || words === '' ? `${codes}${words}` : `${codes} ${words}`;
  return whole.length <= maxLength ? whole : `${whole.slice(0, maxLength - 1).replace(/[\uD800-\uDBFF]$/, '')}\u2026`;
}

const patterns: readonly (readonly [RegExp, string])[] = [
  [/\b(?:https?|ftp|mailto|tel):\S+|\bwww\.\S+/giu, value],
  // Quoted local parts, then whatever stands in angle brackets (`<jane>`, `<jane doe@example.com>`).
  [/"[^"\n]{1,200}"[ ]?@[^\s<>]+/gu, address],
  [/<[^<>\u2026]{1,400}>/gu, address],
  // Anything around an at sign, also in its percent, quoted-printable, xtext, entity and full-width forms.
  [/[^\s<>"'()[\],;:]*(?:@|%40|=40|\+40|&#0*64;|&#x0*40;|&commat;|\uFF20)[^\s<>"'()[\],;]*/giu, address],
  [/\S+[ ]?(?:\(at\)|\[at\])[ ]?[^\s<>]+/giu, address],
  // SRS and VERP: SRS0=hash=tt=example.com=jane, bounce+jane=example.com
  [/\bSRS[01][=+-]\S+/giu, address],
  [/[^\s<>"'()]+=[^\s<>"'()=]+\.[^\s<>"'()]+/gu, address],
  [/\S*(?:%[0-9a-f]{2}\S?){3,}\S*/giu, address],
  // IPv4, IPv6 (times of day go the same way: they vary as much)
  [/\[?(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.]*\d)(?::\d+)?\]?/gu, value],
  [/\[?(?:IPv6:)?(?<![\w:])(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}(?:%\w+)?\]?(?!\w)/giu, value],
  [/\b(queue[ -]?id|message[ -]?id|msg[ -]?id|id|ref|reference|session|ticket)([:=#]|[ ]?: )[ ]?\S+/giu, `$1 ${value}`],
];

function splitCodes(text: string): { codes: string; words: string } {
  const codes = /^\s*([2-5]\d\d)(?:[ \t-]+([245]\.\d{1,3}\.\d{1,3})(?=$|[^\w.]))?/.exec(text);
  const words = text
    .split(/\r?\n/)
    .map((line) => line.replace(/^\s*[2-5]\d\d(?:[ \t-]+|$)(?:[245]\.\d{1,3}\.\d{1,3}(?=$|[^\w.]))?/, ''))
    .join(lineBreak)
    .replaceAll(/[\p{Cf}]/gu, '') // invisible characters would split a word that is looked for
    .replaceAll(/[\p{Cc}\uFFFD\u2028\u2029]/gu, ' ');
  return { codes: [codes?.[1], codes?.[2]].filter(Boolean).join(' '), words };
}

/** What must not survive of this recipient and occurs in the reply, longest first. */
function needles(recipient: string, said: SaidReply): RegExp[] {
  const at = recipient.lastIndexOf('@');
  const local = recipient.slice(0, at === -1 ? undefined : at);
  const domains = at === -1 ? [] : domainForms(recipient.slice(at + 1));
  const locals = [local];
  if (local.startsWith('"')) locals.push(local.replace(/^"(.*)"$/, '$1'));
  if (local.includes('+')) locals.push(local.replace(/\+.*$/, ''));
  const labels = domains.flatMap((form) => labelsOf(form));
  const present = occursIn(said);
  const broken = said.words.includes(lineBreak);
  const asked = [recipient, ...domains, ...labels, ...locals.filter((form) => form.length >= 3)];
  const found = mayQuote(said, recipient, asked)
    ? quotedForms(recipient, said.words, domains, locals)
        .filter((form) => present(form))
        .map((form) => new RegExp(brokenAnywhere(form, broken), 'giu'))
    : [];
  for (const piece of [...labels, ...piecesOf(local)]) if (present(piece)) found.push(asWord(piece, broken));
  // A shorter local part is removed as a word of its own: inside words it would leave nothing readable.
  if (local !== '' && local.length < 6 && [...local].length < 3) found.push(asWord(local, broken));
  return found;
}

/**
 * False when no form of the recipient can stand in the reply: each holds the domain or a local part, or begins as the
 * base64 of the address does. Most replies quote nothing, and making every form to find that out costs as much again.
 */
function mayQuote({ lower, ascii, escaped, hex }: SaidReply, recipient: string, words: readonly string[]): boolean {
  if (!ascii || escaped || !isAscii(recipient)) return true;
  return (
    words.some((word) => lower.includes(word.toLowerCase())) ||
    (hex && words.some((word) => lower.includes(byBytes(word, '')))) ||
    base64Stems(recipient.slice(0, 3)).some((stem) => lower.includes(stem))
  );
}

const base64Stems = remember((start): readonly string[] => {
  const bytes = Buffer.from(start);
  return [...new Set([bytes.toString('base64').toLowerCase(), bytes.toString('base64url').toLowerCase()])];
}, 256);

function isAscii(text: string): boolean {
  return !/[^\u0000-\u007f]/.test(text);
}

/** Every form that is looked for, longest first. */
function quotedForms(recipient: string, text: string, domains: readonly string[], locals: readonly string[]): string[] {
  const local = locals[0] ?? '';
  const words = [
    recipient,
    ...domains.flatMap((form) => [`${local}@${form}`, `${local}=${form}`, form]),
    ...locals.filter((form) => [...form].length >= 3),
    ...domains.flatMap((form) => labelsOf(form)).filter((label) => label.length >= longWord),
  ];
  const forms = [...words];
  if (/[%=]/.test(text))
    forms.push(...words.flatMap((word) => [encodeURIComponent(word), byBytes(word, '='), byBytes(word, '%')]));
  if (/[\da-f]{6}/i.test(text)) forms.push(...words.map((word) => byBytes(word, '')));
  if (/[\w+/-]{8}/.test(text))
    forms.push(
      ...[recipient, local]
        .filter((word) => word.length >= 6)
        .flatMap((word) => [base64(word, 'base64'), base64(word, 'base64url')]),
    );
  return [...new Set(forms)].filter((form) => form !== '').toSorted((a, b) => b.length - a.length);
}

/** Labels of six and more characters (`smithfamily`) are looked for inside words as well. */
const longWord = 6;

function asWord(text: string, broken: boolean): RegExp {
  const pattern = brokenAnywhere(text, broken);
  return text.length >= longWord && text.includes('-')
    ? new RegExp(pattern, 'giu')
    : new RegExp(`(?<![\\p{L}\\p{N}])${pattern}(?![\\p{L}\\p{N}])`, 'giu');
}

/** A pattern for the text, also where a line of the reply ends within it. */
function brokenAnywhere(text: string, broken: boolean): string {
  return broken ? [...text].map(escapeRegExp).join('(?:[- ]?\\uE000 ?)?') : escapeRegExp(text);
}

/** Without words that hold an address in base64, wherever it begins in them. */
function withoutEncoded(scrubbed: string, recipient: string): string {
  if (!/[a-z\d][A-Z]/.test(scrubbed)) return scrubbed;
  return scrubbed.replaceAll(/[\w+/-]{8,}={0,2}/g, (token) => (holdsEncoded(token, recipient) ? address : token));
}

/** Making the patterns is what costs (30 of them, 0.1 ms), and most replies quote nothing: they are made only for what is there. */
function occursIn({ lower, ascii }: SaidReply): (word: string) => boolean {
  if (!ascii) return () => true; // upper and lower case are less simple there
  return (word) => lower.includes(word.toLowerCase());
}

function byBytes(word: string, before: string): string {
  const hex = Buffer.from(word).toString('hex');
  return before === '' ? hex : hex.replaceAll(/../g, `${before}$&`);
}

/** Without the last group, which depends on what follows. */
function base64(word: string, alphabet: 'base64' | 'base64url'): string {
  const whole = Buffer.from(word).toString(alphabet).replaceAll('=', '');
  return whole.slice(0, whole.length - (whole.length % 4));
}

function escapeRegExp(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, (char) => `\\${char}`);
}

/** Queue and session ids such as `d2e1a72fcca58-7b9a2c1f3e4si412b3a.211`; not `5.7.1`, `[TSS04]`, `RFC5322`. */
function looksLikeId(token: string): boolean {
  const digits = token.replaceAll(/\D/g, '').length;
  const letters = /[A-Za-z]/.test(token);
  if (token.includes('\u2026')) return false;
  return (
    (token.length >= 10 && digits >= 4 && letters && !/^\W*RFC/i.test(token)) ||
    (token.length >= 20 && digits >= 1 && /^[\w+/=.-]+$/.test(token))
  );
}

function looksLikeRun(run: string): boolean {
  const digits = run.replaceAll(/\D/g, '').length;
  return digits >= 2 && !/^RFC\d+$/i.test(run) && (digits === run.length || /\p{L}/u.test(run));
}
