// Which names a letter prints. Whoever opened an account chose its name: a letter that warns of phishing must not carry
// a link, a number to call or a sentence of theirs. What does not read as a name is not printed, the letter's own words
// without a name stand there, and the rows are counted. Nobody is left out for their name. Pure.
// Not promised: in no language can names be told from words for certain. Links and numbers never pass; of sentences,
// those with marks of a sentence, and those made of the words of a list.
import { trimInvisible } from './invisible.ts';
import { isLure, isLureText, longestLure, lureWords } from './lure-words.ts';
import { withoutTextMark } from './text-mark.ts';

/** The longest name that a letter greets with, in UTF-16 units. */
const longest = 200;
const mostWords = 12;

/**
 * The name on one line, composed (NFC), without invisible characters at its ends and without marks of direction, which
 * could turn the words around it. Empty when there is none, or it does not read as a name.
 */
export function printableName(cell: string): string {
  if (cell === '') return '';
  let name = trimInvisible(withoutTextMark(cell));
  // The Latin letters from À to ɏ are composed (NFC) and visible, and stand on one line.
  if (/[^ -~\u00c0-\u024f]| {2}/.test(name)) {
    name = trimInvisible(
      name.replace(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '').replace(/[\p{Cc}\p{Z}]+/gu, ' '),
    ).normalize('NFC');
  }
  return name.length <= longest && readsAsName(name) ? name : '';
}

/** Letters of any script and what stands between them in names of people and of organisations. */
const characters =
  /^(?:[\p{L}\p{M}\p{Nd} '’‘ʼʻ`´"“”«»„().,&\u00ad\u2010\u2011\u2013·・･׳״™®©،、/-]|(?<=[\p{L}\p{M}])[\u200c\u200d](?=[\p{L}\p{M}]))*$/u;
/** Titles and forms of companies, which a dot may follow without a blank. */
const abbreviated =
  /^(?:dr|prof|st|ste|mr|mrs|ms|mx|jr|sr|sra|srta|dña|ing|dipl|mag|rev|hr|fr|frl|lic|ph|phil|med|jur|nat|rer|hon|gen|col|capt|sgt|lt|esq|inc|ltd|co|corp|bros|gebr|univ|dott|dra|avv|arch|bc|mgr|mudr|judr|phdr|doc|ir|drs|kand|fil)$/iu;
/** Of two letters and more, the endings of domains that are no surname. */
const ending =
  /^(?:com|net|org|info|biz|app|dev|edu|gov|mil|int|name|pro|xyz|top|site|online|shop|store|club|live|link|click|help|support|cloud|tech|space|website|example|test|invalid|local|localhost|onion|\p{L}{2})$/iu;

/** Up to four words of Latin, Greek, Cyrillic, Armenian, Hebrew or Arabic letters: nothing that a link or a sentence needs. */
const letters =
  'A-Za-z\\u00c0-\\u024f\\u0388-\\u03ce\\u0400-\\u0481\\u048a-\\u052f\\u0531-\\u0556\\u0561-\\u0587\\u05d0-\\u05ea\\u0620-\\u064a\\u1e00-\\u1eff';
const plainly = new RegExp(`^[${letters}]+(?:[ '-][${letters}]+){0,3}$`);

/** False for nearly no name that people have, and for everything that a mail program makes a link of. */
function readsAsName(name: string): boolean {
  if (plainly.test(name) && !mayLead(name)) return true;
  if (!characters.test(name)) return false;
  const plain = name.normalize('NFKC');
  if (hasMarksOnly(plain) || hasLink(plain) || hasNumber(plain)) return false;
  // A/S, I/S, K/S; else a slash parts a path.
  if (/\//.test(plain.replaceAll(/(?<!\p{L})\p{Lu}\/\p{Lu}(?!\p{L})/gu, ''))) return false;
  return plain.split(' ').length <= mostWords && !isLureText(plain) && lureWords(plain) < 2;
}

/** True without a letter, and where more than two marks follow each other. */
function hasMarksOnly(plain: string): boolean {
  const withoutNumbers = plain.replaceAll(/[\p{Nd}\u200c\u200d]/gu, '');
  return !/\p{L}/u.test(plain) || /[^\p{L}\p{M}]{3,}(?<! [&–-] )/u.test(withoutNumbers);
}

/** True where a closer look is needed: two words of the list, or one that says that a domain follows. */
function mayLead(name: string): boolean {
  let lures = 0;
  for (let from = 0; from < name.length;) {
    const blank = name.indexOf(' ', from);
    const end = blank === -1 ? name.length : blank;
    if (end - from <= longestLure && isLure(name.slice(from, end)) && (lures += 1) === 2) return true;
    from = end + 1;
  }
  return lures > 0 && leading.test(name);
}

const leading = /(?:^| )(?:www|https?|hxxps?|ftp|mailto|dot|punkt|punto|ponto|point)(?: |$)/i;

/** A dot stands behind an initial, a title or at the end of a word; anywhere else, it parts a domain. */
function hasLink(plain: string): boolean {
  if (/(?:^|[^\p{L}])(?:www\d*|https?|hxxps?|ftp|mailto|xn--)(?:[^\p{L}]|$)/iu.test(plain)) return true;
  if (/\b(?:dot|punkt|punto|ponto|point)\s+(?:com|net|org|info|io|co|[a-z]{2})\b/i.test(plain)) return true;
  // `Dipl.-Ing.`
  const dotted = plain.replaceAll(/(?<=\p{L})\.-(?=\p{Lu})/gu, '-');
  for (const [, before = '', after = ''] of dotted.matchAll(/([\p{L}\p{M}\p{Nd}-]*)\.(?=([\p{L}\p{M}\p{Nd}-]+))/gu))
    if (!isDotOfName(before, after)) return true;
  // The end of a sentence: a dot behind a long word, and more words.
  return /[\p{Ll}\p{M}]{7,}\.\s+\S/u.test(plain);
}

/** J.R.R., J.Smith, Dr.Müller, B.V.; but not x.com, Dr.com, Evil.Com. */
function isDotOfName(before: string, after: string): boolean {
  const isInitial = [...before].length === 1;
  const isNextInitial = [...after].length === 1;
  if (isInitial && isNextInitial) return true;
  if (abbreviated.test(before) && !ending.test(after) && /^[\p{Lu}\p{Lo}]/u.test(after)) return true;
  if (isInitial && /^\p{Lu}\p{Ll}/u.test(after) && !ending.test(after)) return true;
  return /^\p{Lu}/u.test(before) && isNextInitial && /\p{Lu}/u.test(after);
}

/** Five digits, or as many as a short number to call has. */
function hasNumber(plain: string): boolean {
  const digits = plain.match(/\p{Nd}/gu)?.length ?? 0;
  return digits >= 5 || (digits >= 2 && lureWords(plain) > 0);
}
