// Time is a parameter, so that what depends on it can be tested without waiting.

export interface Clock {
  /** Wall time. */
  now(): Date;
  /** Milliseconds that only ever go forward; for durations. */
  monotonicMs(): number;
}

export const systemClock: Clock = {
  now: () => new Date(),
  monotonicMs: () => performance.now(),
};
