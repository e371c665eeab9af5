// What came back, understood and not stored: the dry run of `candor returns`.
import type { Readable } from 'node:stream';
import type { ReadReturn } from '../domain/returned.ts';
import { CandorError } from '../domain/errors.ts';
import { messagesIn, messagesOf, type FoundMessage } from '../returns/message-files.ts';
import { readReturn } from '../returns/read-return.ts';

/** One message: the name it came by, and what it says. */
export interface NamedReturn extends ReadReturn {
  readonly id: string;
}

/** Reads a file or folder by its path, or a stream. Stores nothing. Throws `returns-unreadable`. */
export async function* readReturns(from: string | Readable): AsyncGenerator<NamedReturn> {
  const messages: AsyncGenerator<FoundMessage> =
    typeof from === 'string' ? messagesIn(from) : messagesOf(from, 'stdin');
  try {
    for await (const { id, raw } of messages) yield { id, ...(await readReturn(raw)) };
  } catch (error) {
    if (error instanceof Error && 'code' in error && typeof error.code === 'string' && /^E[A-Z]+$/.test(error.code))
      throw new CandorError('returns-unreadable', { reason: error.code }, { cause: error });
    throw error;
  }
}
