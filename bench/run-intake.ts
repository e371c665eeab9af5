// Reading a recipient file: Candor's intake, the whole `candor check`, all the way into a ledger, and parsers that do
// nothing with what they read.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { repository } from './start-program.ts';

const run = promisify(execFile);

export const readers = ['csv-parse-arrays', 'csv-parse-objects', 'own-parser', 'intake', 'check', 'ledger'] as const;
export type Reader = (typeof readers)[number];

/** Writes a file of these rows: quoted line breaks, repeated and invalid rows, several languages. */
export async function writeRealisticFile(path: string, rows: number): Promise<string> {
  await run(process.execPath, [join(repository, 'scripts/make-recipients.mjs'), String(rows), path]);
  return path;
}

/**
 * Rows per second, each reader in a process of its own; for `check` the whole command counts, its start included.
 *
 * @param folder new and empty, for the ledger of `ledger`
 */
export async function rowsPerSecond(reader: Reader, path: string, rows: number, folder: string): Promise<number> {
  if (reader === 'check') {
    const startedAt = performance.now();
    // It ends with 3, as the file has invalid rows.
    await run(process.execPath, [join(repository, 'dist/main.js'), 'check', path, '--json']).catch(
      (error: { code?: unknown }) => {
        if (error.code !== 3) throw error;
      },
    );
    return rows / ((performance.now() - startedAt) / 1000);
  }
  const { stdout } = await run(process.execPath, [
    fileURLToPath(new URL('contenders/read-file.js', import.meta.url)),
    reader,
    path,
    folder,
  ]);
  const read = JSON.parse(stdout) as { rows: number; seconds: number };
  if (read.rows !== rows) throw new Error(`${reader} read ${read.rows} of ${rows} rows`);
  return read.rows / read.seconds;
}
