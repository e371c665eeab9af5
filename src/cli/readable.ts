// A file that a person named as input.
import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { CandorError } from '../domain/errors.ts';
import { openInput } from '../runtime/open-input.ts';

/** Its octets. Throws `file-not-found`, for a folder, too. */
export async function readable(path: string): Promise<Readable> {
  try {
    if ((await stat(path)).isDirectory()) throw new CandorError('file-not-found', { path });
    return await openInput(path);
  } catch (error) {
    throw error instanceof CandorError ? error : new CandorError('file-not-found', { path }, { cause: error });
  }
}
