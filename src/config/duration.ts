// Durations as people write them (`90s`, `5m`, `48h`) and the retry schedule made of them.
import { bad, good, type Reading } from './reading.ts';

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Longer than any sensible setting, shorter than what a timer can hold (2^31 ms). */
const longestMs = 24 * 86_400_000;

/** How long to wait before each further attempt. */
export interface RetrySchedule {
  /** `delaysMs[0]` follows the first refusal, and so on. Never empty. */
  readonly delaysMs: readonly number[];
  /** True: the last delay repeats until the time for retries is spent. False: after it, the notice is given up. */
  readonly repeatLast: boolean;
}

/** Milliseconds of `500ms`, `90s`, `5m`, `48h` or `2d`; a unit is needed, zero and fractions are not durations. */
export function parseDuration(text: string): Reading<number> {
  const match = /^(\d{1,9})(ms|s|m|h|d)$/.exec(text);
  if (!match) return bad(/^\d+$/.test(text) ? 'the unit is missing' : 'not a number with a unit');
  const ms = Number(match[1]) * (unitMs[match[2] ?? ''] ?? Number.NaN);
  if (ms === 0) return bad('it is zero');
  return ms <= longestMs ? good(ms) : bad('it is longer than 24 days');
}

/** A schedule such as `1m,5m,4h…`; a trailing `…` or `...` repeats the last delay. */
export function parseRetrySchedule(text: string): Reading<RetrySchedule> {
  const repeating = /^(.*?)\s*(?:…|\.\.\.)$/s.exec(text);
  const delaysMs: number[] = [];
  for (const [index, part] of (repeating?.[1] ?? text).split(',').entries()) {
    const delay = parseDuration(part.trim());
    if (!delay.ok) return bad(`delay ${index + 1}: ${delay.problem}`);
    delaysMs.push(delay.value);
  }
  if (delaysMs.length > 100) return bad('it has more than 100 delays');
  return good({ delaysMs, repeatLast: repeating !== null });
}
