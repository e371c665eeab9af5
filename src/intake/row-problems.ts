// What can be wrong with a row, each with how to mend it. A row with a problem is invalid: it is
// reported with its number and left out, and the rest of the file stands. Texts never quote a cell.
import { addressProblems } from '../domain/address.ts';

export const rowProblems = {
  ...addressProblems,
  'audience-empty': 'The audience is empty; fill in affected or unaffected.',
  'audience-unknown': 'The audience is none of affected, unaffected, api, chatgpt, yes, no; correct it.',
  'cell-too-long': 'A cell holds more than 64 KB; shorten it or clear it.',
  nul: 'A cell holds a NUL character; delete it or type the cell again.',
  'quote-misplaced':
    'Text follows the closing quotation mark of a cell; write a quotation mark inside a quoted cell twice.',
  'too-few-fields': 'The row ends before its address or audience; fill it up, empty cells included.',
  'too-many-fields':
    'The row has more cells than the header; put a cell that holds the delimiter into quotation marks. If every row has one more, the header lacks a cell, as with the row names of R: add it.',
} as const satisfies Record<string, string>;

export type RowProblemCode = keyof typeof rowProblems;
