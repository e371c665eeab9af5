// The characters of what a letter says: none that nobody sees, none that turns words round, nothing that mail programs
// make a link of. Pure.
import { finding, type MarkupFinding } from './finding.ts';

/** Embeddings, overrides, isolates. */
const turning = /[\u202a-\u202e\u2066-\u2069\u206a-\u206f]/;
/** Marks, which belong between words of a script that is written from the right. */
const marks = /[\u200e\u200f\u061c]/;
/** In these, joiners and non-joiners shape letters. */
const joining = [
  ...['Arab', 'Syrc', 'Mong', 'Nkoo', 'Adlm', 'Rohg', 'Deva', 'Beng', 'Guru', 'Gujr', 'Orya', 'Taml', 'Telu', 'Knda'],
  ...['Mlym', 'Sinh', 'Khmr', 'Mymr'],
];
/** These are written without blanks: a space without width says where a line may break. */
const unspaced = ['Thai', 'Laoo', 'Khmr', 'Mymr', 'Han', 'Hira', 'Kana'];
const scripts = (names: readonly string[]): string => names.map((name) => `\\p{Script=${name}}`).join('');

/** Characters without a glyph, where the script does not ask for them. */
const unseen = new RegExp(
  [
    // A soft hyphen stands within a word.
    '(?<!\\p{L})\\u00ad|\\u00ad(?!\\p{L})',
    `(?<![${scripts(joining)}\\p{M}\\p{Extended_Pictographic}\\p{EMod}\\ufe0f])[\\u200c\\u200d]`,
    `(?<![${scripts(unspaced)}])[\\u200b\\u2060]`,
    // Forms of a character stand behind it.
    `(?<![\\p{Emoji}\\p{S}${scripts(['Han', 'Mong', 'Mymr'])}])` +
      '[\\ufe00-\\ufe0f\\u{e0100}-\\u{e01ef}\\u180b-\\u180d\\u180f]',
    '[\\u034f\\u115f\\u1160\\u17b4\\u17b5\\u180e\\u2061-\\u2065\\u2800\\u3164\\ufeff\\uffa0\\ufff0-\\ufffb]',
    '[\\u{e0000}-\\u{e00ff}\\u{e01f0}-\\u{e0fff}\\u{1bca0}-\\u{1bca3}\\u{1d173}-\\u{1d17a}]',
  ].join('|'),
  'u',
);
/** Mail programs make links of these, and a reader should meet none. */
const linkLike = new RegExp(
  '\\b[a-z][a-z\\d+.-]{1,30}://|(?:^|[^:\\w])//\\w|\\bwww\\d?\\.|\\bdata:[a-z]+/|' +
    '\\b(?:javascript|vbscript|mailto|cid|file|tel|sms|sip|callto|xmpp|skype|whatsapp|blob|about):\\S',
  'i',
);

/** What is wrong with words as a reader gets them, entities decoded; null when nothing is. */
export function findUnsafeWords(words: string, rightToLeft: boolean): MarkupFinding | null {
  if (turning.test(words))
    return finding(
      'bidi-control',
      `it holds ${named(turning.exec(words)?.[0])}, which turns the words around it round`,
    );
  if (!rightToLeft && marks.test(words))
    return finding(
      'bidi-control',
      `it holds ${named(marks.exec(words)?.[0])}, which belongs between words that are written from the right`,
    );
  const hidden = unseen.exec(words);
  if (hidden !== null) return finding('hidden-text', `it holds ${named(hidden[0])}, which nobody sees`);
  return findLink(words);
}

/** Something in the words that a mail program would make a link of. */
export function findLink(words: string): MarkupFinding | null {
  const plain = words.replaceAll(/[\p{Cf}\p{DI}]/gu, '').normalize('NFKC');
  const found = linkLike.exec(plain);
  return found === null
    ? null
    : finding(
        'link-like',
        `"${found[0].trim()}" is not allowed: mail programs make a link of it; write the domain alone`,
      );
}

const rightToLeftLetter = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1eeff}]/u;

/** True for words of a script that is written from the right. */
export function isRightToLeft(words: string): boolean {
  return rightToLeftLetter.test(words);
}

function named(character: string | undefined): string {
  return `U+${(character?.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}
