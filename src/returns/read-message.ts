// A raw message → its headers, its readable text and its report parts. The only place for the MIME parser.
//
// Bounds: size, headers and depth are limited here; the process that runs this is limited in time and memory from
// outside. Whatever the parser refuses is still read as plain text, so that a broken MIME structure hides no bounce.
import PostalMime, { decodeWords } from 'postal-mime';
import { htmlToPlain } from './html-to-plain.ts';
import { readFields } from './fields.ts';

export interface MessagePart {
  /** Lower case, without parameters: `message/delivery-status`. */
  readonly type: string;
  readonly text: string;
}

export interface Message {
  /** The first header of that name, unfolded and decoded; the empty string when there is none. */
  header(name: string): string;
  /** All headers, names in lower case. */
  readonly headers: readonly { readonly name: string; readonly value: string }[];
  /** The readable text, its long lines cut. */
  readonly text: string;
  /** The beginning of the readable text as it is: for what one line holds whole. */
  readonly wholeText: string;
  /** Everything after the headers, undecoded: what a broken structure hides is still found there. */
  readonly rawText: string;
  /** Parts that are no readable text: reports, returned messages, attachments. */
  readonly parts: readonly MessagePart[];
}

/** A larger message is read up to here: what says why it came back stands at its beginning. */
export const mostBytes = 1_000_000;
const mostTextOfPart = 200_000;

/** Reads a message. Never throws for what the message holds. */
export async function readMessage(raw: Uint8Array): Promise<Message> {
  const bytes = withLineFeeds(raw.subarray(0, mostBytes));
  const rawText = afterHeaders(decode(bytes));
  try {
    const mail = await PostalMime.parse(bytes, {
      forceRfc822Attachments: true,
      maxNestingDepth: 30,
      maxHeadersSize: 300_000,
    });
    const headers = mail.headers.map(({ key, value }) => ({ name: key, value: shortValue(value) }));
    return {
      headers,
      header: (name) => headers.find((each) => each.name === name)?.value ?? '',
      text: readable(mail.text, mail.html),
      wholeText: (mail.text ?? '').slice(0, mostTextOfPart),
      rawText,
      parts: mail.attachments.map(({ mimeType, content }) => ({ type: mimeType, text: contentText(content) })),
    };
  } catch {
    const headers = readFields(bounded(decode(bytes).slice(0, 100_000))).map(({ name, value }) => ({
      name,
      value: shortValue(value),
    }));
    return {
      headers,
      header: (name) => headers.find((each) => each.name === name)?.value ?? '',
      text: rawText,
      wholeText: rawText,
      rawText,
      parts: [],
    };
  }
}

/**
 * Text whose reading takes time in proportion to its length, whatever it holds: no long line, no long run of blanks.
 * Lines of mail have 998 octets at most (RFC 5322 section 2.1.1).
 */
function bounded(text: string): string {
  return text
    .slice(0, mostTextOfPart)
    .split('\n')
    .map((line) => line.slice(0, 1_000).replaceAll(/[ \t]{21,}/g, ' '.repeat(20)))
    .join('\n');
}

/** A header as it is looked at: its beginning, decoded. */
function shortValue(value: string): string {
  return decodeWords(value.slice(0, 4_000)).replaceAll(/\s{21,}/g, ' ');
}

/** The text part; where it is missing or says next to nothing, the HTML's words. */
function readable(text: string | undefined, html: string | undefined): string {
  const plain = bounded(text ?? '');
  return plain.trim() === '' && html !== undefined ? bounded(htmlToPlain(html.slice(0, mostTextOfPart))) : plain;
}

function contentText(content: ArrayBuffer | Uint8Array | string): string {
  if (typeof content === 'string') return bounded(content);
  const bytes = content instanceof Uint8Array ? content : new Uint8Array(content);
  return bounded(decode(bytes.subarray(0, mostTextOfPart)).replaceAll(/\r\n?/g, '\n'));
}

/** UTF-8 where it is, Latin-1 else: no octet is lost, and what is looked for is ASCII. */
function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  }
}

const mboxLine = /^(?:>?From [^\n]*\n|\n)+/;

/** Line feeds only, without the line of an mbox and empty lines before the headers. */
function withLineFeeds(raw: Uint8Array): Uint8Array {
  const text = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength).toString('latin1');
  return Buffer.from(text.replaceAll(/\r+\n|\r/g, '\n').replace(mboxLine, ''), 'latin1');
}

function afterHeaders(text: string): string {
  const end = text.indexOf('\n\n');
  return end === -1 ? '' : bounded(text.slice(end + 2));
}
