// The answer of every parser of a setting: a value, or what is wrong with the text in words that never
// quote it (the text may be a secret; whoever reports the problem decides what to show).

export type Reading<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: string };

/** What to do about a password that ends the address before its time. */
export const percentEncode =
  'in user and password write # as %23, ? as %3F, / as %2F, @ as %40, % as %25, and other special characters percent-encoded too';

/** A good reading. */
export function good<T>(value: T): Reading<T> {
  return { ok: true, value };
}

/** A bad one. `problem` completes "… (problem)": lower case, no full stop, no part of the text. */
export function bad(problem: string): { readonly ok: false; readonly problem: string } {
  return { ok: false, problem };
}

/**
 * What is wrong with a text that nobody can read as it was meant; null: nothing. Control and format characters
 * (bidirectional, zero-width), separators, fillers and other invisible ones break headers or deceive the eye; U+FFFD stands
 * where octets were no UTF-8; the rest is no character to anybody but its maker.
 */
export function unseenCharacter(text: string): string | null {
  if (text.includes('\uFFFD')) return notUtf8;
  if (/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{DI}\u2800]/u.test(text)) return 'an invisible or control character';
  return /[\p{Cs}\p{Co}\p{Cn}]/u.test(text) ? 'a character that has no meaning outside of one font' : null;
}

/** Of a text whose octets could not be read. */
export const notUtf8 = 'a character that could not be read (U+FFFD); set it anew, as UTF-8';
