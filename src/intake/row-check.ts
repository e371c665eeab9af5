// From the cells of one record to a recipient's row, or to what is wrong with it. Pure. Values of
// category columns become one bit each at once; only address, locale and name leave as text.
import { parseAddress } from '../domain/address.ts';
import type { Audience } from '../domain/audience.ts';
import type { CategoryBits } from '../domain/category.ts';
import type { RowProblem } from '../domain/check-report.ts';
import { isBlank, trimInvisible } from '../domain/invisible.ts';
import { lookupLocale, type LocaleChoice } from '../domain/locale.ts';
import { printableName } from '../domain/printable-name.ts';
import type { RecipientRow } from '../domain/recipient-row.ts';
import { withoutTextMark } from '../domain/text-mark.ts';
import type { ColumnLayout } from './columns.ts';
import { ExposureTally } from './exposure-tally.ts';
import { cellMark } from './marks-for-nothing.ts';
import type { RawRecord } from './record-splitter.ts';
import { rowProblems, type RowProblemCode } from './row-problems.ts';

/** One row that is left out, with its cells as they were read, for the person who mends it. */
export interface InvalidRow {
  readonly row: number;
  readonly cells: readonly string[];
  readonly problems: readonly RowProblem[];
}

export interface OfferedLocales {
  readonly supported: readonly string[];
  readonly fallback: string;
}

/** What cells of the audience column mean, in lower case. */
export const audienceWords: ReadonlyMap<string, Audience> = new Map([
  ['affected', 'affected'],
  ['api', 'affected'],
  ['yes', 'affected'],
  ['unaffected', 'unaffected'],
  ['chatgpt', 'unaffected'],
  ['no', 'unaffected'],
]);

/** Strings up to this length are copied by V8 and do not keep the text alive that they were cut from. */
const maxCachedTag = 12;
const maxCachedTags = 1_000;

/** Checks rows of one file. The answer has `problems` exactly when the row is invalid. Marks that `--invalid` wrote are no part of a value. */
export function createRowCheck(
  layout: ColumnLayout,
  options: { readonly audience?: Audience | undefined; readonly locales: OfferedLocales },
  tally: ExposureTally = new ExposureTally(),
): (record: RawRecord) => RecipientRow | InvalidRow {
  const chosen = new Map<string, LocaleChoice>();
  const { supported, fallback } = options.locales;

  function localeOf(cell: string): LocaleChoice {
    let choice = chosen.get(cell);
    if (choice === undefined) {
      choice = lookupLocale(trimInvisible(withoutTextMark(cell)), supported, fallback);
      if (cell.length <= maxCachedTag && chosen.size < maxCachedTags) chosen.set(cell, choice);
    }
    return choice;
  }

  const required = Math.max(layout.email, layout.audience) + 1;

  return (record) => {
    const spoiled = recordProblem(record, layout, required);
    if (spoiled) return { row: record.row, cells: record.cells, problems: [spoiled] };
    const cells = record.cellCount < layout.width ? filledUp(record.cells, layout.width) : record.cells;
    const parsed = parseAddress(withoutTextMark(cells[layout.email]!));
    let audience = options.audience;
    let audienceProblem: RowProblemCode | null = null;
    if (layout.audience !== -1) {
      const cell = cells[layout.audience]!;
      audience = audienceWords.get(cell) ?? audienceWords.get(trimInvisible(withoutTextMark(cell)).toLowerCase());
      if (audience === undefined) audienceProblem = isBlank(cell) ? 'audience-empty' : 'audience-unknown';
    }
    if (!parsed.ok || audience === undefined) {
      const problems: RowProblem[] = [];
      if (!parsed.ok) problems.push(problem(record.row, 'email', parsed.code));
      if (audienceProblem) problems.push(problem(record.row, 'audience', audienceProblem));
      return { row: record.row, cells, problems };
    }
    const locale = localeOf(layout.locale === -1 ? '' : cells[layout.locale]!);
    const affected = audience === 'affected';
    const nameCell = layout.name === -1 ? '' : cells[layout.name]!;
    if (!affected && cellMark(nameCell) === 'nothing') tally.addMarkedName();
    return {
      row: record.row,
      address: parsed.address,
      key: parsed.key,
      audience,
      locale: locale.locale,
      localeFallback: locale.fallback,
      name: printableName(nameCell),
      categories: affected ? exposed(cells, layout, tally) : 0,
    };
  };
}

/** True when the row is one to leave out. */
export function isInvalid(row: RecipientRow | InvalidRow): row is InvalidRow {
  return 'problems' in row;
}

function exposed(cells: readonly string[], layout: ColumnLayout, tally: ExposureTally): CategoryBits {
  let [bits, nothing, no, negative, other] = [0, 0, 0, 0, 0];
  for (const { index, bit } of layout.categories) {
    const cell = cells[index]!;
    if (isBlank(cell)) continue;
    bits |= bit;
    const mark = cellMark(cell);
    if (mark === null) other |= bit;
    else if (mark === 'nothing') nothing |= bit;
    else if (mark === 'no') no |= bit;
    else if (mark === 'negative') negative |= bit;
  }
  tally.add(bits, nothing, no, negative, other);
  return bits;
}

/** With the empty cells at its end that a spreadsheet leaves out. */
function filledUp(cells: readonly string[], width: number): readonly string[] {
  return [...cells, ...Array.from({ length: width - cells.length }, () => '')];
}

/**
 * What spoils a record as a whole; its cells then cannot be trusted one by one. Spreadsheets leave out empty cells at
 * the end of a row, or write one more: where nothing but optional cells is missing, or nothing stands in one, that is none.
 */
function recordProblem(record: RawRecord, layout: ColumnLayout, required: number): RowProblem | null {
  if (record.misquoted !== -1) return problem(record.row, layout.names[record.misquoted] ?? null, 'quote-misplaced');
  if (record.tooLong !== -1) return problem(record.row, layout.names[record.tooLong] ?? null, 'cell-too-long');
  if (record.mayHoldNul) {
    const index = record.cells.findIndex((cell) => cell.includes('\0'));
    if (index !== -1) return problem(record.row, layout.names[index] ?? null, 'nul');
  }
  if (record.cellCount < required) return problem(record.row, null, 'too-few-fields');
  const surplus = record.cellCount - layout.width;
  if (surplus > 1 || (surplus === 1 && !isBlank(record.cells[layout.width] ?? 'x')))
    return problem(record.row, null, 'too-many-fields');
  return null;
}

function problem(row: number, column: string | null, code: RowProblemCode): RowProblem {
  return { row, column, code, message: rowProblems[code] };
}
