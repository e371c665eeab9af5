// The two streams of a command: results on stdout, all else on stderr. A reader that goes away (a pager
// that was closed, a terminal that is gone) ends the writing, never the work; nor does a disk that is full: what
// cannot be written then is missing in the log, and an answer that is not whole is reported.
import type { Writable } from 'node:stream';
import { CandorError } from '../domain/errors.ts';
import type { MaybeTerminal } from './view.ts';

/** Errors of a stream whose other end is gone. */
const goneCodes: ReadonlySet<unknown> = new Set([
  'EPIPE',
  'EIO',
  'ERR_STREAM_DESTROYED',
  'ERR_STREAM_WRITE_AFTER_END',
  'ECONNRESET',
]);

/** True when the error says that nobody reads any more. */
export function isGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && goneCodes.has(error.code);
}

/** What a person is told when standard output cannot be written. */
export function answerUnwritable(error: Error): CandorError {
  const reason = 'code' in error && typeof error.code === 'string' ? error.code : 'unknown reason';
  return new CandorError('answer-unwritable', { reason }, { cause: error });
}

/** A stream that may be written to without a care: once its reader is gone, nothing is written. */
export interface QuietStream {
  write(text: string): void;
  /** Resolves when all that was written has been handed to the system, or nobody reads it. */
  flushed(): Promise<void>;
  /** What kept something from being written that somebody may read still (ENOSPC); null when nothing did. */
  failure(): Error | null;
}

/**
 * Wraps a stream, for its whole life: the system may report a vanished reader after the last write. With no other error
 * the writing ends for good: Node's own streams take the next write after a failed one, and a disk has room again.
 */
export function quietStream(stream: Writable & MaybeTerminal): QuietStream {
  let gone = false;
  let failure: Error | null = null;
  const onError = (error: Error): void => {
    if (isGone(error)) gone = true;
    else failure ??= error;
  };
  stream.on('error', onError);
  return {
    write(text) {
      if (!gone && text !== '') stream.write(text);
    },
    flushed: () =>
      new Promise((resolve) => {
        if (gone || stream.destroyed || stream.writableLength === 0) resolve();
        else stream.write('', () => resolve());
      }),
    failure: () => failure,
  };
}
