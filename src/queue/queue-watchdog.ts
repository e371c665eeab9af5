// Notices a BullMQ worker that has stopped fetching without a word (taskforcesh/bullmq#3088, #3185) and
// builds another. Promises: slices that wait while this process has a free hand do not wait for longer than
// three looks. A needless rebuild costs nothing but a connection: handlers that run are left to end.
import type { Logger } from '../runtime/logger.ts';
import type { SliceConsumer } from '../dispatch/ports.ts';

export interface WatchedQueue {
  /** Starts a worker that calls the handler it was made for. */
  begin(): SliceConsumer;
  /** Jobs that wait for any worker. Rejects while the queue is away. */
  waiting(): Promise<number>;
}

/** What the handlers have been doing; kept by whoever calls them. */
export interface Activity {
  /** Handlers that ever began. */
  begun: number;
  /** Handlers that run now. */
  active: number;
}

/** Looks in which nothing moved, before the worker is taken for stuck: one may fall between two jobs. */
const stillLooks = 2;

/**
 * A consumer that replaces its worker when it is stuck: jobs wait, a handler is free, and none began between two looks.
 *
 * @param concurrency handlers that one worker runs at a time
 * @param everyMs between two looks
 */
export function watchConsumer(
  queue: WatchedQueue,
  activity: Activity,
  concurrency: number,
  everyMs: number,
  logger: Logger,
): SliceConsumer {
  let consumer = queue.begin();
  let seen = activity.begun;
  let still = 0;
  let looking: Promise<void> = Promise.resolve();
  let closed = false;

  const look = async (): Promise<void> => {
    const moved = activity.begun !== seen;
    seen = activity.begun;
    const waiting = moved || activity.active >= concurrency ? 0 : await queue.waiting().catch(() => 0);
    still = waiting > 0 && activity.begun === seen ? still + 1 : 0;
    if (still < stillLooks || closed) return;
    still = 0;
    logger.warn({ waiting }, 'the queue hands nothing out although slices wait; its worker is built anew');
    // A stuck worker may never finish closing; nobody waits for it.
    void consumer.close().catch(() => undefined);
    consumer = queue.begin();
  };
  const timer = setInterval(() => {
    looking = looking.then(look);
  }, everyMs);

  return {
    async close() {
      closed = true;
      clearInterval(timer);
      // At once: a look that is under way may wait for the queue, and slices would be taken meanwhile.
      const closing = consumer.close();
      await looking;
      await closing;
    },
  };
}
