// Which column of a file is which: header cells are compared without case, spaces, hyphens and
// underscores, aliases included. Pure. A header that leaves a doubt makes the file unusable.
import type { Audience } from '../domain/audience.ts';
import { categories, categoryBit, type Category, type CategoryBits } from '../domain/category.ts';
import { CandorError } from '../domain/errors.ts';
import { trimInvisible } from '../domain/invisible.ts';
import { addressHeaders } from './address-headers.ts';
import { readsAsPerson } from './reads-as-person.ts';

/** Canonical columns in the order in which documents list them. */
export const columnNames = ['email', 'audience', 'locale', ...categories] as const;
export type ColumnName = (typeof columnNames)[number];

/** Other headers that mean a column. */
export const columnAliases: Readonly<Partial<Record<ColumnName, readonly string[]>>> = {
  email: ['e-mail', 'mail', 'email address', ...addressHeaders],
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
  /** Canonical name → header as it may be shown. */
  readonly columns: Readonly<Record<string, string>>;
  /** Canonical name → number of the column, the first being 1: what may be kept, because it tells nothing of anybody. */
  readonly columnNumbers: Readonly<Record<string, number>>;
  readonly ignoredColumns: readonly string[];
  readonly missingCategories: readonly Category[];
}

/** Canonical column → the number of a column, the first being 1, or its header. */
export type ColumnMapping = Readonly<Record<string, number | string>>;

export interface ColumnChoices {
  /** Given for the whole file, which then must not have the column. */
  readonly audience?: Audience;
  /** Chosen by a person; goes before names and aliases. */
  readonly mapping?: ColumnMapping;
}

const meanings = new Map<string, ColumnName>();
for (const name of columnNames) {
  for (const spelling of [name, ...(columnAliases[name] ?? [])]) meanings.set(plainHeader(spelling), name);
}

/** A header cell as it is compared: letters, digits and what separates words for good. */
export function plainHeader(cell: string): string {
  return (
    trimInvisible(cell.slice(0, 1_000))
      .normalize('NFKC')
      .toLowerCase()
      // Blanks, dashes, underscores and hyphens of every kind; marks of required fields; quotation marks of SQL tools.
      .replace(/[\s\p{Z}\p{Pd}\p{Pc}\p{Cf}\p{DI}\u2212]+/gu, '')
      .replace(/^[#*'"`[(“‘«]+|[:*'"`\])”’»]+$/gu, '')
  );
}

/** The column that a header cell means by its name or an alias; null when it means none. */
export function columnMeaning(cell: string): ColumnName | null {
  return meanings.get(plainHeader(cell)) ?? null;
}

/**
 * Finds the columns of a header.
 *
 * Throws CandorError: `header-missing`, `columns-no-email`, `columns-two-emails`, `columns-duplicate`,
 * `columns-no-audience`, `audience-twice`, `column-not-found`.
 */
export function layOutColumns(header: readonly string[], choices: ColumnChoices): ColumnLayout {
  // Before any choice: no mapping makes a header of a person.
  if (readsAsRecipient(header)) throw new CandorError('header-missing');
  const names = chooseColumns(header, choices.mapping ?? {});
  const place = new Map<ColumnName, number>();
  names.forEach((name, index) => {
    if (name === null) return;
    if (place.has(name)) throw twice(name, place.get(name)!, index);
    place.set(name, index);
  });
  if (!place.has('email')) throw new CandorError('columns-no-email');
  if (place.has('audience') && choices.audience !== undefined) throw new CandorError('audience-twice');
  if (!place.has('audience') && choices.audience === undefined) throw new CandorError('columns-no-audience');
  const shown = shownHeaders(header);
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
    columns: Object.fromEntries([...place].map(([name, index]) => [name, shown[index]!])),
    columnNumbers: Object.fromEntries([...place].map(([name, index]) => [name, index + 1])),
    ignoredColumns: shown.filter((_, index) => names[index] === null),
    missingCategories: categories.filter((category) => !place.has(category)),
  };
}

/**
 * True for a first line that is a recipient. One that names two columns is a header, whatever strayed into it; one
 * that names the email column alone may hold a number, but no address.
 */
function readsAsRecipient(header: readonly string[]): boolean {
  const named = new Set(header.map(columnMeaning));
  named.delete(null);
  if (named.size > 1) return false;
  const readings = new Set(header.map(readsAsPerson));
  return readings.has('address') || (readings.has('number') && !named.has('email'));
}

function twice(column: ColumnName, first: number, second: number): CandorError {
  const code = column === 'email' ? 'columns-two-emails' : 'columns-duplicate';
  return new CandorError(code, { column, first: first + 1, second: second + 1 });
}

function chooseColumns(header: readonly string[], mapping: ColumnMapping): (ColumnName | null)[] {
  const chosen = columnNumbersOf(header, mapping);
  const byNumber = new Map([...chosen].map(([name, number]) => [number, name]));
  for (const [name, number] of chosen) {
    if (byNumber.get(number) !== name) throw new CandorError('column-not-found', { column: name });
  }
  return header.map((cell, index) => {
    const choice = byNumber.get(index + 1);
    if (choice !== undefined) return choice;
    const meaning = columnMeaning(cell);
    return meaning !== null && chosen.has(meaning) ? null : meaning;
  });
}

/**
 * The columns that a person chose, by their numbers. A header that stands twice has to be chosen by number.
 *
 * Throws CandorError: `column-not-found`, `columns-two-emails`, `columns-duplicate`.
 */
export function columnNumbersOf(header: readonly string[], mapping: ColumnMapping): Map<ColumnName, number> {
  const numbers = new Map<ColumnName, number>();
  for (const name of columnNames) {
    const choice = Object.hasOwn(mapping, name) ? mapping[name] : undefined;
    if (choice !== undefined) numbers.set(name, numberOf(header, name, choice));
  }
  return numbers;
}

function numberOf(header: readonly string[], name: ColumnName, choice: number | string): number {
  if (typeof choice === 'number') {
    if (Number.isInteger(choice) && choice >= 1 && choice <= header.length) return choice;
    throw new CandorError('column-not-found', { column: name });
  }
  const wanted = plainHeader(choice);
  const shown = shownHeaders(header);
  const found = header.flatMap((cell, index) =>
    plainHeader(cell) === wanted || plainHeader(shown[index]!) === wanted ? [index] : [],
  );
  if (found.length === 0) throw new CandorError('column-not-found', { column: name });
  if (found.length > 1) throw twice(name, found[0]!, found[1]!);
  return found[0]! + 1;
}

/** The longest header text that somebody may choose a column by. */
export const longestHeader = 300;

/**
 * The cells of a header for people: each on one line, without control characters. Where one of them is somebody's,
 * others may be theirs, too: then only what means a column is shown, and the rest by its place.
 */
export function shownHeaders(header: readonly string[], longest = 100): string[] {
  const personal = header.some((cell) => readsAsPerson(cell) !== null);
  return header.map((cell, index) => {
    const text = trimInvisible(cell).replace(/[\p{Cc}\p{Cf}\p{Z}]+/gu, ' ');
    if (text === '' || (personal && columnMeaning(cell) === null)) return `column ${index + 1}`;
    return text.length > longest ? `${text.slice(0, longest - 1)}…` : text;
  });
}
