// The CSV of invalid rows that a person mends and feeds in again: row number and reason first, then the
// cells as they were read. It holds addresses, so it is made with mode 0600 and never over another
// file. What a spreadsheet would run as a formula is marked as text, whichever delimiter it goes by; the
// mark is taken off again on reading, and rows keep their number of cells, so what is not mended stays invalid.
import { open, unlink, type FileHandle } from 'node:fs/promises';
import { CandorError } from '../domain/errors.ts';
import { markAsText } from '../domain/text-mark.ts';
import type { InvalidRow } from './row-check.ts';

const bufferedUnits = 65_536;

export interface InvalidFile {
  /** Writes the first line. Spreadsheets know UTF-8 by its mark, so there is one. */
  begin(header: readonly string[], delimiter: string): Promise<void>;
  write(rows: readonly InvalidRow[]): Promise<void>;
  /** Everything is on disk when this resolves. */
  close(): Promise<void>;
  /** Closes and removes the file: a report on an unusable file would be half a report. */
  discard(): Promise<void>;
}

/** Creates the file. Throws CandorError `file-exists` or `file-not-writable`, as do the writes. */
export async function createInvalidFile(path: string): Promise<InvalidFile> {
  const handle = await open(path, 'wx', 0o600).catch((error: unknown) => {
    throw new CandorError(hasErrno(error, 'EEXIST') ? 'file-exists' : 'file-not-writable', { path }, { cause: error });
  });
  let delimiter = ',';
  let buffer = '';

  async function flush(): Promise<void> {
    const text = buffer;
    buffer = '';
    if (text !== '') await writeAll(handle, text, path);
  }

  return {
    async begin(header, chosen) {
      delimiter = chosen;
      buffer = `\uFEFF${csvLine(['row', 'reason', ...header], delimiter)}`;
      await flush();
    },
    async write(rows) {
      for (const { row, cells, problems } of rows) {
        const reason = problems.map((problem) => `${problem.code}: ${problem.message}`).join(' ');
        buffer += csvLine([String(row), reason, ...cells], delimiter);
        if (buffer.length >= bufferedUnits) await flush();
      }
    },
    async close() {
      try {
        await flush();
        await handle.sync();
      } finally {
        await handle.close();
      }
    },
    async discard() {
      await handle.close();
      await unlink(path);
    },
  };
}

/** One CSV record with its line end; every cell is quoted, and marked as text where it is dangerous. */
export function csvLine(cells: readonly string[], delimiter: string): string {
  return `${cells.map((cell) => `"${markAsText(cell).replaceAll('"', '""')}"`).join(delimiter)}\r\n`;
}

async function writeAll(handle: FileHandle, text: string, path: string): Promise<void> {
  try {
    await handle.appendFile(text, 'utf8');
  } catch (error) {
    throw new CandorError('file-not-writable', { path }, { cause: error });
  }
}

function hasErrno(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
