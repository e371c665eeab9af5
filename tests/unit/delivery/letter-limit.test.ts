import { describe, expect, it } from 'vitest';
import { createLetterLimit } from '../../../src/delivery/letter-limit.ts';

describe('createLetterLimit', () => {
  it.each([1, 2, 10])('learns %i from two connections in a row that ended there', (letters) => {
    const limit = createLetterLimit();
    expect([limit.ended(letters), limit.isReached(letters)]).toEqual([false, false]);
    expect(limit.ended(letters)).toBe(true);
    expect([limit.isReached(letters - 1), limit.isReached(letters)]).toEqual([false, true]);
  });

  it('learns nothing from ends at odd times, or before the first letter', () => {
    const limit = createLetterLimit();
    for (const letters of [57, 61, 3, 57, 0, 0]) expect(limit.ended(letters)).toBe(false);
    expect(limit.isReached(1000)).toBe(false);
  });

  it('follows a relay that allows fewer', () => {
    const limit = createLetterLimit();
    for (const letters of [10, 10, 4]) limit.ended(letters);
    expect(limit.isReached(4)).toBe(false);
    expect(limit.ended(4)).toBe(true);
    expect(limit.isReached(4)).toBe(true);
  });

  it('lets one connection in two hundred go on, and forgets a limit that holds no more', () => {
    const limit = createLetterLimit();
    limit.ended(5);
    limit.ended(5);
    const reached = Array.from({ length: 200 }, () => limit.isReached(5));
    expect(reached.filter((each) => !each)).toHaveLength(1);
    expect([limit.isReached(6), limit.isReached(5)]).toEqual([false, false]);
  });
});
