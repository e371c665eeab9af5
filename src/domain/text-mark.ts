// The mark that keeps a spreadsheet from running a cell as a formula (CWE-1236): an apostrophe before what it would
// take for one. Pure. Promises: a file that intake would read one way reads the same with its cells marked.
//
// The reader of a file decides which character ends its cells, by its own settings: a comma file that is opened where
// the semicolon does is cut inside cells, and quotation marks do not help, because there they stand in the middle of
// a cell. So each place is marked at which a cell could begin. A cell with such places has a mark at its start, too,
// and without that one nothing is taken off: an address may hold all of these characters.
import { isBlank } from './invisible.ts';

/** ASVS 1.2.10, and the full-width forms that some spreadsheets take for the same. */
const formula = '=+\\-@\\t\\r\\0＝＋－＠';
/** What could end a cell for somebody. Quotation marks there open a cell or are lost; they do not keep a formula from running. */
const end = '[,;|\\t\\r\\n]';
const formulaFirst = new RegExp(`^[${formula}]`);
const formulaWithin = new RegExp(`(${end})(?=["']*[${formula}])`, 'g');
const formulaWithinAtAll = new RegExp(`${end}"*[${formula}]`);
const markFirst = new RegExp(`^'[${formula}]`);
const markWithin = new RegExp(`(${end})'(?=["']*[${formula}])`, 'g');
const markWithinAtAll = new RegExp(`${end}'["']*[${formula}]`);
const apostrophe = 0x27;

/** The cell as it may be given to a spreadsheet. Marked cells stay as they are. */
export function markAsText(cell: string): string {
  // With a mark it would no longer be blank.
  if (isBlank(cell)) return cell;
  const text = withoutTextMark(cell);
  if (!formulaFirst.test(text) && !formulaWithinAtAll.test(text) && !isMarked(text)) return text;
  return `'${text.replace(formulaWithin, "$1'")}`;
}

/** The value of a cell that may have been marked. `withoutTextMark(markAsText(cell))` is `withoutTextMark(cell)`, unless it is blank. */
export function withoutTextMark(cell: string): string {
  return isMarked(cell) ? cell.slice(1).replace(markWithin, '$1') : cell;
}

function isMarked(cell: string): boolean {
  return cell.charCodeAt(0) === apostrophe && (markFirst.test(cell) || markWithinAtAll.test(cell));
}
