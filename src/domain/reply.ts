// From the text of an SMTP reply to its code, enhanced code and text. Pure; the reading of lines from
// a socket is in delivery/reply-reader.ts. Also serves the diagnostic codes of bounces.
import type { Reply } from './delivery-result.ts';

const replyLine = /^([2-5]\d\d)(?:[ \t-]|$)/;
// RFC 3463 section 2: class 2, 4 or 5; subject and detail have one to three digits.
const enhancedAfterCode = /^[2-5]\d\d[ \t-][ \t]*([245]\.\d{1,3}\.\d{1,3})(?=$|[^\w.])/;

/**
 * Reads a whole reply: one or more lines, with CRLF or LF between them.
 *
 * The last line's code counts, as in Postfix. The enhanced code is the last line's, or else the
 * nearest one above it. When the two disagree about the class, both are kept and the reply code wins
 * (`isPermanent`). Control characters become U+FFFD, so that the text can be stored and shown.
 *
 * Answers null when the last line is not a reply line: garbage is not guessed at.
 */
export function parseReply(raw: string): Reply | null {
  const lines = raw.split(/\r?\n/).map(printable);
  while (lines.length > 1 && lines.at(-1) === '') lines.pop();
  const code = replyLine.exec(lines.at(-1) ?? '')?.[1];
  if (code === undefined) return null;
  const enhanced = lines.findLast((line) => enhancedAfterCode.test(line));
  return {
    code: Number(code),
    enhanced: enhanced === undefined ? null : (enhancedAfterCode.exec(enhanced)?.[1] ?? null),
    text: lines.join('\n'),
  };
}

/** True for 5yz, whatever the enhanced code says (Gmail sends `421 5.7.32`). */
export function isPermanent(reply: Reply): boolean {
  return reply.code >= 500;
}

/** True for 4yz, whatever the enhanced code says. */
export function isTemporary(reply: Reply): boolean {
  return reply.code >= 400 && reply.code < 500;
}

/** The reply without the codes at the beginning of its lines, in one line: what the text rules look at. */
export function replyWords(reply: Reply): string {
  return reply.text.split('\n').map(wordsOfLine).join(' ').trim();
}

/** One line of a reply without its codes. */
export function wordsOfLine(line: string): string {
  return line.replace(/^[2-5]\d\d[ \t-]?[ \t]*/, '').replace(/^[245]\.\d{1,3}\.\d{1,3}[ \t]+/, '');
}

function printable(line: string): string {
  return line.replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f]/g, '\uFFFD').trimEnd();
}
