// A raw letter as the inbox page shows it. Promises plain values: what they hold came over the wire,
// so whoever shows them escapes them, and shows the HTML only in a sandbox.
import { simpleParser, type AddressObject } from 'mailparser';

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

/** Reads a whole letter. Never rejects on what a letter holds: a part that cannot be read is null. */
export async function parseLetter(raw: Buffer): Promise<ParsedLetter> {
  const mail = await simpleParser(raw, {
    skipTextToHtml: true,
    skipTextLinks: true,
    skipHtmlToText: true,
    skipImageLinks: true,
  });
  return {
    ...headOf(mail),
    html: typeof mail.html === 'string' ? mail.html : null,
    text: mail.text ?? null,
    headers: mail.headerLines.map(({ key, line }) => ({
      name: line.slice(0, Math.max(line.indexOf(':'), 0)) || key,
      value: line
        .slice(line.indexOf(':') + 1)
        .replaceAll(/\r?\n[ \t]+/g, ' ')
        .trim(),
    })),
    source: raw.toString('utf8'),
  };
}

/** Reads the header block of a letter only. */
export async function parseLetterHead(header: Buffer): Promise<LetterHead> {
  return headOf(await simpleParser(header, { skipTextToHtml: true, skipHtmlToText: true }));
}

interface ReadFields {
  readonly from?: AddressObject | undefined;
  readonly to?: AddressObject | AddressObject[] | undefined;
  readonly subject?: string | undefined;
  readonly headerLines: readonly { readonly key: string; readonly line: string }[];
}

function headOf(mail: ReadFields): LetterHead {
  return {
    from: addressText(mail.from),
    to: addressText(mail.to),
    subject: mail.subject ?? '',
    date: dateOf(mail.headerLines),
  };
}

/** Read here, because the parser answers "now" for a date that it cannot read. */
function dateOf(lines: ReadFields['headerLines']): Date | null {
  const line = lines.find(({ key }) => key === 'date')?.line;
  const date = new Date(line === undefined ? Number.NaN : line.slice(line.indexOf(':') + 1).trim());
  return Number.isNaN(date.getTime()) ? null : date;
}

function addressText(field: AddressObject | AddressObject[] | undefined): string {
  const objects = field === undefined ? [] : Array.isArray(field) ? field : [field];
  return objects.map((object) => object.text).join(', ');
}
