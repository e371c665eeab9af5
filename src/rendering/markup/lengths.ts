// How large a letter's sizes may be: text that nobody can read is hidden, and so is text outside of the window. Pure.
import type { StyleAuthor } from './allowed.ts';

/** About how many px one of a unit is, and of `%` and of a bare number where they stand for a size of text. */
const pixels: Readonly<Record<string, number>> = { px: 1, pt: 4 / 3, em: 16, rem: 16 };

const smallestText = 9;
const largestText = 72;
/** A letter is 600 px wide, and cut where MJML rounds the corners of its frame. */
const widest = 1_000;
const mostSpace = 160;

/** Why a property can't have this length, or null. */
export function lengthProblem(property: string, value: number, unit: string, author: StyleAuthor): string | null {
  if (!Number.isFinite(value)) return 'is no number';
  const length = unit in pixels ? value * (pixels[unit] ?? 1) : null;
  if (length === null && unit !== '%' && unit !== '') return 'has a unit other than px, pt, em, rem and %';
  // MJML puts text into cells whose own size is nothing; whether words are seen, visible-text.ts decides.
  if (author === 'mjml' && value === 0) return null;
  switch (property) {
    case 'font-size':
      return sizeOfText(value, unit, length, author);
    case 'line-height': {
      const factor = unit === '' ? value : unit === '%' ? value / 100 : null;
      if (factor !== null) return within(factor, 1, 4);
      // MJML's spacers are lines without words.
      return author === 'mjml' ? within(length ?? 0, 0, widest) : within(length ?? 0, smallestText, 200);
    }
    case 'letter-spacing':
    case 'word-spacing':
      return within(length ?? value, -0.5, 12);
    case 'vertical-align':
      return within(length ?? value, -20, 20);
    case 'width':
    case 'min-width':
    case 'max-width':
      return unit === '%' ? within(value, 5, 100) : within(length ?? value, author === 'mjml' ? 0 : 20, widest);
    case 'font-weight':
      return within(value, 1, 1000);
    default:
      if (/^(?:margin|padding|border-spacing|gap)/.test(property))
        return unit === '%' ? within(value, 0, 25) : within(length ?? value, 0, mostSpace);
      if (property.includes('text-size-adjust')) return within(value, 50, 200);
      return unit === '%' ? within(value, 0, 100) : within(length ?? value, 0, widest);
  }
}

function sizeOfText(value: number, unit: string, length: number | null, author: StyleAuthor): string | null {
  // The rule that MJML draws as a paragraph without words.
  if (author === 'mjml' && unit === 'px' && value === 1) return null;
  return within(unit === '%' ? (value / 100) * 16 : (length ?? value), smallestText, largestText);
}

function within(value: number, least: number, most: number): string | null {
  if (value < least) return 'is too small';
  return value > most ? 'is too large' : null;
}
