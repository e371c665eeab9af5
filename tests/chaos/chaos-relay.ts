// The chaos relay as the conductor sees it: orders to its thread, answers from it.
import { Worker } from 'node:worker_threads';
import type { SeenByRelay } from './audit.ts';
import type { Look, Order } from './relay-thread.ts';
import type { Weather } from './weather.ts';

export interface ChaosRelay {
  readonly port: number;
  /** From now on it behaves like this. */
  turn(weather: Weather): Promise<void>;
  look(): Promise<Look>;
  /** Everything that it saw. */
  record(): Promise<SeenByRelay>;
  close(): Promise<void>;
}

/** Starts it; it is well-behaved until it is told otherwise. */
export async function startChaosRelay(seed: number): Promise<ChaosRelay> {
  const thread = new Worker(new URL('./relay-thread.js', import.meta.url));
  const waiting = new Map<number, { resolve: (answer: unknown) => void; reject: (error: Error) => void }>();
  let last = 0;
  let down = false;
  thread.on('message', ({ id, answer, error }: { id: number; answer?: unknown; error?: string }) => {
    const one = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) one?.resolve(answer);
    else one?.reject(new Error(error));
  });
  thread.on('error', (error: Error) => {
    for (const one of waiting.values()) one.reject(error);
  });
  const tell = <Answer>(order: Order): Promise<Answer> =>
    new Promise<Answer>((resolve, reject) => {
      waiting.set((last += 1), { resolve: resolve as (answer: unknown) => void, reject });
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- threads have no origin
      thread.postMessage({ id: last, order });
    });
  const { port } = await tell<Look>({ do: 'open', seed });
  return {
    port,
    async turn({ steps }) {
      if (steps === 'down') {
        if (!down) await tell({ do: 'stop' });
        down = true;
        return;
      }
      await tell({ do: 'script', steps });
      if (down) await tell({ do: 'start' });
      down = false;
    },
    look: () => tell<Look>({ do: 'look' }),
    record: () => tell<SeenByRelay>({ do: 'record' }),
    async close() {
      await thread.terminate();
    },
  };
}
