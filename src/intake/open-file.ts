// A recipient file on disk as a stream of octets; whatever keeps it from being read is told by one code.
import { open } from 'node:fs/promises';
import { CandorError } from '../domain/errors.ts';

/** Large enough that the cost per chunk disappears, small enough that a few of them do not matter. */
const chunkOctets = 262_144;

/** Yields the file's octets. Throws CandorError `file-not-found`. A chunk is the reader's to keep. */
export async function* openFile(path: string): AsyncGenerator<Uint8Array, void> {
  const handle = await open(path, 'r').catch((error: unknown) => {
    throw new CandorError('file-not-found', { path }, { cause: error });
  });
  try {
    yield* handle.createReadStream({ highWaterMark: chunkOctets, autoClose: false }) as AsyncIterable<Uint8Array>;
  } catch (error) {
    // A folder opens like a file and fails at the first read, as does a disk that gives out.
    throw isReadError(error) ? new CandorError('file-not-found', { path }, { cause: error }) : error;
  } finally {
    await handle.close();
  }
}

function isReadError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error && error.syscall === 'read';
}
