// What a recipient file holds, for people: the account, the audiences and languages, the columns and
// the first problems by row number. No value of a cell is shown. Pure.
import { categories } from '../domain/category.ts';
import type { CheckedFile, CheckReport, FileWarning, RowProblem } from '../domain/check-report.ts';
import type { KitShown } from '../domain/kit.ts';
import { count, counted, kitFindingTexts } from './figures.ts';
import { padEnd, padStart, table, wrap } from './layout.ts';
import { palette, type Palette } from './palette.ts';
import { renderAccount } from './render-summary.ts';
import { safeText } from './safe-text.ts';
import { textColumns, type View } from './view.ts';

/** How many problems a person is shown; `--json` has 100 and `--invalid` all of them. */
const shownProblems = 8;
/** And how many rows that disagree. */
const shownConflicts = 20;

/** The report of `candor check`. `invalidOut` names the file that `--invalid` wrote. */
export function renderCheck(report: CheckedFile, invalidOut: string | null, view: View): string[] {
  const width = textColumns(view);
  const paint = palette(view.color);
  const verdict =
    report.invalid === 0
      ? paint.good('Every row is valid.')
      : paint.bad(`${counted(report.invalid, 'row is', 'rows are')} invalid and would not be told.`);
  return [
    ...wrap(safeText(report.file), width).map(paint.strong),
    verdict,
    '',
    ...renderContents(report, width),
    '',
    ...renderColumns(report, width, paint),
    ...(report.kit === undefined ? [] : renderKitFindings(report.kit, width, paint)),
    ...renderFindings(report, width, paint),
    ...renderProblems(report, width, paint),
    ...(invalidOut === null
      ? []
      : [
          '',
          ...wrap(
            `The invalid rows, each with its reason, are in ${safeText(invalidOut)} (readable by you only).`,
            width,
          ),
        ]),
  ];
}

/** The account, then notices by audience and by language. */
export function renderContents(report: CheckedFile, width: number): string[] {
  const locales = Object.entries(report.locales).sort(([, a], [, b]) => b - a);
  const fallbacks =
    report.localeFallbacks === 0 ? '' : ` (${count(report.localeFallbacks)} of them by the kit's default)`;
  return [
    ...renderAccount(report, width),
    ...renderConflicts(report, width),
    ...table(
      [
        ['affected', count(report.audiences.affected)],
        ['unaffected', count(report.audiences.unaffected)],
      ],
      'lr',
    ).map((line) => `  ${line}`),
    ...wrap(
      `languages: ${locales.map(([locale, notices]) => `${safeText(locale)} ${count(notices)}`).join(', ')}${fallbacks}`,
      width,
      '  ',
    ),
  ];
}

/** Where the file contradicts itself about the audience, by the row that shows it. */
export function renderConflicts({ conflicts, conflictRows = [] }: CheckedFile, width: number): string[] {
  if (conflictRows.length === 0) return [];
  const shown = conflictRows.slice(0, shownConflicts);
  const more = conflicts - shown.length;
  // As a spreadsheet numbers them: with commas inside, a list cannot be read.
  const rows = `${shown.join(', ')}${more > 0 ? ` and ${count(more)} more` : ''}`;
  return wrap(
    conflicts === 1
      ? `Row ${rows} says otherwise than an earlier row of its address.`
      : `Rows ${rows} say otherwise than an earlier row of their address.`,
    width,
    '  ',
  );
}

/** How the file was understood where that may be wrong, and how many affected rows have each kind of data. */
export function renderFindings({ findings, warnings = [] }: CheckedFile, width: number, paint: Palette): string[] {
  if (findings === undefined) return [];
  const { exposure, affectedRows, encoding } = findings;
  const told = new Set(warnings.map(({ code, column }) => (code.startsWith('exposed') ? column : null)));
  const lines = [
    ...exposure
      .filter(({ category }) => !told.has(category))
      .flatMap(({ category, rows }) =>
        wrap(`${category}: exposed for ${count(rows)} of ${counted(affectedRows, 'affected row')}`, width, '  '),
      ),
    ...(encoding === 'utf-8' ? [] : wrap(`read as ${shownEncoding(encoding)}, not as UTF-8`, width, '  ')),
    ...renderWarnings(warnings, width, paint),
  ];
  return lines.length === 0 ? [] : ['', paint.strong('How the file was understood'), ...lines];
}

/** What to look at in the letters. */
export function renderKitFindings(kit: KitShown, width: number, paint: Palette): string[] {
  const lines = kitFindingTexts(kit).flatMap((text) => wrap(safeText(text), width, '  ').map(paint.caution));
  return lines.length === 0 ? [] : ['', paint.strong('Look at this in the letters'), ...lines];
}

/** As people write it. */
function shownEncoding(name: string): string {
  if (name.startsWith('utf-16')) return 'UTF-16';
  return name
    .replace(/^(?:iso|koi8|ibm|euc|gb)/, (start) => start.toUpperCase())
    .replace(/^[a-z]/, (char) => char.toUpperCase());
}

/** What a person should look at, a paragraph for each warning: as every other door tells it. */
export function renderWarnings(warnings: readonly FileWarning[], width: number, paint: Palette): string[] {
  return warnings.flatMap(({ code, message }) =>
    wrap(safeText(message), width, '  ').map(code === 'exposed' ? paint.plain : paint.caution),
  );
}

/** The first problems with their rows, and how many rows more are invalid. */
export function renderProblems(report: CheckReport, width: number, paint: Palette): string[] {
  if (report.problems.length === 0) return [];
  const shown = report.problems.slice(0, shownProblems);
  const rowWidth = Math.max(...shown.map((problem) => count(problem.row).length));
  const shownRows = new Set(shown.map((problem) => problem.row)).size;
  const more = report.invalid - shownRows;
  return [
    '',
    paint.strong('Problems (the header is row 1)'),
    ...shown.flatMap((problem) => problemLines(problem, rowWidth, width, paint)),
    ...(more > 0
      ? wrap(
          `and ${counted(more, 'more invalid row')}; candor check FILE --invalid OUT.csv lists them all`,
          width,
          '  ',
        ).map(paint.faint)
      : []),
  ];
}

function problemLines(problem: RowProblem, rowWidth: number, width: number, paint: Palette): string[] {
  const head = `  row ${padStart(count(problem.row), rowWidth)}  `;
  const where = problem.column === null ? '' : `${safeText(problem.column)}: `;
  const [first = '', ...rest] = wrap(`${where}${safeText(problem.message)}`, width, ' '.repeat(head.length));
  return [paint.caution(head) + first.slice(head.length), ...rest];
}

function renderColumns(report: CheckReport, width: number, paint: Palette): string[] {
  const named = Object.entries(report.columns);
  const longest = Math.max(0, ...named.map(([column]) => column.length));
  const missing = categories.filter((category) => !(category in report.columns));
  return [
    paint.strong('Columns'),
    ...named.map(([column, header]) => {
      const read = safeText(header);
      return read === column ? `  ${column}` : `  ${padEnd(column, longest)}  from "${read}"`;
    }),
    ...list('not in the file, so told as not exposed', missing, width, paint.caution),
    ...list('ignored', report.ignoredColumns.map(safeText), width, paint.faint),
  ];
}

function list(label: string, names: readonly string[], width: number, style: (text: string) => string): string[] {
  return names.length === 0 ? [] : wrap(`${label}: ${names.join(', ')}`, width, '  ').map(style);
}
