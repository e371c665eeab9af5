import { describe, expect, it } from 'vitest';
import {
  allowedLatenessMs,
  climbAfterMs,
  climbBack,
  connectionsForRate,
  slowDown,
  usedShare,
  type Pace,
} from '../../../src/domain/pace.ts';

const now = new Date('2026-11-22T12:00:00Z');
const ago = (ms: number): Date => new Date(now.getTime() - ms);
const free: Pace = { limitPerSecond: null, throttledPerSecond: null, throttledAt: null, throttleRule: null };

describe('slowDown', () => {
  it('halves what the relay really got, not what it might have got', () => {
    expect(slowDown({ ...free, limitPerSecond: 100 }, 40, now)).toBe(20);
  });

  it('never rises above half of the rate in force', () => {
    expect(slowDown({ ...free, limitPerSecond: 10 }, 400, now)).toBe(5);
  });

  it('halves again when the relay still complains after two seconds', () => {
    const once = { ...free, throttledPerSecond: 20, throttledAt: ago(2_000) };
    expect(slowDown(once, 20, now)).toBe(10);
  });

  it('takes complaints within two seconds for echoes of the same one', () => {
    expect(slowDown({ ...free, throttledPerSecond: 20, throttledAt: ago(1_999) }, 20, now)).toBeNull();
  });

  it('halves the rate in force while nothing is measured, instead of falling to the least', () => {
    expect(slowDown({ ...free, limitPerSecond: 100 }, 0, now)).toBe(50);
    expect(slowDown(free, 0, now)).toBe(1);
  });

  it('stops at one letter in ten seconds', () => {
    expect(slowDown({ ...free, throttledPerSecond: 0.1, throttledAt: ago(60_000) }, 0, now)).toBe(0.1);
  });
});

describe('climbBack', () => {
  const throttled: Pace = {
    limitPerSecond: 100,
    throttledPerSecond: 40,
    throttledAt: ago(climbAfterMs),
    throttleRule: 'some-rule',
  };

  it('climbs by a quarter after a quiet time', () => {
    expect(climbBack(throttled, now)).toEqual({ perSecond: 50 });
  });

  it('waits for the quiet time', () => {
    expect(climbBack({ ...throttled, throttledAt: ago(climbAfterMs - 1) }, now)).toBeNull();
  });

  it('lifts the throttle when it meets the limit', () => {
    expect(climbBack({ ...throttled, throttledPerSecond: 80 }, now)).toBe('lifted');
  });

  it('lifts the throttle of an unlimited relay in the end', () => {
    let pace: Pace = { ...throttled, limitPerSecond: null, throttledPerSecond: 0.1 };
    let steps = 0;
    for (let climb = climbBack(pace, now); climb !== 'lifted'; climb = climbBack(pace, now)) {
      pace = { ...pace, throttledPerSecond: climb!.perSecond };
      steps += 1;
      expect(steps).toBeLessThan(100);
    }
  });

  it('has nothing to do without a throttle', () => {
    expect(climbBack(free, now)).toBeNull();
  });
});

describe('allowedLatenessMs', () => {
  it.each([1, 2, 3, 7, 10, 33, 50, 99, 100, 101, 149, 200, 500, 1_000, 3_000])(
    'keeps every window of one second within the promise at %i/s, whatever is late',
    (limit) => {
      const gapMs = 1_000 / (limit * usedShare);
      const late = allowedLatenessMs(gapMs, 0);
      // The worst case: a slot used as late as allowed opens the window, all after it are punctual.
      const opened = late;
      let inWindow = 1;
      for (let slot = gapMs; slot < opened + 1_000 - 1e-9; slot += gapMs) if (slot >= opened) inWindow += 1;
      for (let slot = gapMs; slot < opened; slot += gapMs) inWindow += 1;
      expect(inWindow).toBeLessThanOrEqual(limit + Math.max(1, limit / 100));
      expect(late).toBeGreaterThan(15);
    },
  );
});

describe('connectionsForRate', () => {
  it.each([
    [null, 100, 10, null],
    [1, 100, 10, 1],
    [20, 200, 10, 6],
    [1000, 100, 10, 10],
    [0.1, 10, 10, 1],
  ])('at %s/s and %s ms a letter, of at most %s: %s', (perSecond, letterMs, max, expected) => {
    expect(connectionsForRate(perSecond, letterMs, max)).toBe(expected);
  });
});
