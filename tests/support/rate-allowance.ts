// What promise 7 allows in a window of one second, as a relay in this process reads it.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { allowedLatenessMs, usedShare } from '../../src/domain/pace.ts';

/**
 * Begins to watch this process, and answers how many MAIL FROM a limit allows a window. While the process stood still,
 * what came in piled up, which is no fault of the sender: letters that are read up to so much later than they may be
 * written put more into a window (the arithmetic of allowedLatenessMs). A stall within what the program keeps for the
 * way adds nothing.
 */
export function watchedAllowance(): (limit: number) => number {
  const stalls = monitorEventLoopDelay({ resolution: 1 });
  stalls.enable();
  return (limit) => {
    const gapMs = 1_000 / (limit * usedShare);
    const piledUp = Math.floor((1_000 + allowedLatenessMs(gapMs) + stalls.max / 1e6) / gapMs) + 1;
    return Math.max(limit + Math.max(1, limit / 100), piledUp);
  };
}
