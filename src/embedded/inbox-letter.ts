// A raw letter as the inbox page shows it. Promises plain values: what they hold came over the wire,
// so whoever shows them escapes them, and shows the HTML only in a sandbox.
import { LetterReader, type ReadLetter } from './letter-reader.ts';

/** What a line of the list shows. */
export interface LetterHead {
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  /** From the Date field; null when it is missing or unreadable. */
  readonly date: Date | null;
}

export interface ParsedLetter extends LetterHead {
  /** Null when the letter has no HTML part. */
  readonly html: string | null;
  /** Null when it has no text part. */
  readonly text: string | null;
  /** Every field in the order of the letter, unfolded, encoded words as they are. */
  readonly headers: readonly { readonly name: string; readonly value: string }[];
  /** The whole letter; bytes that are not UTF-8 are shown as U+FFFD. */
  readonly source: string;
}

const reader = new LetterReader();

/** Stands for the subject of a letter that is not read; its source is shown all the same. */
export const unreadableSubject = 'This letter can’t be shown';
const unreadable: ReadLetter = {
  from: '',
  to: '',
  subject: unreadableSubject,
  date: '',
  html: null,
  text: null,
  headers: [],
};

/** Reads a whole letter. Never rejects and never takes long, whatever a letter holds: see `unreadableSubject`. */
export async function parseLetter(raw: Buffer): Promise<ParsedLetter> {
  const letter = (await reader.read(raw)) ?? unreadable;
  const { html, text, headers } = letter;
  return { ...headOf(letter), html, text, headers, source: raw.toString('utf8') };
}

/** Reads the header block of a letter only. */
export async function parseLetterHead(header: Buffer): Promise<LetterHead> {
  return headOf((await reader.read(header)) ?? unreadable);
}

function headOf({ from, to, subject, date }: ReadLetter): LetterHead {
  const sent = new Date(date === '' ? Number.NaN : date);
  return { from, to, subject, date: Number.isNaN(sent.getTime()) ? null : sent };
}
