// Encodings that a person can name for a recipient file. Pure.
import { TextDecoder } from 'node:util';

/** Name → what it is, for a person who chooses; the most usual first within each region. */
export const codePages = {
  'utf-8': 'UTF-8',
  'utf-16le': 'UTF-16, little endian',
  'utf-16be': 'UTF-16, big endian',
  'windows-1252': 'Western Europe (Windows)',
  'iso-8859-15': 'Western Europe (ISO, Latin-9)',
  macintosh: 'Western Europe (Macintosh)',
  cp850: 'Western Europe (DOS)',
  cp858: 'Western Europe (DOS, with the euro)',
  cp437: 'United States (DOS)',
  cp865: 'Nordic (DOS)',
  'windows-1250': 'Central Europe (Windows)',
  'iso-8859-2': 'Central Europe (ISO, Latin-2)',
  cp852: 'Central Europe (DOS)',
  'x-mac-ce': 'Central Europe (Macintosh)',
  'windows-1257': 'Baltic (Windows)',
  'iso-8859-13': 'Baltic (ISO, Latin-7)',
  'iso-8859-4': 'Baltic (ISO, Latin-4)',
  cp775: 'Baltic (DOS)',
  'iso-8859-3': 'Southern Europe (ISO, Latin-3)',
  'iso-8859-10': 'Nordic (ISO, Latin-6)',
  'windows-1251': 'Cyrillic (Windows)',
  'koi8-r': 'Cyrillic (KOI8-R)',
  'koi8-u': 'Cyrillic (KOI8-U)',
  ibm866: 'Cyrillic (DOS)',
  'iso-8859-5': 'Cyrillic (ISO)',
  'x-mac-cyrillic': 'Cyrillic (Macintosh)',
  'windows-1253': 'Greek (Windows)',
  'iso-8859-7': 'Greek (ISO)',
  cp737: 'Greek (DOS)',
  'windows-1254': 'Turkish (Windows)',
  cp857: 'Turkish (DOS)',
  'x-mac-turkish': 'Turkish (Macintosh)',
  'windows-1255': 'Hebrew (Windows)',
  'iso-8859-8': 'Hebrew (ISO)',
  cp862: 'Hebrew (DOS)',
  'windows-1256': 'Arabic (Windows)',
  'iso-8859-6': 'Arabic (ISO)',
  'windows-874': 'Thai',
  'windows-1258': 'Vietnamese (Windows)',
  gb18030: 'Chinese, simplified (GB18030)',
  gbk: 'Chinese, simplified (GBK)',
  big5: 'Chinese, traditional (Big5)',
  shift_jis: 'Japanese (Shift_JIS)',
  'euc-jp': 'Japanese (EUC-JP)',
  'iso-2022-jp': 'Japanese (ISO-2022-JP)',
  'euc-kr': 'Korean (EUC-KR)',
} as const satisfies Record<string, string>;

export type EncodingName = keyof typeof codePages;

/** Names that ICU has no label for. */
const otherNames: Readonly<Record<string, EncodingName>> = {
  '1252': 'windows-1252',
  koi8r: 'koi8-r',
  koi8u: 'koi8-u',
  macroman: 'macintosh',
  'mac-roman': 'macintosh',
  'mac-ce': 'x-mac-ce',
  'mac-centraleurope': 'x-mac-ce',
  maccentraleurope: 'x-mac-ce',
  maclatin2: 'x-mac-ce',
  macturkish: 'x-mac-turkish',
  maccyrillic: 'x-mac-cyrillic',
  'mac-cyrillic': 'x-mac-cyrillic',
  cp932: 'shift_jis',
  cp936: 'gbk',
  cp949: 'euc-kr',
  uhc: 'euc-kr',
  cp950: 'big5',
  cp874: 'windows-874',
  'tis-620': 'windows-874',
  utf16: 'utf-16le',
  'utf-8-sig': 'utf-8',
  ansi: 'windows-1252',
};

/** The code page that a person names, whatever the spelling (`cp1251`, `1251`, `Latin2`, `win-1251`, `SJIS`); null: none that is known. */
export function encodingNamed(text: string): EncodingName | null {
  const plain = text.trim().toLowerCase();
  for (const name of [plain, plain.replaceAll(/[\s_]+/g, '-'), plain.replaceAll(/[\s_-]+/g, '')]) {
    const known = Object.hasOwn(otherNames, name) ? otherNames[name]! : name;
    const digits = /^(?:windows|win|cp|ibm|dos|code-?page|oem)?-?(\d{3,5})$/.exec(known)?.[1];
    const spellings = digits === undefined ? [known] : [`windows-${digits}`, `cp${digits}`, `ibm${digits}`];
    for (const spelling of spellings) {
      const label = Object.hasOwn(otherNames, spelling) ? otherNames[spelling]! : (labelOf(spelling) ?? spelling);
      if (Object.hasOwn(codePages, label)) return label as EncodingName;
    }
  }
  return null;
}

/** What ICU calls it, by any of its labels. */
function labelOf(text: string): string | null {
  try {
    return new TextDecoder(text).encoding;
  } catch {
    return null;
  }
}
