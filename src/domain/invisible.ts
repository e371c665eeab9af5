// Characters that nobody sees: blanks of any kind, zero-width and format characters, fillers.
// Spreadsheets and web pages leave them at the ends of cells; they never belong to a value there.

const invisible = /^[\s\p{Cf}\p{DI}\u2800]$/u;

/**
 * The text without blanks and invisible characters at its ends. What is inside stays. Linear in what
 * is trimmed, whatever is inside (an expression that ends with `+$` would not be).
 */
export function trimInvisible(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end) {
    const code = text.codePointAt(start)!;
    if (!isInvisible(code)) break;
    start += code > 0xffff ? 2 : 1;
  }
  while (end > start) {
    const pair = end - start >= 2 ? text.codePointAt(end - 2)! : 0;
    const code = pair > 0xffff ? pair : text.charCodeAt(end - 1);
    if (!isInvisible(code)) break;
    end -= code > 0xffff ? 2 : 1;
  }
  return start === 0 && end === text.length ? text : text.slice(start, end);
}

/** True when the text has nothing that a reader could see. */
export function isBlank(text: string): boolean {
  if (text.length === 0) return true;
  const first = text.charCodeAt(0);
  if (first > 32 && first < 127) return false;
  return trimInvisible(text) === '';
}

function isInvisible(code: number): boolean {
  // Nearly every cell begins and ends with a printable ASCII character.
  return (code <= 32 || code >= 127) && invisible.test(String.fromCodePoint(code));
}
