// UTF-8 among text of Windows-1252: files that were joined, one part of each kind. Pure.
import { isUtf8 } from 'node:buffer';
import { isWindowsText, windowsOctets } from './decoder.ts';
import { looksWestern } from './western-text.ts';

/**
 * True when a cell that was read as Windows-1252 is UTF-8 without much doubt: all of its octets are, what they make is
 * letters of one script (`Ren` and é, or a word of three letters), and read as Windows-1252 it is hardly a text.
 * Two octets of GBK or EUC-KR can be UTF-8 by chance; a name of theirs is then told as doubtful, not as mixed.
 */
export function isHiddenUtf8(cell: string): boolean {
  if (!/[Â-ô][^\0-\x7f]/.test(cell) || looksWestern(cell) || !isWindowsText(cell)) return false;
  const octets = windowsOctets(cell);
  if (!isUtf8(octets)) return false;
  const text = octets.toString('utf8');
  if (/\p{Script=Latin}/u.test(text.replace(/[^\0-\x7f]/g, '')))
    return /^[\0-\x7f\u00a0-\u024f\u1e00-\u1eff‐-⁯€™]*$/.test(text);
  return scripts.some((script) => script.test(text));
}

/** True for a name that was damaged before it came here: Ã© for é, J?rgen, or U+FFFD for what could not be read. */
export function isGarbled(name: string): boolean {
  if (!/[?\ufffd]|[Â-ô][^\0-\x7f]/.test(name)) return false;
  return /\ufffd|\?\?|\p{L}\?\p{L}/u.test(name) || isHiddenUtf8(name);
}

const scripts: readonly RegExp[] = ['Cyrillic', 'Greek', 'Hebrew', 'Arabic', 'Thai', 'Han', 'Hangul', 'Devanagari'].map(
  (name) =>
    new RegExp(`^(?:\\p{Script=${name}}|[\\0-\\x7f\\p{P}]){${name === 'Han' || name === 'Hangul' ? 2 : 3},}$`, 'u'),
);
