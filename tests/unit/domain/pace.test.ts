import { describe, expect, it } from 'vitest';
import {
  allowedLatenessMs,
  climbBack,
  connectionsForRate,
  slowDown,
  usedShare,
  type Pace,
} from '../../../src/domain/pace.ts';

const now = new Date('2026-11-22T12:00:00Z');
const ago = (ms: number): Date => new Date(now.getTime() - ms);
const free: Pace = {
  limitPerSecond: null,
  throttledPerSecond: null,
  throttledAt: null,
  throttleRule: null,
  takenPerSecond: null,
  refusedPerSecond: null,
  slowedAt: null,
};
/** Of a relay with a limit of 100 a second, quiet since five seconds. */
const throttled = (perSecond: number, with_: Partial<Pace> = {}): Pace => ({
  ...free,
  limitPerSecond: 100,
  throttledPerSecond: perSecond,
  throttledAt: ago(5_000),
  slowedAt: ago(5_000),
  throttleRule: 'some-rule',
  ...with_,
});

describe('slowDown', () => {
  it('halves what the relay really got, not what it might have got', () => {
    expect(slowDown({ ...free, limitPerSecond: 100 }, 40, true, now)).toMatchObject({ perSecond: 20 });
  });

  it('never rises above half of the rate in force', () => {
    expect(slowDown({ ...free, limitPerSecond: 10 }, 400, true, now)).toMatchObject({ perSecond: 5 });
  });

  it('halves again when the relay still complains after two seconds', () => {
    expect(slowDown(throttled(20, { throttledAt: ago(2_000), slowedAt: ago(2_000) }), 20, false, now)).toMatchObject({
      perSecond: 10,
    });
  });

  it('takes complaints within two seconds for echoes of the same one', () => {
    expect(slowDown(throttled(20, { throttledAt: ago(1_999), slowedAt: ago(1_999) }), 20, false, now)).toBeNull();
  });

  it('takes a complaint after a climb for no echo', () => {
    const climbed = throttled(20, { throttledAt: ago(100), slowedAt: ago(1_200), takenPerSecond: 10 });
    expect(slowDown(climbed, 20, true, now)).toEqual({ perSecond: 8, takenPerSecond: 10, refusedPerSecond: 20 });
  });

  it('halves the rate in force while nothing is measured, instead of falling to the least', () => {
    expect(slowDown({ ...free, limitPerSecond: 100 }, 0, true, now)).toMatchObject({ perSecond: 50 });
    expect(slowDown(free, 0, true, now)).toMatchObject({ perSecond: 1 });
  });

  it('stops at one letter in ten seconds', () => {
    expect(slowDown(throttled(0.1), 0, false, now)).toMatchObject({ perSecond: 0.1 });
  });

  it('does not call a rate refused at which nothing else was taken either', () => {
    expect(slowDown(throttled(20, { refusedPerSecond: 40 }), 20, false, now)?.refusedPerSecond).toBeNull();
  });
});

describe('climbBack', () => {
  it('waits for a quiet time, and for a letter that was taken', () => {
    expect(climbBack(throttled(40, { throttledAt: ago(499) }), true, now)).toBeNull();
    expect(climbBack(throttled(40, { throttledAt: ago(19_999) }), false, now)).toBeNull();
    expect(climbBack(throttled(40, { throttledAt: ago(500) }), true, now)).toMatchObject({ perSecond: 80 });
  });

  it('climbs without proof, seldom, while nothing is sent', () => {
    expect(climbBack(throttled(40, { throttledAt: ago(20_000) }), false, now)).toMatchObject({ perSecond: 80 });
  });

  it('lifts the throttle when it meets the limit', () => {
    expect(climbBack(throttled(50), true, now)).toBe('lifted');
  });

  it('goes back to what was taken, then half of what is left, and rests close under what was refused', () => {
    const refused = { refusedPerSecond: 60 };
    expect(climbBack(throttled(32, { ...refused, takenPerSecond: 40 }), true, now)).toMatchObject({ perSecond: 40 });
    expect(climbBack(throttled(40, refused), true, now)).toMatchObject({ perSecond: 50 });
    expect(climbBack(throttled(56, { ...refused, throttledAt: ago(14_999) }), true, now)).toBeNull();
    expect(climbBack(throttled(56, { ...refused, throttledAt: ago(15_000) }), true, now)).toMatchObject({
      perSecond: 60,
    });
  });

  it('has nothing to do without a throttle', () => {
    expect(climbBack(free, true, now)).toBeNull();
  });
});

/**
 * A relay that refuses above `takes` letters in any second, and one worker whose throttle looks each half second; time
 * is counted, not waited for. Answers the letters that were taken in each second.
 */
function relayOf(limit: number | null, seconds: number, takes: (second: number) => number): number[] {
  const startMs = now.getTime();
  let pace: Pace = { ...free, limitPerSecond: limit };
  const times: number[] = [];
  const taken = Array.from({ length: seconds }, () => 0);
  const since = { change: 0, slowed: 0 };
  const set = (step: ReturnType<typeof climbBack>, at: Date, slowed: boolean): void => {
    if (step === null) return;
    pace =
      step === 'lifted'
        ? { ...free, limitPerSecond: limit }
        : {
            ...pace,
            throttledPerSecond: step.perSecond,
            takenPerSecond: step.takenPerSecond,
            refusedPerSecond: step.refusedPerSecond,
            throttledAt: at,
            slowedAt: slowed ? at : pace.slowedAt,
          };
    since.change = 0;
    if (slowed) since.slowed = 0;
  };
  let askedMs = -Infinity;
  let dueMs = 0;
  for (let ms = 0; ms < seconds * 1_000; ms += 1) {
    const at = new Date(startMs + ms);
    if (ms % 500 === 0 && ms - askedMs >= 1_000) set(climbBack(pace, since.change > 0, at), at, false);
    const perSecond = Math.min(pace.limitPerSecond ?? 500, pace.throttledPerSecond ?? Infinity);
    for (; dueMs <= ms; dueMs += 1_000 / perSecond) {
      while (times.length > 0 && times[0]! <= ms - 1_000) times.shift();
      const second = Math.floor(ms / 1_000);
      if (times.length < takes(second)) {
        times.push(ms);
        taken[second]! += 1;
        since.change += 1;
        since.slowed += 1;
        continue;
      }
      askedMs = ms;
      const measured = taken.slice(Math.max(0, second - 5), second).reduce((sum, count) => sum + count, 0) / 5;
      set(slowDown(pace, measured, since.slowed > 0, at), at, true);
    }
  }
  return taken;
}

const mean = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0) / counts.length;

describe('a throttle', () => {
  it.each([
    [100, 50],
    [100, 93],
    [60, 4],
    [500, 120],
    [null, 50],
    [null, 4],
  ])('settles close under what the relay takes (limit %s, takes %i a second)', (limit, takes) => {
    const taken = relayOf(limit, 120, () => takes);
    expect(mean(taken.slice(30))).toBeGreaterThan(0.8 * takes);
  });

  it.each([
    [30, 8, 8],
    [100, 8, 8],
    [30, 60, 45],
    [300, 30, 45],
  ])('is back at %i a second when the relay takes letters again after %i s, within %i s', (limit, outage, within) => {
    const taken = relayOf(limit, outage + 70, (second) => (second >= 5 && second < 5 + outage ? 0 : 1_000));
    const back = taken.findIndex((count, second) => second >= 5 + outage && count >= 0.98 * limit) - 5 - outage;
    expect(back).toBeGreaterThan(0);
    expect(back).toBeLessThan(within);
  });

  it('finds the limit again within a minute of the mend of a relay that had taken half of it for long', () => {
    const taken = relayOf(100, 180, (second) => (second < 100 ? 50 : 1_000));
    expect(mean(taken.slice(160))).toBeGreaterThan(98);
  });

  it('follows a relay that takes less and less', () => {
    const taken = relayOf(100, 180, (second) => (second < 60 ? 80 : second < 120 ? 20 : 3));
    expect(mean(taken.slice(30, 60))).toBeGreaterThan(64);
    expect(mean(taken.slice(90, 120))).toBeGreaterThan(15);
    expect(mean(taken.slice(150))).toBeGreaterThan(2);
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
