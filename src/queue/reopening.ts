// BullMQ remembers a failed opening for ever: a queue or worker that was made while Postgres was away stays
// dead in a process that lives on, and when that process feeds, nobody does. So what could not be opened is
// thrown away and made anew.

/** A part of BullMQ, as far as opening and closing go. */
export interface Openable {
  waitUntilReady(): Promise<unknown>;
  close(): Promise<void>;
}

export interface Reopening<Part> {
  /** The open part; opens one when there is none. Rejects when that is not possible now; the next call tries again. */
  open(): Promise<Part>;
  /** Opens, again and again until it succeeds or is closed. */
  insist(everyMs: number): Promise<void>;
  /** Closes what is open, when its work is done, and opens no more. */
  close(): Promise<void>;
}

/** Opens parts that `make` makes; one at a time, and none before the first call. */
export function createReopening<Part extends Openable>(make: () => Part): Reopening<Part> {
  const closing = new AbortController();
  let opening: Promise<Part> | null = null;
  let opened: Part | null = null;

  const openOne = async (): Promise<Part> => {
    const part = make();
    try {
      await part.waitUntilReady();
      opened = part;
      return part;
    } catch (error) {
      opening = null;
      // It never opened; how its end fails is of no interest, and nobody waits for it.
      void part.close().catch(() => undefined);
      throw error;
    }
  };
  const open = (): Promise<Part> => {
    if (closing.signal.aborted) return Promise.reject(new Error('it is closed'));
    opening ??= openOne();
    return opening;
  };

  return {
    open,
    async insist(everyMs) {
      while (!closing.signal.aborted) {
        if (
          await open().then(
            () => true,
            () => false,
          )
        )
          return;
        await pause(everyMs, closing.signal);
      }
    },
    async close() {
      closing.abort();
      // What is open is told at once, before it takes anything new.
      const part = opened ?? (await opening?.catch(() => null));
      await part?.close();
    },
  };
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}
