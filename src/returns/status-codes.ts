// Enhanced status codes (RFC 3463) in what servers write.

const enhanced = /(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.]*\d)/;
const afterReply = /\b[245]\d\d[ \-#]+#?([245]\.\d{1,3}\.\d{1,3})(?![\d.]*\d)/;

/** The first enhanced status of a text, the one behind a reply code preferred: `5.1.1`. Null when there is none. */
export function statusOf(text: string): string | null {
  const start = text.slice(0, 4_000);
  return afterReply.exec(start)?.[1] ?? enhanced.exec(start)?.[1] ?? null;
}

/** The first reply code (RFC 5321) of a text, where one clearly is meant: `550`. */
export function replyCodeOf(text: string): number | null {
  const found = /(?:^|[\s:;"'([<])([45]\d\d)(?:[ -](?=\S)|[ -]?#|$)/m.exec(text.slice(0, 4_000))?.[1];
  return found === undefined ? null : Number(found);
}
