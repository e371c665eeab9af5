// The limit of open files and connections (`ulimit -n`), whose end the system tells in the middle of anything: a connection,
// a file, a program that is to be started. Told as what it is, not as what was tried. Pure.
import { CandorError } from './errors.ts';

/** The system's codes, and who is at the end of it. */
const whose = { EMFILE: 'This process', ENFILE: 'This machine' } as const;

/** What a connection's failure says of it, by the system's code. */
export const tooManyOpenFiles = {
  EMFILE: 'this process has as many files and connections open as it may: raise `ulimit -n`',
  ENFILE: 'this machine has as many files and connections open as it may: raise `sysctl fs.file-max`',
} as const;

/** The same from what the embedded Postgres prints when it can't start; null for anything else it prints. */
export function fromServerOutput(output: string): CandorError | null {
  return /insufficient file descriptors|too many open files/i.test(output)
    ? new CandorError('too-many-open-files', { who: 'The embedded Postgres' }, { details: output })
    : null;
}

/** `too-many-open-files` when that is what stands behind an error, however deep; else null. */
export function asTooManyOpenFiles(error: unknown): CandorError | null {
  const code = codeBehind(error, 0);
  return code === null ? null : new CandorError('too-many-open-files', { who: whose[code] }, { cause: error });
}

function codeBehind(error: unknown, depth: number): keyof typeof whose | null {
  if (!(error instanceof Error) || depth > 8) return null;
  const code = 'code' in error ? error.code : null;
  if (code === 'EMFILE' || code === 'ENFILE') return code;
  const inner = error instanceof AggregateError ? [...(error.errors as unknown[]), error.cause] : [error.cause];
  for (const each of inner) {
    const found = codeBehind(each, depth + 1);
    if (found !== null) return found;
  }
  return null;
}
