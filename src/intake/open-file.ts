// A recipient file on disk as a stream of octets; whatever keeps it from being read is told by one code.
import { stat } from 'node:fs/promises';
import { CandorError } from '../domain/errors.ts';
import { openInput } from '../runtime/open-input.ts';

/** Yields the octets of a file or, once, of a pipe. Throws CandorError `file-not-found`. A chunk is the reader's to keep. */
export async function* openFile(path: string): AsyncGenerator<Uint8Array, void> {
  const stream = await openInput(path).catch((error: unknown) => notFound(path, error));
  try {
    yield* stream as AsyncIterable<Uint8Array>;
  } catch (error) {
    // A folder opens like a file and fails at the first read, as does a disk that gives out.
    throw isReadError(error) ? new CandorError('file-not-found', { path }, { cause: error }) : error;
  }
}

/**
 * Refuses what cannot be read a second time, before the first: a pipe is empty then, and a FIFO waits for a writer
 * who has gone. Throws CandorError `file-not-regular`, `file-not-found`.
 */
export async function expectRegularFile(path: string): Promise<void> {
  const stats = await stat(path).catch((error: unknown) => notFound(path, error));
  if (stats.isDirectory()) throw new CandorError('file-not-found', { path });
  if (!stats.isFile()) throw new CandorError('file-not-regular', { path });
}

function notFound(path: string, cause: unknown): never {
  throw new CandorError('file-not-found', { path }, { cause });
}

function isReadError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error && error.syscall === 'read';
}
