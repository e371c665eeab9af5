// Text that others wrote (file headers, subjects, relay replies) made safe for a terminal: no control
// sequence in it can move the cursor, set a title or hide what follows. Pure.

/** C0 and C1 controls, DEL, line separators, direction overrides, zero-width characters and the BOM. */
const unsafe = /[\u0000-\u001F\u007F-\u009F\u061C\u200B-\u200F\u2028-\u202E\u2060-\u2069\uFEFF]/g;

/** One line that shows each unsafe character as `\u001b` instead of acting on it; line breaks and tabs become a space. */
export function safeText(text: string): string {
  return text.replaceAll(/[\r\n\t]+/g, ' ').replaceAll(unsafe, escaped);
}

/** Like `safeText`, and keeps line breaks: for texts of our own that hold values from outside. */
export function safeLines(text: string): string {
  return text.split(/\r?\n/).map(safeText).join('\n');
}

/** JSON on one line whose strings cannot act on a terminal either; parses to the same value. */
export function safeJson(value: unknown): string {
  return JSON.stringify(value).replaceAll(unsafe, escaped);
}

/** Hides what looks like an address: for what a person mistyped and we repeat. */
export function withoutAddresses(text: string): string {
  return text.replaceAll(/[^\s'"=]+@[^\s'"]+/g, '(address)');
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
