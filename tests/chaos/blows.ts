// What a chaos run does to the processes, chosen by the seed. Pure.
import type { SeededRandom } from '../support/random.ts';

export type Blow =
  | {
      readonly on: 'worker' | 'console';
      readonly signal: 'SIGKILL' | 'SIGTERM' | 'SIGSTOP';
      readonly name: string;
      readonly backInMs: number;
    }
  | { readonly on: 'redis' | 'postgres'; readonly backInMs: number }
  /** Every process of the program, Redis and Postgres, in one moment. */
  | { readonly on: 'everything' }
  | { readonly on: 'queue-contents' };

export const workers = ['worker-1', 'worker-2', 'worker-3'] as const;
export const consoleName = 'console';

/** RECOVERY_SECONDS of a chaos run. */
export const recoverySeconds = 5;

/** The next blow. Without Redis its share goes to Postgres, which then carries the queue. */
export function nextBlow(random: SeededRandom, queue: 'redis' | 'postgres'): Blow {
  const chance = random.next();
  const backInMs = 100 + random.below(1_500);
  if (chance < 0.5) return { on: 'worker', signal: 'SIGKILL', name: random.pick(workers), backInMs };
  if (chance < 0.55) return { on: 'worker', signal: 'SIGTERM', name: random.pick(workers), backInMs };
  // Longer than its lease: when it goes on, others have taken over.
  if (chance < 0.6)
    return {
      on: 'worker',
      signal: 'SIGSTOP',
      name: random.pick(workers),
      backInMs: recoverySeconds * 1_000 + 500 + random.below(2_000),
    };
  if (chance < 0.72) return { on: 'console', signal: 'SIGKILL', name: consoleName, backInMs };
  if (chance < 0.83) return { on: queue, backInMs };
  if (chance < 0.93) return { on: 'postgres', backInMs };
  return { on: 'everything' };
}
