// What writing a letter costs, apart from sending it: in a process of its own.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Microseconds a letter. */
export interface LetterCost {
  /** Whose body is known: all but the first of each set of categories. */
  readonly known: number;
  readonly anew: number;
}

/** @param compiledFile the compiled letter as JSON */
export async function letterCost(compiledFile: string, from: string): Promise<LetterCost> {
  const { stdout } = await run(process.execPath, [
    fileURLToPath(new URL('contenders/write-letters.js', import.meta.url)),
    compiledFile,
    from,
  ]);
  return JSON.parse(stdout) as LetterCost;
}
