// The content of a backup, whatever it is wrapped in (archive-parts.ts; in the first form: one gzip):
//   one line of JSON   the header: what this is, which ledger, schema and key, when, which tables and how many rows
//   for each table     one line of JSON (`{"table":…}`), its rows in COPY's text format, a line `\.`
// The first form ends with one line more: rows of each table, SHA-256 over every byte before it.
// Personal data in it is sealed as in the ledger. `zcat` shows it; the tables are what psql's COPY takes.
import { createHash, type Hash } from 'node:crypto';
import { z } from 'zod';
import { CandorError } from '../domain/errors.ts';

export const archiveFormat = 'candor-ledger-archive';

export interface ArchiveTable {
  readonly name: string;
  readonly columns: readonly string[];
}

const tables = z.array(z.object({ name: z.string(), columns: z.array(z.string()).readonly() })).readonly();
const rowsOfTables = z.record(z.string(), z.number().int().nonnegative());
const known = {
  format: z.literal(archiveFormat),
  schema: z.number().int(),
  ledger: z.uuid(),
  /** Hex; tells a wrong key before anything is read. */
  keyCheck: z.string(),
  /** ISO 8601; the moment of the snapshot. */
  createdAt: z.iso.datetime(),
  tables,
};

/** The header of today, in the first part. No personal data, no secret. */
export const headerShape = z.object({
  ...known,
  version: z.literal(2),
  /** The version of the program that made it. */
  program: z.string(),
  /** Random; what its parts and the ledger's record call it. */
  backup: z.uuid(),
  rows: rowsOfTables,
});

/** The header of the first form, which carries a digest that anybody can compute, and no MAC. */
export const firstHeaderShape = z.object({ ...known, version: z.literal(1) });

/** Its last line. */
export const firstTrailerShape = z.object({ rows: rowsOfTables, sha256: z.string() });

export type ArchiveHeader = z.infer<typeof headerShape>;
export type FirstArchiveHeader = z.infer<typeof firstHeaderShape>;

/** The line that ends a table's rows; a backslash in a value is always doubled, so no row looks like it. */
export const endOfTable = Buffer.from('\\.\n');

const lineMax = 64 * 1024;
const newline = 0x0a;

/** How many rows a piece of COPY text ends: a line break in a value is written as `\n`, so each 0x0a ends one. */
export function countLines(chunk: Buffer): number {
  let count = 0;
  for (let at = chunk.indexOf(newline); at >= 0; at = chunk.indexOf(newline, at + 1)) count += 1;
  return count;
}

/** Takes an archive's plain bytes apart, with the memory of one chunk. Throws `archive-damaged`. */
export class ArchiveReader {
  readonly #chunks: AsyncIterator<Buffer>;
  readonly #digest: Hash | null;
  #rest: Buffer = Buffer.alloc(0);

  /** `summed`: with the digest of the first form. */
  constructor(chunks: AsyncIterable<Buffer>, { summed = false } = {}) {
    this.#digest = summed ? createHash('sha256') : null;
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** The next line without its end, parsed as JSON; it counts into the digest. */
  async json(): Promise<unknown> {
    const line = await this.#line();
    this.#digest?.update(line).update('\n');
    return parsed(line);
  }

  /** The trailer's line, which does not count, and the digest of everything before it. Nothing may follow it. */
  async trailer(): Promise<{ trailer: unknown; sha256: string }> {
    const trailer = parsed(await this.#line());
    const sha256 = this.#digest?.digest('hex') ?? '';
    await this.end();
    return { trailer, sha256 };
  }

  /** Nothing may follow. */
  async end(): Promise<void> {
    if (this.#rest.length > 0 || (await this.#more())) throw damaged('something follows its end');
  }

  /** A table's rows, up to the line that ends them. */
  async *rows(): AsyncGenerator<Buffer, void> {
    let atLineStart = true;
    for (;;) {
      const end = endAt(this.#rest, atLineStart);
      if (end >= 0) {
        const rows = this.#rest.subarray(0, end);
        this.#digest?.update(rows).update(endOfTable);
        this.#rest = this.#rest.subarray(end + endOfTable.length);
        if (rows.length > 0) yield rows;
        return;
      }
      // What could be the beginning of the end waits for the next chunk.
      const keep = Math.min(this.#rest.length, endOfTable.length);
      const rows = this.#rest.subarray(0, this.#rest.length - keep);
      if (rows.length > 0) {
        this.#digest?.update(rows);
        this.#rest = this.#rest.subarray(rows.length);
        atLineStart = rows.at(-1) === newline;
        yield rows;
      }
      if (!(await this.#more())) throw damaged('it ends in the middle');
    }
  }

  async #line(): Promise<Buffer> {
    for (;;) {
      const end = this.#rest.indexOf(newline);
      if (end >= 0) {
        const line = this.#rest.subarray(0, end);
        this.#rest = this.#rest.subarray(end + 1);
        return line;
      }
      if (this.#rest.length > lineMax) throw damaged('a line is too long');
      if (!(await this.#more())) throw damaged('it ends in the middle');
    }
  }

  async #more(): Promise<boolean> {
    const next = await this.#chunks.next();
    if (next.done) return false;
    this.#rest = this.#rest.length === 0 ? next.value : Buffer.concat([this.#rest, next.value]);
    return true;
  }
}

/** Where the line that ends the table begins; -1 when it is not in this piece. */
function endAt(piece: Buffer, atLineStart: boolean): number {
  for (let at = piece.indexOf(endOfTable); at >= 0; at = piece.indexOf(endOfTable, at + 1)) {
    if (at === 0 ? atLineStart : piece[at - 1] === newline) return at;
  }
  return -1;
}

function parsed(line: Buffer): unknown {
  try {
    return JSON.parse(line.toString('utf8'));
  } catch (cause) {
    throw new CandorError('archive-damaged', { problem: 'a line is not JSON' }, { cause });
  }
}

/** The error of an archive that is not what a backup wrote. */
export function damaged(problem: string, cause?: unknown): CandorError {
  return new CandorError('archive-damaged', { problem }, { cause });
}
