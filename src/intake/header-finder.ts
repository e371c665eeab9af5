// Finds out, from the first text of a file, which delimiter it has and what its header says. The
// header decides: the delimiter under which most of its cells mean something wins. Nothing further
// down is looked at, so that no value in the data can change how the file is read.
import { CandorError } from '../domain/errors.ts';
import { columnMeaning } from './columns.ts';
import { RecordSplitter, UnclosedQuote, type RawRecord } from './record-splitter.ts';

export const delimiters = [',', ';', '\t', '|'] as const;
export type Delimiter = (typeof delimiters)[number];

/** How much text may come before the end of the header, in UTF-16 units. */
const headLimit = 262_144;
// A spreadsheet takes this line as an instruction and does not show it, so it has no row number.
const separatorLine = /^["']?sep ?= ?(?:(\\t)|(.?)\2{0,20})["']?[ \t,;]{0,20}(?:\r\n|\n|\r|$)/i;
const longestSeparatorLine = 64;
/** Marks of byte order that joined or twice converted files begin with, the second one read as text of Windows-1252, too. */
const marks = /^(?:\uFEFF|\u00EF\u00BB\u00BF)+/;

export interface FoundHeader {
  readonly delimiter: Delimiter;
  readonly record: RawRecord;
  /** All text so far, from row 1 on, the header included. */
  readonly text: string;
}

interface Candidate {
  readonly delimiter: Delimiter;
  readonly splitter: RecordSplitter;
  readonly records: RawRecord[];
  unclosed: UnclosedQuote | null;
}

export class HeaderFinder {
  #head = '';
  #begun = false;
  #candidates: Candidate[] = [];

  /** Takes text until it answers the header; null: more is needed. `last` ends the input. */
  push(text: string, last: boolean): FoundHeader | null {
    this.#head += text;
    if (!this.#begun) {
      // The line end of a separator line must be whole to be cut off.
      if (!last && this.#head.length < longestSeparatorLine && !/[\r\n]./s.test(this.#head)) return null;
      this.#begin();
      text = this.#head;
    }
    const over = this.#head.length >= headLimit;
    const fresh =
      this.#head.length > headLimit ? text.slice(0, Math.max(0, text.length - (this.#head.length - headLimit))) : text;
    for (const candidate of this.#candidates) feed(candidate, fresh, last && !over);
    if (!over && !last && this.#candidates.some((candidate) => candidate.records.length === 0 && !candidate.unclosed))
      return null;
    return this.#choose(last && !over);
  }

  #begin(): void {
    this.#begun = true;
    this.#head = this.#head.replace(marks, '');
    const line = separatorLine.exec(this.#head);
    let chosen: readonly Delimiter[] = delimiters;
    if (line) {
      const named = line[1] === undefined ? line[2] : '\t';
      chosen = delimiters.filter((delimiter) => delimiter === named);
      if (chosen.length === 0) throw new CandorError('delimiter-unknown');
      this.#head = this.#head.slice(line[0].length).replace(marks, '');
    }
    this.#candidates = chosen.map((delimiter) => {
      const records: RawRecord[] = [];
      return {
        delimiter,
        records,
        splitter: new RecordSplitter(delimiter, (record) => saysSomething(record) && records.push(record)),
        unclosed: null,
      };
    });
  }

  #choose(last: boolean): FoundHeader {
    const [best] = this.#candidates
      .filter((candidate) => candidate.records.length > 0)
      .map((candidate) => ({ candidate, record: candidate.records[0]! }))
      .sort((a, b) => meant(b.record) - meant(a.record) || b.record.cellCount - a.record.cellCount);
    const unclosed = this.#candidates.find(
      (candidate) => candidate.unclosed && candidate.records.length === 0,
    )?.unclosed;
    // To the wrong delimiter an unclosed quote may look like text; it does not make sense of the header, though.
    if (unclosed && (!best || meant(best.record) === 0)) throw new CandorError('quote-unclosed', { row: unclosed.row });
    if (best) {
      // A NUL or an escape in a header: whatever this is, it is not a table written by a spreadsheet.
      if (best.record.cells.some((cell) => /[\0-\u0008\u000e-\u001f]/.test(cell)))
        throw new CandorError('file-not-text', { format: 'binary data' });
      if (best.record.misquoted !== -1) throw new CandorError('quote-unclosed', { row: best.record.row });
      if (best.record.tooLong !== -1 || best.record.cellCount > best.record.cells.length)
        throw new CandorError('header-too-long');
      return { delimiter: best.candidate.delimiter, record: best.record, text: this.#head };
    }
    throw new CandorError(last ? 'file-empty' : 'header-too-long');
  }
}

function feed(candidate: Candidate, text: string, last: boolean): void {
  if (candidate.records.length > 0 || candidate.unclosed) return;
  try {
    candidate.splitter.push(text);
    if (last) candidate.splitter.end();
  } catch (error) {
    if (!(error instanceof UnclosedQuote)) throw error;
    candidate.unclosed = error;
  }
}

/** False for a line that is blank under some other delimiter. */
function saysSomething(record: RawRecord): boolean {
  return record.cells.some((cell) => /[^,;|\s]/.test(cell));
}

function meant(record: RawRecord): number {
  const names = record.cells.map(columnMeaning);
  const known = names.filter((name) => name !== null).length;
  return names.includes('email') ? known + 1 : known;
}
