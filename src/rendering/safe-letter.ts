// The last look at a compiled letter, filled as its recipients get it: a placeholder that opens and closes blocks could
// make another letter of it than the one that was compiled. Pure.
import type { CompiledLetter } from '../domain/kit.ts';
import { allCategories } from './exposed-list.ts';
import { createLetterBody } from './letter-body.ts';
import { findUnsafeHtml, findUnsafeWords, type MarkupFinding } from './safe-markup.ts';

/** Beyond that, Gmail shows the beginning only, and a link to the rest. */
const mostBytes = 102_400;
/** As long as a name can be. */
const longName = `Ana ${'x'.repeat(195)}`;

/** What is wrong with the letter, for whichever recipient; null when nothing is. Some 20 ms. */
export function findUnsafeLetter(letter: CompiledLetter, rightToLeft: boolean): MarkupFinding | null {
  const { subject, text, exposed, categoryWords, testMark } = letter;
  const words = [subject, text, testMark.subject, testMark.line, ...exposed.map(({ phrase }) => phrase)];
  for (const each of [...words, ...Object.values(categoryWords)]) {
    const found = findUnsafeWords(each, rightToLeft);
    if (found !== null) return found;
  }
  const fill = createLetterBody(letter);
  const filled = new Set(
    (letter.audience === 'affected' ? [0, allCategories] : [0]).flatMap((categories) =>
      (letter.printsName ? [null, longName] : [null]).map((name) => fill(categories, name).html),
    ),
  );
  for (const html of filled) {
    const bytes = Buffer.byteLength(html);
    if (bytes > mostBytes)
      return { check: 'size-102k', what: `its HTML has ${bytes} bytes: Gmail shows no more than ${mostBytes} of them` };
    const found = findUnsafeHtml(html, rightToLeft);
    if (found !== null) return found;
  }
  return null;
}
