// What a launch has to say before it is one.
import { describe, expect, it } from 'vitest';
import { startProblem } from '../../../src/web/launch-checks.ts';

describe('a start', () => {
  const now = new Date('2026-11-29T23:00:00Z');
  it.each([
    ['2025-11-29T23:00:00Z', 'past'],
    ['2026-11-29T22:58:59Z', 'past'],
    ['2026-11-29T22:59:00Z', null],
    ['2026-11-29T23:00:00Z', null],
    ['2026-12-01T06:00:00Z', null],
    ['2026-12-31T00:00:00Z', 'ahead'],
  ])('at %s is refused as %s', (at, why) => {
    const problem = startProblem(new Date(at), now);
    if (why === null) expect(problem).toBeNull();
    else expect(problem).toContain(why);
  });
});
