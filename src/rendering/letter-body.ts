// Fills a compiled letter's two bodies for one notice. Handlebars in strict mode: a placeholder without
// a value throws. HTML is escaped; the text part can't be, so names lose their line breaks there.
import Handlebars from 'handlebars';
import type { CategoryBits } from '../domain/category.ts';
import type { CompiledLetter } from '../domain/kit.ts';
import { printableName } from '../domain/printable-name.ts';
import { breakableNames } from './breakable-names.ts';
import { exposedList } from './exposed-list.ts';
import { flowWords, isFlowed, textWidth, wrapWords } from './wrap-words.ts';

export interface LetterBody {
  readonly html: string;
  readonly text: string;
}

export type FillLetter = (categories: CategoryBits, name: string | null) => LetterBody;

/**
 * A function that fills the letter. It throws when a placeholder has no value, which compilation rules out.
 * Names that do not read as names are left out, whatever an older program kept (`printableName`).
 */
export function createLetterBody(letter: CompiledLetter): FillLetter {
  const options = { strict: true, knownHelpersOnly: true, knownHelpers: { each: true, if: true } };
  const html = Handlebars.compile(letter.html, options);
  const text = Handlebars.compile(letter.text, { ...options, noEscape: true });
  // Two columns are the "- " of the list.
  const item = isFlowed(letter.text)
    ? (words: string) => flowWords(words, textWidth - 2)
    : (words: string) => wrapWords(words, textWidth - 2, '  ');
  return (categories, name) => {
    const exposed = exposedList(letter, categories);
    const recipient = { name: name === null ? null : printableName(name) || null };
    return {
      html: html({ exposed: exposed.map(inHtml), recipient }),
      text: text({ exposed: exposed.map(item), recipient }),
    };
  };
}

function inHtml(words: string): Handlebars.SafeString {
  return new Handlebars.SafeString(breakableNames(Handlebars.escapeExpression(words)));
}
