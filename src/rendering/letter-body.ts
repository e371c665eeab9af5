// Fills a compiled letter's two bodies for one notice. Handlebars in strict mode: a placeholder without
// a value throws. HTML is escaped; the text part can't be, so names lose their line breaks there.
import Handlebars from 'handlebars';
import type { CategoryBits } from '../domain/category.ts';
import type { CompiledLetter } from '../domain/kit.ts';
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
 * Names are printed as one line of at most 200 characters without control and direction-changing characters.
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
    const recipient = { name: name === null ? null : printableName(name) };
    return {
      html: html({ exposed: exposed.map(inHtml), recipient }),
      text: text({ exposed: exposed.map(item), recipient }),
    };
  };
}

function inHtml(words: string): Handlebars.SafeString {
  return new Handlebars.SafeString(breakableNames(Handlebars.escapeExpression(words)));
}

/** A name as a letter may print it; null when nothing is left of it. */
export function printableName(name: string): string | null {
  // oxlint-disable-next-line no-control-regex -- control characters are what is being removed
  const oneLine = name
    .replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ')
    .replaceAll(/[\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]/g, '');
  const short = [...oneLine.replaceAll(/ {2,}/g, ' ').trim()].slice(0, 200).join('');
  return short === '' ? null : short;
}
