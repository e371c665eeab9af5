// Which column of a file is which: header cells are compared without case, spaces, hyphens and
// underscores, aliases included. Pure. A header that leaves a doubt makes the file unusable.
import type { Audience } from '../domain/audience.ts';
import { categories, categoryBit, type Category, type CategoryBits } from '../domain/category.ts';
import { parseAddress } from '../domain/address.ts';
import { CandorError } from '../domain/errors.ts';
import { trimInvisible } from '../domain/invisible.ts';

/** Canonical columns in the order in which documents list them. */
export const columnNames = ['email', 'audience', 'locale', ...categories] as const;
export type ColumnName = (typeof columnNames)[number];

/** Other headers that mean a column. */
export const columnAliases: Readonly<Partial<Record<ColumnName, readonly string[]>>> = {
  email: ['e-mail', 'mail', 'email address'],
  audience: ['product', 'segment'],
  locale: ['language'],
};

/** Where each column stands; -1 when the file does not have it. */
export interface ColumnLayout {
  readonly width: number;
  readonly email: number;
  readonly audience: number;
  readonly locale: number;
  readonly name: number;
  readonly categories: readonly { readonly index: number; readonly bit: CategoryBits }[];
  /** Canonical name by position; null for ignored columns. */
  readonly names: readonly (ColumnName | null)[];
  /** Canonical name → header as the file spells it. */
  readonly columns: Readonly<Record<string, string>>;
  readonly ignoredColumns: readonly string[];
  readonly missingCategories: readonly Category[];
}

export interface ColumnChoices {
  /** Given for the whole file, which then must not have the column. */
  readonly audience?: Audience;
  /** Canonical column → header chosen by a person; goes before names and aliases. */
  readonly mapping?: Readonly<Record<string, string>>;
}

const meanings = new Map<string, ColumnName>();
for (const name of columnNames) {
  for (const spelling of [name, ...(columnAliases[name] ?? [])]) meanings.set(plainHeader(spelling), name);
}

/** A header cell as it is compared. */
export function plainHeader(cell: string): string {
  return trimInvisible(cell)
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\s_-]+/g, '');
}

/** The column that a header cell means by its name or an alias; null when it means none. */
export function columnMeaning(cell: string): ColumnName | null {
  return meanings.get(plainHeader(cell)) ?? null;
}

/**
 * Finds the columns of a header.
 *
 * Throws CandorError: `columns-no-email`, `columns-two-emails`, `columns-duplicate`,
 * `columns-no-audience`, `audience-twice`, `column-not-found`, `header-missing`.
 */
export function layOutColumns(header: readonly string[], choices: ColumnChoices): ColumnLayout {
  const names = chooseColumns(header, choices.mapping ?? {});
  const place = new Map<ColumnName, number>();
  names.forEach((name, index) => {
    if (name === null) return;
    if (place.has(name)) {
      throw new CandorError(name === 'email' ? 'columns-two-emails' : 'columns-duplicate', {
        column: name,
        first: place.get(name)! + 1,
        second: index + 1,
      });
    }
    place.set(name, index);
  });
  if (!place.has('email')) {
    // A file without a header begins with a person: nothing of that row may be shown.
    throw new CandorError(header.some((cell) => parseAddress(cell).ok) ? 'header-missing' : 'columns-no-email');
  }
  if (place.has('audience') && choices.audience !== undefined) throw new CandorError('audience-twice');
  if (!place.has('audience') && choices.audience === undefined) throw new CandorError('columns-no-audience');
  return {
    width: header.length,
    email: place.get('email') ?? -1,
    audience: place.get('audience') ?? -1,
    locale: place.get('locale') ?? -1,
    name: place.get('name') ?? -1,
    categories: categories.flatMap((category) => {
      const index = place.get(category);
      return index === undefined ? [] : [{ index, bit: categoryBit(category) }];
    }),
    names,
    columns: Object.fromEntries([...place].map(([name, index]) => [name, shownHeader(header[index]!, index)])),
    ignoredColumns: header.flatMap((cell, index) => (names[index] === null ? [shownHeader(cell, index)] : [])),
    missingCategories: categories.filter((category) => !place.has(category)),
  };
}

function chooseColumns(header: readonly string[], mapping: Readonly<Record<string, string>>): (ColumnName | null)[] {
  const chosen = new Map<ColumnName, string>();
  for (const name of columnNames) {
    const choice = Object.hasOwn(mapping, name) ? mapping[name] : undefined;
    if (choice !== undefined) chosen.set(name, plainHeader(choice));
  }
  const byChoice = new Map([...chosen].map(([name, plain]) => [plain, name]));
  const names = header.map((cell) => {
    const choice = byChoice.get(plainHeader(cell));
    if (choice !== undefined) return choice;
    const meaning = columnMeaning(cell);
    return meaning !== null && chosen.has(meaning) ? null : meaning;
  });
  for (const name of chosen.keys()) {
    if (!names.includes(name)) throw new CandorError('column-not-found', { column: name });
  }
  return names;
}

/** A header cell for people: one line, no control characters, and no address that strayed into it. */
export function shownHeader(cell: string, index: number): string {
  const text = trimInvisible(cell).replace(/[\p{Cc}\p{Cf}\p{Z}]+/gu, ' ');
  if (text === '' || parseAddress(text).ok) return `column ${index + 1}`;
  return text.length > 100 ? `${text.slice(0, 99)}…` : text;
}
