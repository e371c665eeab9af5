import { describe, expect, it } from 'vitest';
import { retryAfterMs, type RetryTerms } from '../../../src/domain/retry.ts';

const minute = 60_000;
const terms: RetryTerms = {
  retryDelaysMs: [minute, 5 * minute, 15 * minute],
  retryRepeatLast: true,
  retryForMs: 48 * 60 * minute,
};

describe('retryAfterMs', () => {
  it('waits as long as the schedule says for each try', () => {
    expect([1, 2, 3].map((tries) => retryAfterMs(terms, tries, 0, 0))).toEqual([minute, 5 * minute, 15 * minute]);
  });

  it('repeats the last wait when the schedule ends in an ellipsis', () => {
    expect(retryAfterMs(terms, 9, 0, 0)).toBe(15 * minute);
  });

  it('gives up when the schedule is spent', () => {
    expect(retryAfterMs({ ...terms, retryRepeatLast: false }, 4, 0, 0)).toBeNull();
  });

  it('gives up when the next try would come after the time for the round', () => {
    const short = { ...terms, retryForMs: 10 * minute };
    expect(retryAfterMs(short, 1, 9 * minute, 0)).toBe(minute);
    expect(retryAfterMs(short, 1, 9 * minute + 1, 0)).toBeNull();
  });

  it('never waits less than the schedule, and at most a tenth more', () => {
    for (const chance of [0, 0.25, 0.5, 0.999]) {
      const wait = retryAfterMs(terms, 1, 0, chance)!;
      expect(wait).toBeGreaterThanOrEqual(minute);
      expect(wait).toBeLessThan(minute * 1.1);
    }
  });

  it('gives up at once with an empty schedule', () => {
    expect(retryAfterMs({ ...terms, retryDelaysMs: [] }, 1, 0, 0)).toBeNull();
  });
});
