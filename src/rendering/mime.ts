// Composes a letter as MIME with nodemailer's own parts (its header encoding, quoted-printable and
// choice of encoding), but synchronously and in two halves: the header block once per letter, the body
// once per list of exposed data. A test compares the result with nodemailer's MailComposer byte by byte.
import MimeNode from 'nodemailer/lib/mime-node';
import * as qp from 'nodemailer/lib/qp';
import { CandorError } from '../domain/errors.ts';
import type { LetterBody } from './letter-body.ts';
import { fixedField } from './mail-headers.ts';
import { isFlowed } from './wrap-words.ts';

/** The header fields that are the same for every notice of a letter. */
export interface FixedHeaders {
  readonly from: string;
  readonly replyTo: string | null;
  readonly subject: string;
  readonly autoSubmitted: boolean;
  readonly locale: string;
  /** Part of the MIME boundary; the same letter has the same. */
  readonly boundary: string;
}

/** The header block, cut where a notice's own values go. */
export interface HeaderBlock {
  /** The values stand between these: To, Message-ID, Date, X-Candor-Notice. */
  readonly parts: readonly [string, string, string, string, string];
}

/** No quoted-printable or base64 line can hold `=_`, so no body can hold the boundary (RFC 2045 section 6.7). */
export const boundaryPrefix = '=_candor';

/** The header block of a letter. Errors: `header-unsafe` for a sender that is not exactly one, or a value with control characters. */
export function composeHeaders(fixed: FixedHeaders): HeaderBlock {
  const root = rootNode(fixed.boundary);
  root.setHeader(mailHeaders(fixed));
  // RFC 5322 section 3.6.2 allows several authors; mail services refuse them.
  if (root.getAddresses().from?.length !== 1) throw new CandorError('header-unsafe', { header: 'From' });
  const block = `${root.buildHeaders()}\r\n\r\n`;
  const parts: string[] = [];
  let from = 0;
  for (const slot of [slots.to, slots.messageId, slots.date, slots.token]) {
    const at = block.indexOf(slot, from);
    if (at === -1) throw new Error('a header slot is missing: nodemailer changed how it writes it');
    parts.push(block.slice(from, at));
    from = at + slot.length;
  }
  const [beforeTo = '', beforeMessageId = '', beforeDate = '', beforeToken = ''] = parts;
  return { parts: [beforeTo, beforeMessageId, beforeDate, beforeToken, block.slice(from)] };
}

/** The multipart/alternative body, text first (RFC 2046 section 5.1.4), lines of at most 76 characters, 7-bit. */
export function composeBody(body: LetterBody, boundary: string): Buffer {
  const root = rootNode(boundary);
  root.buildHeaders();
  const delimiter = `--${String(root.boundary)}`;
  const part = (type: string, content: string): string => {
    const node = root.createChild(type);
    const crlf = content.replaceAll(/\r\n|\r|\n/g, '\r\n');
    node.setContent(crlf);
    const headers = node.buildHeaders();
    return `${delimiter}\r\n${headers}\r\n\r\n${encode(crlf, node.getTransferEncoding())}\r\n`;
  };
  return Buffer.from(
    `${part(textType(body.text), body.text)}${part('text/html; charset=utf-8', body.html)}${delimiter}--\r\n`,
    'latin1',
  );
}

/** RFC 3676 for a text with soft breaks. */
function textType(text: string): string {
  return isFlowed(text) ? 'text/plain; charset=utf-8; format=flowed' : 'text/plain; charset=utf-8';
}

function mailHeaders(fixed: FixedHeaders): { key: string; value: string }[] {
  return [
    { key: 'From', value: fixedField('From', fixed.from) },
    { key: 'To', value: slots.to },
    { key: 'Subject', value: fixedField('Subject', fixed.subject) },
    { key: 'Message-ID', value: slots.messageId },
    { key: 'Date', value: slots.date },
    ...(fixed.replyTo === null ? [] : [{ key: 'Reply-To', value: fixedField('Reply-To', fixed.replyTo) }]),
    // RFC 3834 section 5: no auto-replies. Some relays then send no bounce either, hence the setting.
    ...(fixed.autoSubmitted ? [{ key: 'Auto-Submitted', value: 'auto-generated' }] : []),
    // Not `All`: it would suppress non-delivery reports (MS-OXCMAIL 2.1.3.2.20).
    { key: 'X-Auto-Response-Suppress', value: 'OOF, AutoReply' },
    { key: 'X-Candor-Notice', value: slots.token },
    { key: 'Content-Language', value: fixedField('Content-Language', fixed.locale) },
  ];
}

function encode(content: string, encoding: string | false): string {
  if (encoding === '7bit') return content;
  if (encoding === 'quoted-printable') return qp.wrap(qp.encode(content));
  if (encoding === 'base64')
    return Buffer.from(content)
      .toString('base64')
      .replaceAll(/.{76}(?!$)/g, '$&\r\n');
  throw new Error(`no way to encode a text part as ${String(encoding)}`);
}

function rootNode(boundary: string): MimeNode {
  return new MimeNode('multipart/alternative', {
    baseBoundary: boundary,
    boundaryPrefix,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
}

/** What stands where a notice's values go while the block is composed. */
const slots = {
  to: 'to@slot.invalid',
  messageId: '<id@slot.invalid>',
  date: 'Thu, 01 Jan 1970 00:00:00 +0000',
  token: 'token.slot.invalid',
};
