// What promise 7 allows in a window of one second, as a relay in this process reads it.
import { monitorEventLoopDelay } from 'node:perf_hooks';

/**
 * Begins to watch this process, and answers how many MAIL FROM a limit allows a window: what the promise says, and what
 * came in while the process stood still, which piled up and is no fault of the sender.
 */
export function watchedAllowance(): (limit: number) => number {
  const stalls = monitorEventLoopDelay({ resolution: 1 });
  stalls.enable();
  return (limit) => limit + Math.max(1, limit / 100) + Math.floor((limit * Math.max(0, stalls.max / 1e6 - 2)) / 1000);
}
