// How fast letters leave this process just now.
import type { Clock } from '../runtime/clock.ts';

export interface Pulse {
  /** A letter leaves. */
  beat(): void;
  /** Letters per millisecond over the last tenths of a second; 0 when none left lately. */
  perMs(): number;
}

const windowMs = 200;

export function createPulse(clock: Pick<Clock, 'monotonicMs'>): Pulse {
  let startedMs = -Infinity;
  let beats = 0;
  let lastPerMs = 0;

  const turn = (nowMs: number): void => {
    const ageMs = nowMs - startedMs;
    if (ageMs < windowMs) return;
    // After a pause the old window says nothing.
    lastPerMs = ageMs < 2 * windowMs ? beats / ageMs : 0;
    startedMs = nowMs;
    beats = 0;
  };

  return {
    beat() {
      turn(clock.monotonicMs());
      beats += 1;
    },
    perMs() {
      turn(clock.monotonicMs());
      return lastPerMs;
    },
  };
}
