// A recipient file as a stream: octets in, batches of checked rows out, with the memory of one batch.
// Promises: every record that is not blank comes out exactly once, valid or invalid; the result does
// not depend on where the input's chunks end; an unusable file throws before, or instead of, its end.
import { createHash, type Hash } from 'node:crypto';
import type { Audience } from '../domain/audience.ts';
import type { Category } from '../domain/category.ts';
import type { FileFindings, FileWarning } from '../domain/check-report.ts';
import { codePages } from '../domain/encoding.ts';
import { CandorError } from '../domain/errors.ts';
import { fileWarnings } from '../domain/file-warnings.ts';
import type { RecipientRow } from '../domain/recipient-row.ts';
import { layOutColumns, longestHeader, shownHeaders, type ColumnMapping } from './columns.ts';
import { Decoder, type DecodeFault, type Encoding } from './decoder.ts';
import { EndOfFile } from './end-of-file.ts';
import { ExposureTally } from './exposure-tally.ts';
import { HeaderFinder, type Delimiter, type FoundHeader } from './header-finder.ts';
import { RecordSplitter, UnclosedQuote, type RawRecord } from './record-splitter.ts';
import { createRowCheck, isInvalid, type InvalidRow, type OfferedLocales } from './row-check.ts';
import { RowTally } from './row-tally.ts';

export interface ReadOptions {
  /** For a file without an audience column. */
  readonly audience?: Audience | undefined;
  readonly locales: OfferedLocales;
  /** As a person named it; otherwise the octets tell. */
  readonly encoding?: Encoding | undefined;
  /** Columns chosen by a person. */
  readonly mapping?: ColumnMapping | undefined;
}

/** What the header says; known before the first row. */
export interface HeaderFacts {
  /** The header's cells as the file spells them. */
  readonly header: readonly string[];
  readonly delimiter: Delimiter;
  /** Canonical column → header as it may be shown. Header text is for the person at the file: it is kept sealed, or not at all. */
  readonly columns: Readonly<Record<string, string>>;
  /** Canonical column → number of the column, the first being 1. */
  readonly columnNumbers: Readonly<Record<string, number>>;
  readonly ignoredColumns: readonly string[];
  readonly missingCategories: readonly Category[];
}

/** The account of the rows; known at the end. rows = valid + invalid. */
export interface FileReport extends HeaderFacts {
  /** SHA-256 (hex) of the file's octets. */
  readonly sha256: string;
  readonly encoding: Encoding;
  readonly rows: number;
  readonly valid: number;
  readonly invalid: number;
  /** How the file was understood. */
  readonly findings: FileFindings;
  /** What a person should look at before the file is launched. */
  readonly warnings: readonly FileWarning[];
}

export interface RecipientBatch {
  readonly recipients: readonly RecipientRow[];
  readonly invalid: readonly InvalidRow[];
}

export interface RecipientFile extends AsyncIterable<RecipientBatch> {
  /** Reads as far as the header. Throws CandorError when the file is unusable so far. */
  header(): Promise<HeaderFacts>;
  /** Answers once the last batch was taken; before that it is a mistake to ask. */
  report(): FileReport;
  /** Gives the input back; needed only when not iterated after `header()`, harmless otherwise. */
  close(): Promise<void>;
}

const batchRows = 1_000;
/** A batch ends early when this much text went by, so that rows with huge cells stay few. */
const batchText = 1_048_576;
/** Larger chunks are read in pieces: what one piece yields is in memory at once. */
const pieceOctets = 262_144;

/**
 * Reads a recipient file. Iterate it once; the iterator throws CandorError when the file turns out
 * to be unusable (`file-*`, `columns-*`, `encoding-*`, `quote-unclosed`…): then nothing of it counts.
 */
export function readRecipientFile(input: AsyncIterable<Uint8Array>, options: ReadOptions): RecipientFile {
  return new Reading(input, options);
}

class Reading implements RecipientFile {
  readonly #options: ReadOptions;
  readonly #steps: AsyncGenerator<RecipientBatch, void>;
  readonly #hash: Hash = createHash('sha256');
  readonly #decoder: Decoder;
  readonly #finder = new HeaderFinder();
  #facts: HeaderFacts | null = null;
  #first: Promise<IteratorResult<RecipientBatch, void>> | null = null;
  #splitter: RecordSplitter | null = null;
  #check: ((record: RawRecord) => RecipientRow | InvalidRow) | null = null;
  #headerRow = 0;
  #recipients: RecipientRow[] = [];
  #invalid: InvalidRow[] = [];
  #full: RecipientBatch[] = [];
  #textSinceBatch = 0;
  readonly #tally = new ExposureTally();
  #rows: RowTally | null = null;
  readonly #end = new EndOfFile();
  /** A record that is no row if it is the last. */
  #endOfData: RawRecord | null = null;
  #valid = 0;
  #invalidCount = 0;
  #sha256: string | null = null;

  constructor(input: AsyncIterable<Uint8Array>, options: ReadOptions) {
    this.#options = options;
    this.#decoder = new Decoder(options.encoding ?? null);
    this.#steps = this.#read(input);
  }

  async header(): Promise<HeaderFacts> {
    // The first step ends with the header, with an empty batch that nobody is shown.
    this.#first ??= this.#steps.next();
    await this.#first;
    return this.#facts!;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<RecipientBatch, void> {
    await this.header();
    yield* this.#steps;
  }

  report(): FileReport {
    if (this.#facts === null || this.#sha256 === null) throw new Error('the file has not been read to its end');
    const findings: FileFindings = {
      encoding: this.#decoder.encoding,
      encodingName: codePages[this.#decoder.encoding],
      rowsPerhapsUtf8: this.#decoder.mayBeUtf8 ? this.#valid : 0,
      ...this.#tally.totals(this.#facts.columns),
      ...this.#rows!.totals(),
    };
    return {
      ...this.#facts,
      sha256: this.#sha256,
      encoding: this.#decoder.encoding,
      rows: this.#valid + this.#invalidCount,
      valid: this.#valid,
      invalid: this.#invalidCount,
      findings,
      warnings: fileWarnings(findings),
    };
  }

  async close(): Promise<void> {
    await this.#steps.return();
  }

  async *#read(input: AsyncIterable<Uint8Array>): AsyncGenerator<RecipientBatch, void> {
    for await (const chunk of input) {
      this.#hash.update(chunk);
      for (let start = 0; start < chunk.length; start += pieceOctets) {
        yield* this.#take(this.#end.push(this.#decoder.push(chunk.subarray(start, start + pieceOctets))), false);
      }
    }
    yield* this.#take(this.#end.last(this.#decoder.end()), true);
    this.#sha256 = this.#hash.digest('hex');
    if (this.#valid + this.#invalidCount === 0) throw new CandorError('file-header-only');
  }

  *#take(text: string, last: boolean): Generator<RecipientBatch, void> {
    const fault = this.#decoder.fault;
    if (fault?.code === 'file-not-text') throw new CandorError('file-not-text', { format: fault.format });
    let ready = text;
    if (this.#splitter === null) {
      const found = this.#findHeader(text, last, fault);
      if (found === null) return;
      this.#begin(found);
      // Here `header()` has its answer.
      yield { recipients: [], invalid: [] };
      ready = found.text;
    }
    const splitter = this.#splitter!;
    try {
      splitter.push(ready);
      if (fault !== null) throw this.#faultAt(fault.code, splitter.row);
      if (last) splitter.end();
    } catch (error) {
      throw error instanceof UnclosedQuote ? new CandorError('quote-unclosed', { row: error.row }) : error;
    }
    this.#textSinceBatch += ready.length;
    if (last || this.#textSinceBatch >= batchText) this.#closeBatch();
    const full = this.#full;
    this.#full = [];
    yield* full;
  }

  /** What breaks off a header is the fault, whatever the rest looks like. */
  #findHeader(
    text: string,
    last: boolean,
    fault: Exclude<DecodeFault, { code: 'file-not-text' }> | null,
  ): FoundHeader | null {
    try {
      return this.#finder.push(text, last || fault !== null);
    } catch (error) {
      if (fault === null || !(error instanceof CandorError)) throw error;
      throw this.#faultAt(fault.code, 1);
    }
  }

  #faultAt(code: Exclude<DecodeFault['code'], 'file-not-text'>, row: number): CandorError {
    return new CandorError(code, code === 'encoding-mismatch' ? { row, encoding: this.#decoder.encoding } : { row });
  }

  #begin({ record, delimiter }: FoundHeader): void {
    const header = record.cells;
    const layout = layOut(header, columnChoices(this.#options));
    const { columns, columnNumbers, ignoredColumns, missingCategories } = layout;
    this.#headerRow = record.row;
    this.#facts = { header, delimiter, columns, columnNumbers, ignoredColumns, missingCategories };
    this.#check = createRowCheck(layout, this.#options, this.#tally);
    this.#rows = new RowTally(layout);
    this.#splitter = new RecordSplitter(delimiter, (next) => this.#takeRecord(next));
  }

  #takeRecord(record: RawRecord): void {
    if (record.row <= this.#headerRow) return;
    if (this.#endOfData !== null) this.#checkRecord(this.#endOfData);
    this.#endOfData = isEndOfData(record) ? record : null;
    if (this.#endOfData === null) this.#checkRecord(record);
  }

  #checkRecord(record: RawRecord): void {
    const row = this.#check!(record);
    if (isInvalid(row)) {
      this.#invalidCount += 1;
      this.#invalid.push(row);
    } else {
      this.#valid += 1;
      // Before the encoding is known to be this one, there was nothing but ASCII.
      this.#rows!.add(record, row, this.#decoder);
      this.#recipients.push(row);
    }
    if (this.#recipients.length + this.#invalid.length >= batchRows) this.#closeBatch();
  }

  #closeBatch(): void {
    this.#textSinceBatch = 0;
    if (this.#recipients.length + this.#invalid.length === 0) return;
    this.#full.push({ recipients: this.#recipients, invalid: this.#invalid });
    this.#recipients = [];
    this.#invalid = [];
  }
}

/** `\\.` as `COPY` of Postgres ends its data. */
function isEndOfData({ cells, cellCount }: RawRecord): boolean {
  return cellCount === 1 && cells[0] === '\\.';
}

/** As `layOutColumns`; what it refuses names the header's cells, for the person who chooses among them. */
function layOut(
  header: readonly string[],
  choices: Parameters<typeof layOutColumns>[1],
): ReturnType<typeof layOutColumns> {
  try {
    return layOutColumns(header, choices);
  } catch (error) {
    if (!(error instanceof CandorError) || error.code === 'header-missing') throw error;
    throw new CandorError(error.code, error.values, {
      cause: error,
      details: { header: shownHeaders(header, longestHeader) },
    });
  }
}

function columnChoices(options: ReadOptions): { audience?: Audience; mapping?: ColumnMapping } {
  return {
    ...(options.audience === undefined ? {} : { audience: options.audience }),
    ...(options.mapping === undefined ? {} : { mapping: options.mapping }),
  };
}
