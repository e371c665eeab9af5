// The two streams of a command: results on stdout, all else on stderr. A reader that goes away (a pager
// that was closed, a terminal that is gone) ends the writing, never the work.
import type { Writable } from 'node:stream';
import type { MaybeTerminal } from './view.ts';

/** Errors of a stream whose other end is gone. */
const goneCodes: ReadonlySet<unknown> = new Set(['EPIPE', 'EIO', 'ERR_STREAM_DESTROYED', 'ERR_STREAM_WRITE_AFTER_END', 'ECONNRESET']);

/** True when the error says that nobody reads any more. */
export function isGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && goneCodes.has(error.code);
}

/** A stream that may be written to without a care: once its reader is gone, nothing is written. */
export interface QuietStream {
  write(text: string): void;
  /** Resolves when all that was written has been handed to the system, or nobody reads it. */
  flushed(): Promise<void>;
}

/**
 * Wraps a stream, for its whole life: the system may report a vanished reader after the last write.
 * Other errors are thrown as the uncaught errors that they are.
 */
export function quietStream(stream: Writable & MaybeTerminal): QuietStream {
  let gone = false;
  const onError = (error: Error): void => {
    if (!isGone(error)) throw error;
    gone = true;
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
  };
}
