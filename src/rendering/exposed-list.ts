// The list of exposed data: which lines a record gets, from its bits. Pure.
import { categories, categoriesOf, type Category, type CategoryBits } from '../domain/category.ts';
import type { CompiledLetter } from '../domain/kit.ts';

/** Every category. */
export const allCategories: CategoryBits = (1 << categories.length) - 1;

const lists = (locale: string): Intl.ListFormat => new Intl.ListFormat(locale, { type: 'conjunction' });

/**
 * The lines for a record with these categories, in the kit's order. `{which}` names, in the order of
 * `when`, the categories that the record holds and no other, with commas; `{list}` does so as a part of a sentence.
 */
export function exposedList(
  letter: Pick<CompiledLetter, 'exposed' | 'categoryWords' | 'locale'>,
  bits: CategoryBits,
): string[] {
  const held = new Set<Category>(categoriesOf(bits));
  return letter.exposed.flatMap(({ when, phrase }) => {
    if (when.length === 0) return [phrase];
    const words = when.filter((category) => held.has(category)).map((category) => letter.categoryWords[category]);
    return words.length === 0
      ? []
      : [
          phrase
            .replaceAll('{which}', () => words.join(', '))
            .replaceAll('{list}', () => lists(letter.locale).format(words)),
        ];
  });
}
