// When a deferred notice is tried again, and when it is given up. Pure; chance is a parameter.

export interface RetryTerms {
  /** Waits between tries, in milliseconds. */
  readonly retryDelaysMs: readonly number[];
  /** True when the last wait repeats for ever (the schedule ends in `…`). */
  readonly retryRepeatLast: boolean;
  /** Running time of the campaign after which a round is given up. */
  readonly retryForMs: number;
}

/** At most this share is added to a wait, so that many notices do not come back in one instant. Never less than the schedule says. */
const jitterShare = 0.1;

/**
 * The wait before the next try, or null when the round is spent: no wait is left in the schedule, or the
 * next try would come after `retryForMs` of running time.
 *
 * @param tries tries so far that count for the schedule, this one included; at least 1
 * @param roundAgeMs running time since the first try of the round
 * @param chance 0 ≤ chance < 1
 */
export function retryAfterMs(terms: RetryTerms, tries: number, roundAgeMs: number, chance: number): number | null {
  const { retryDelaysMs } = terms;
  const index = Math.max(0, tries - 1);
  const base =
    index < retryDelaysMs.length ? retryDelaysMs[index] : terms.retryRepeatLast ? retryDelaysMs.at(-1) : undefined;
  if (base === undefined) return null;
  const wait = Math.round(base * (1 + jitterShare * chance));
  return roundAgeMs + base > terms.retryForMs ? null : wait;
}
