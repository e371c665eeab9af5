// The returned letter inside a report: where its headers stand, and where the report's own words end.
import { readFields, valueOf, type Field } from './fields.ts';
import type { Message } from './read-message.ts';

/** The words of a report and what follows them. */
export interface SplitText {
  readonly words: string;
  /** The returned letter, or its beginning; empty when it does not follow. */
  readonly returned: string;
}

/** Lines by which servers announce the returned letter. */
const announcement = new RegExp(
  [
    String.raw`^[ \t>]*[-=_*# ]{2,}.*\b(original|copy of|returned|unsent|undelivered|rejected|source|bounced|failed) ?(the |your |a )?(original |internet )?(e-?mail|mail|message|headers?)\b.*`,
    String.raw`^[ \t]*[-=_*# ]{2,}.*\b(message|mail|e-?mail|text|body)( body| text| headers?)? (follows?|begins?|header follows|starts?)\b.*`,
    String.raw`^[ \t]*[-=_*# ]{2,}.*(below this line|copy of the message|copy of your (e-?mail|message)|message headers?|header of |contents of the|enclosed is a|original mess?age|ursprüngliche nachricht|mensaje original|message d'origine|pesan asli).*`,
    String.raw`^[ \t]*(below is a copy of|included (below )?is a copy of|the original message (was|is) (attached|included|as follows)|original message follows|your original (message|mail|e-?mail)( was|:| follows| is)|message headers? follows?|headers of the (original )?message|the first \d+ (lines|bytes) of (the|your)|a copy of (the|your) (original )?(message|mail)|the (text|header|headers) of (the|your)( original)? (message|mail)|returned (message|mail) follows|the message (that was )?returned to you|original headers:|unsent message below).*`,
  ].join('|'),
  'iu',
);
const known =
  /^(received|return-path|message-id|dkim-signature|mime-version|from|to|cc|subject|date|reply-to|content-type|content-transfer-encoding|delivered-to|authentication-results|domainkey-signature|x-[\w-]+|arc-[\w-]+|sender|errors-to|list-[\w-]+|precedence|importance|user-agent|in-reply-to|references)[ \t]*:/i;
const telling =
  /^(received|return-path|message-id|dkim-signature|mime-version|domainkey-signature|delivered-to)[ \t]*:/i;

/** Splits where the returned letter is announced or its headers begin, whichever comes first. */
export function splitReturned(text: string): SplitText {
  const cut = Math.min(announcedAt(text), headersBegin(text));
  return { words: text.slice(0, cut), returned: text.slice(cut) };
}

function announcedAt(text: string): number {
  let at = 0;
  for (const line of text.split('\n')) {
    if (announcement.test(line.slice(0, 200))) return at;
    at += line.length + 1;
  }
  return text.length;
}

/** Where at least three fields of a letter stand together, one of them such as no report writes by itself. */
function headersBegin(text: string): number {
  let at = 0;
  let begin = -1;
  let seen = 0;
  let tells = false;
  for (const line of text.split('\n')) {
    const bare = line.replace(/^[ \t>]{0,8}/, '');
    if (known.test(bare)) {
      if (seen === 0) begin = at;
      seen += 1;
      tells ||= telling.test(bare);
      if (seen >= 3 && tells) return begin;
    } else if (seen > 0 && !/^[ \t]/.test(line)) {
      seen = 0;
      tells = false;
    }
    at += line.length + 1;
  }
  return text.length;
}

const returnedTypes = /^(?:message\/(?:rfc822|global|partial)|(?:text|message)\/(?:global-|rfc822-)headers)/;

/** The headers of the returned letter; empty when it did not come back. */
export function originalFields(message: Message): Field[] {
  const candidates = [
    ...message.parts.filter((part) => returnedTypes.test(part.type)).map((part) => part.text),
    ...[message.text, ...message.parts.filter((part) => part.type.startsWith('text/')).map((part) => part.text)].map(
      withoutAnnouncement,
    ),
    withoutAnnouncement(message.rawText),
  ];
  for (const text of candidates) {
    const fields = readFields(unquoted(text));
    if (fields.some((field) => field.name === 'message-id')) return fields;
  }
  return candidates.map((text) => readFields(unquoted(text))).find((fields) => fields.length > 2) ?? [];
}

function withoutAnnouncement(text: string): string {
  const { returned } = splitReturned(text);
  const lines = returned.split('\n');
  const first = lines.findIndex((line) => known.test(line.replace(/^[ \t>]{0,8}/, '')));
  return first === -1 || first > 30 ? '' : lines.slice(first).join('\n');
}

/** Some servers indent or quote the whole of what they return. */
function unquoted(text: string): string {
  const indent = /^([ \t]*>?[ \t]*)[\w-]+:/.exec(text)?.[1] ?? '';
  if (indent === '') return text;
  return text
    .split('\n')
    .map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line))
    .join('\n');
}

const messageId = /<[^<>\s]{1,500}>/;

/** A Message-ID with its brackets. */
export function messageIdOf(value: string | null): string | null {
  if (value === null) return null;
  const found = messageId.exec(value)?.[0];
  if (found !== undefined) return found;
  const bare = value.trim();
  return /^[^\s<>@]{1,250}@[^\s<>@]{1,250}$/.test(bare) ? `<${bare}>` : null;
}

/** The Message-ID of the letter that came back; null when nothing names it. */
export function returnedMessageId(message: Message, original: readonly Field[]): string | null {
  const direct = messageIdOf(valueOf(original, 'message-id'));
  if (direct !== null) return direct;
  for (const part of message.parts) {
    const named = /^(?:x-)?original-message-id[ \t]*:[ \t]*(\S.*)$/im.exec(part.text)?.[1];
    if (named !== undefined) return messageIdOf(named);
  }
  const quoted = /^[ \t>]*message-?id(?:entifier)?[ \t]*:[ \t]*(<[^<>\s]+>)/im.exec(
    `${message.text}\n${message.rawText}`,
  )?.[1];
  return messageIdOf(quoted ?? null);
}
