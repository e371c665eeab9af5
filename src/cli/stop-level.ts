// How serious a stop signal is: 1 stop in order, 2 give back at once, 3 do not wait for anything.
// Ctrl-C again is always more serious. A wrapper such as npx or a script repeats what the terminal has
// already sent to the whole process group, so a signal in the wake of another one is not a second wish,
// and neither is the first SIGTERM or SIGHUP after a Ctrl-C.
import type { StopSignal } from './surroundings.ts';

export type StopLevel = 1 | 2 | 3;

/** Repeats by a wrapper come within a few milliseconds; a person's second press takes longer. */
const wakeMs = 150;

export class StopLevels {
  readonly #seen = new Set<StopSignal>();
  #level: 0 | StopLevel = 0;
  #lastAtMs = Number.NEGATIVE_INFINITY;

  /** The level of a signal that came at this moment; null when it is only an echo. */
  take(signal: StopSignal, atMs: number): StopLevel | null {
    const echo = atMs - this.#lastAtMs < wakeMs;
    const again = signal === 'SIGINT' || this.#seen.has(signal) || this.#level === 0;
    this.#seen.add(signal);
    if (echo || !again) return null;
    this.#lastAtMs = atMs;
    this.#level = this.#level === 0 ? 1 : this.#level === 1 ? 2 : 3;
    return this.#level;
  }
}
