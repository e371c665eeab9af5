// Counts, while valid rows pass by, what a person should know of how they were read. No cell is kept.
import type { FileFindings } from '../domain/check-report.ts';
import { CandorError } from '../domain/errors.ts';
import { isBlank } from '../domain/invisible.ts';
import type { RecipientRow } from '../domain/recipient-row.ts';
import type { ColumnLayout } from './columns.ts';
import type { Decoder } from './decoder.ts';
import { isGarbled, isHiddenUtf8 } from './hidden-utf8.ts';
import { cellMark } from './marks-for-nothing.ts';
import type { RawRecord } from './record-splitter.ts';
import { looksWestern } from './western-text.ts';

type Totals = Pick<
  FileFindings,
  'doubtfulAddresses' | 'doubtfulNames' | 'unprintedNames' | 'quotedAddresses' | 'filledRows' | 'extraCellRows'
>;

export class RowTally {
  readonly #layout: Pick<ColumnLayout, 'width' | 'email' | 'name'>;
  #doubtfulAddresses = 0;
  #doubtfulNames = 0;
  #unprintedNames = 0;
  #quotedAddresses = 0;
  #filledRows = 0;
  #extraCellRows = 0;

  constructor(layout: Pick<ColumnLayout, 'width' | 'email' | 'name'>) {
    this.#layout = layout;
  }

  /** Throws `encoding-mixed` where UTF-8 stands in a file that was taken for Windows-1252. */
  add(record: RawRecord, row: RecipientRow, decoder: Pick<Decoder, 'guessed' | 'mayHideUtf8'>): void {
    if (decoder.guessed) this.#doubt(record, decoder.mayHideUtf8);
    const name = this.#layout.name === -1 ? '' : (record.cells[this.#layout.name] ?? '');
    if (isGarbled(name) || (decoder.guessed && !looksWestern(name))) this.#doubtfulNames += 1;
    else if (row.name === '' && name !== '' && isMeantAsName(name)) this.#unprintedNames += 1;
    if (record.cellCount < this.#layout.width) this.#filledRows += 1;
    else if (record.cellCount > this.#layout.width) this.#extraCellRows += 1;
    const first = row.address.charCodeAt(0);
    if (first === 0x27 || first === 0x60) this.#quotedAddresses += 1;
  }

  totals(): Totals {
    return {
      doubtfulAddresses: this.#doubtfulAddresses,
      doubtfulNames: this.#doubtfulNames,
      unprintedNames: this.#unprintedNames,
      quotedAddresses: this.#quotedAddresses,
      filledRows: this.#filledRows,
      extraCellRows: this.#extraCellRows,
    };
  }

  /** An address is doubtful by any letter outside ASCII. */
  #doubt({ cells, row }: RawRecord, mayHideUtf8: boolean): void {
    if (mayHideUtf8 && cells.some(isHiddenUtf8)) throw new CandorError('encoding-mixed', { row });
    if (hasOtherThanAscii(cells[this.#layout.email]!)) this.#doubtfulAddresses += 1;
  }
}

/** Marks for nothing have a warning of their own. */
function isMeantAsName(cell: string): boolean {
  return !isBlank(cell) && cellMark(cell) !== 'nothing';
}

function hasOtherThanAscii(text: string): boolean {
  return /[^\0-\x7f]/.test(text);
}
