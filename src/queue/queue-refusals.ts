// What the log says of a Redis that answers and says no: why and what to do, when it begins and once a minute while it
// lasts, and when it is over. A queue that refuses does so many times a second, to the feeder and to every worker.
import type { CandorError } from '../domain/errors.ts';
import { isQueueAway } from '../domain/errors.ts';
import type { Logger } from '../runtime/logger.ts';
import { replyWord } from '../runtime/redis-answer.ts';

export interface RefusalLog {
  /** Notes what an error of the queue means; answers whether it is a refusal, about which everything is said here. */
  note(meant: unknown): boolean;
  /** The queue has just taken a slice or handed one out. That it answers a question proves nothing: a full one does. */
  took(): void;
  /** True while it refuses, as far as is known: its last refusal is a moment old. */
  lasts(): boolean;
  /** Says what is left to say. */
  close(): void;
}

/** Not more often than somebody wants to read it, for each reason. */
const againMs = 60_000;
/** So long nothing is refused any more after a slice was taken: at the border of its memory it takes one and not the next. */
const quietMs = 5_000;
/** How long a refusal is news. Two looks of the watchdog: a worker that is silent for longer may be stuck. */
const recentMs = 20_000;

/**
 * A log of refusals that has nothing to tell.
 *
 * @param writtenEveryMs the queue is written to at least so often, by a worker that has nothing to do as well (its check
 *   for stalled slices). So it is over for that one too, which takes no slice any more: when two of these went well
 */
export function createRefusalLog(logger: Logger, writtenEveryMs: number): RefusalLog {
  const saidAtMs = new Map<string, number>();
  let refusedAtMs = -Infinity;
  let tookOne = false;
  let over: NodeJS.Timeout | undefined;

  const end = (): void => {
    clearTimeout(over);
    saidAtMs.clear();
    tookOne = false;
    logger.info('the queue takes slices again; work goes on');
  };
  const endAfter = (quiet: number): void => {
    clearTimeout(over);
    over = setTimeout(end, quiet).unref();
  };
  const say = (error: CandorError): void => {
    const now = performance.now();
    if (now - (saidAtMs.get(error.message) ?? -Infinity) < againMs) return;
    saidAtMs.set(error.message, now);
    logger.warn(
      { code: error.code, reply: replyWord(error.cause) },
      `${error.message} ${error.help} Work waits for it.`,
    );
  };

  return {
    note(meant) {
      const refused = isQueueAway(meant);
      if (refused) {
        refusedAtMs = performance.now();
        say(meant);
      }
      // Whatever it is, it did not go well.
      tookOne = false;
      if (saidAtMs.size > 0) endAfter(2 * writtenEveryMs + quietMs);
      return refused;
    },
    took() {
      if (saidAtMs.size === 0 || tookOne) return;
      tookOne = true;
      endAfter(quietMs);
    },
    lasts: () => performance.now() - refusedAtMs < recentMs,
    close() {
      if (tookOne) end();
      clearTimeout(over);
    },
  };
}
