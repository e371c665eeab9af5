// The rate limiter, which is one row: slots are spaced, never saved up, and shared by everybody who asks.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mostLateMs, type SlotSpan } from '../../../src/domain/pace.ts';
import {
  markUnreachable,
  readPace,
  setLimit,
  setThrottle,
  takeSlots,
  type ThrottleChange,
} from '../../../src/ledger/pace.ts';
import { createTestLedger, type TestLedger } from '../../support/ledger.ts';

let ledger: TestLedger;
let nth = 0;
beforeAll(async () => {
  ledger = await createTestLedger();
});
afterAll(() => ledger.close());

/** A relay of its own with the limit. */
async function relay(perSecond: number | null): Promise<string> {
  nth += 1;
  const identity = `relay${nth}.example:25`;
  await setLimit(ledger.database, ledger.keyring, identity, perSecond);
  return identity;
}

async function nextSlot(identity: string): Promise<number> {
  const { rows } = await ledger.database.query<{ ms: number }>({
    text: 'select extract(epoch from next_slot_at)::double precision * 1000 as ms from candor.relay_pace where relay_identity = $1',
    values: [identity],
  });
  return rows[0]!.ms;
}

/** The relay asked for less, for the first time. */
const slowed = (perSecond: number): ThrottleChange => ({
  to: { perSecond, takenPerSecond: 8, refusedPerSecond: 100 },
  rule: 'too-fast',
  was: null,
  slowed: true,
});
const gapAt = (perSecond: number): number => 1000 / (perSecond * 0.98);
const forEver = 1e9;
/** From now on, so far ahead. */
const within = (latestMs: number): SlotSpan => ({ earliestMs: 0, latestMs });

describe('slots', () => {
  it('are spaced a little wider than the limit asks for', async () => {
    const identity = await relay(50);
    const slots = await takeSlots(ledger.database, identity, 10, within(forEver));
    expect(slots).toMatchObject({ count: 10, unlimited: false });
    expect(slots.gapMs).toBeCloseTo(gapAt(50), 6);
    expect(Math.abs(slots.firstInMs)).toBeLessThan(1);
  });

  it('move the next free slot by exactly what was taken', async () => {
    const identity = await relay(40);
    await takeSlots(ledger.database, identity, 1, within(forEver));
    const before = await nextSlot(identity);
    for (const want of [1, 7, 30, 2])
      expect((await takeSlots(ledger.database, identity, want, within(forEver))).count).toBe(want);
    expect((await nextSlot(identity)) - before).toBeCloseTo(40 * gapAt(40), 1);
  });

  it('are never given out twice, whoever asks at the same moment', async () => {
    const identity = await relay(20);
    await takeSlots(ledger.database, identity, 1, within(forEver));
    const before = await nextSlot(identity);
    const grants = await Promise.all(
      Array.from({ length: 40 }, (_, index) => takeSlots(ledger.database, identity, 1 + (index % 5), within(forEver))),
    );
    const taken = grants.reduce((sum, grant) => sum + grant.count, 0);
    expect(taken).toBe(120);
    expect((await nextSlot(identity)) - before).toBeCloseTo(taken * gapAt(20), 1);
  });

  it('that were missed are forfeited', async () => {
    const identity = await relay(10);
    await ledger.database.query({
      text: `update candor.relay_pace set next_slot_at = now() - interval '1 hour' where relay_identity = $1`,
      values: [identity],
    });
    const slots = await takeSlots(ledger.database, identity, 100, within(1_000));
    expect(slots.count).toBe(Math.floor(1_000 / gapAt(10)) + 1);
    expect(Math.abs(slots.firstInMs)).toBeLessThan(1);
    expect((await takeSlots(ledger.database, identity, 1, within(500))).count).toBe(0);
  });

  it('of the recent past are given out to who may still use them', async () => {
    const identity = await relay(10);
    await ledger.database.query({
      text: `update candor.relay_pace set next_slot_at = clock_timestamp() - interval '1 second' where relay_identity = $1`,
      values: [identity],
    });
    const slots = await takeSlots(ledger.database, identity, 1, { earliestMs: -50, latestMs: 100 });
    expect(slots.firstInMs).toBeCloseTo(-50, 0);
    expect(
      (await takeSlots(ledger.database, identity, 1, { earliestMs: -50, latestMs: 100 })).firstInMs,
    ).toBeGreaterThan(gapAt(10) - 60);
  });

  it('beyond the horizon are not given out, and the answer says when to ask again', async () => {
    const identity = await relay(10);
    await takeSlots(ledger.database, identity, 20, within(forEver));
    const before = await nextSlot(identity);
    const none = await takeSlots(ledger.database, identity, 5, within(300));
    expect(none.count).toBe(0);
    expect(none.firstInMs).toBeGreaterThan(20 * gapAt(10) - 200);
    expect(none.firstInMs).toBeLessThanOrEqual(20 * gapAt(10));
    expect(await nextSlot(identity)).toBe(before);
  });

  it('keep the limit in every second of ten, for three takers who take all they can get', async () => {
    const limit = 200;
    const identity = await relay(limit);
    const until = performance.now() + 2_000;
    const starts: number[] = [];
    const taker = async (): Promise<void> => {
      while (performance.now() < until) {
        const asked = performance.now();
        const slots = await takeSlots(ledger.database, identity, 10, within(120));
        for (let index = 0; index < slots.count; index += 1) starts.push(asked + slots.firstInMs + index * slots.gapMs);
        if (slots.count === 0) await new Promise((resolve) => setTimeout(resolve, Math.min(slots.firstInMs, 60)));
      }
    };
    await Promise.all([taker(), taker(), taker()]);
    starts.sort((a, b) => a - b);
    const busiest = starts.reduce(
      (most, start, index) =>
        Math.max(
          most,
          starts.slice(index).findIndex((other) => other >= start + 1_000),
        ),
      0,
    );
    // `asked` is a little earlier than the ledger's clock, so the times are a few milliseconds loose.
    expect(busiest).toBeLessThanOrEqual(limit * 1.01 + 1);
    expect(starts.length).toBeGreaterThan(limit * 1.8);
  });
});

describe('a relay', () => {
  it('without a limit needs no slots, with or without a row', async () => {
    expect(await takeSlots(ledger.database, await relay(null), 50, within(100))).toMatchObject({
      count: 50,
      firstInMs: 0,
      gapMs: 0,
      unlimited: true,
    });
    expect(await takeSlots(ledger.database, 'unheard-of.example:25', 50, within(100))).toMatchObject({
      count: 50,
      unlimited: true,
    });
  });

  it('keeps its limit when it is asked for again without one, and changes it while it is used', async () => {
    const identity = await relay(100);
    await setLimit(ledger.database, ledger.keyring, identity, null);
    expect(await readPace(ledger.database, identity)).toMatchObject({ limitPerSecond: 100, throttledPerSecond: null });
    await setLimit(ledger.database, ledger.keyring, identity, 5);
    expect((await takeSlots(ledger.database, identity, 1, within(forEver))).gapMs).toBeCloseTo(gapAt(5), 6);
    await expect(setLimit(ledger.database, ledger.keyring, identity, 0)).rejects.toMatchObject({ code: '23514' });
  });

  it('that asked for less gets the lesser of limit and throttle', async () => {
    const identity = await relay(100);
    expect(await setThrottle(ledger.database, identity, slowed(10))).toBe(true);
    expect(await readPace(ledger.database, identity)).toMatchObject({
      throttledPerSecond: 10,
      throttleRule: 'too-fast',
      throttledAt: expect.any(Date) as Date,
      takenPerSecond: 8,
      refusedPerSecond: 100,
    });
    expect((await takeSlots(ledger.database, identity, 1, within(forEver))).gapMs).toBeCloseTo(gapAt(10), 6);
    expect(await setThrottle(ledger.database, identity, { to: null, rule: null, was: 10, slowed: false })).toBe(true);
    expect((await takeSlots(ledger.database, identity, 1, within(forEver))).gapMs).toBeCloseTo(gapAt(100), 6);
  });

  it('is throttled once when two workers see the same reply', async () => {
    const identity = await relay(100);
    const both = await Promise.all([1, 2].map(() => setThrottle(ledger.database, identity, slowed(50))));
    expect(both.toSorted()).toEqual([false, true]);
  });

  it('that climbs does not wait for a slot that the slower pace has set far off', async () => {
    const identity = await relay(100);
    await setThrottle(ledger.database, identity, slowed(0.1));
    await takeSlots(ledger.database, identity, 1, within(forEver));
    expect((await takeSlots(ledger.database, identity, 1, within(5_000))).count).toBe(0);
    const to = { perSecond: 20, takenPerSecond: 10, refusedPerSecond: null };
    await setThrottle(ledger.database, identity, { to, rule: 'too-fast', was: 0.1, slowed: false });
    const { count, firstInMs } = await takeSlots(ledger.database, identity, 1, within(5_000));
    expect(count).toBe(1);
    // Slots of the slower pace may still be used so late, and no window may have both.
    expect(firstInMs).toBeGreaterThan(0);
    expect(firstInMs).toBeLessThan(mostLateMs + gapAt(20) + 1);
    expect(await readPace(ledger.database, identity)).toMatchObject({ slowedAt: expect.any(Date) as Date });
  });

  it('remembers since when it is out of reach, and forgets when it is back', async () => {
    const identity = await relay(null);
    expect(await markUnreachable(ledger.database, identity, true)).toBeLessThan(1_000);
    await ledger.database.query({
      text: `update candor.relay_pace set unreachable_since = unreachable_since - interval '1 minute' where relay_identity = $1`,
      values: [identity],
    });
    expect(await markUnreachable(ledger.database, identity, true)).toBeGreaterThanOrEqual(60_000);
    expect(await markUnreachable(ledger.database, identity, false)).toBe(0);
    expect(await markUnreachable(ledger.database, identity, true)).toBeLessThan(1_000);
  });
});
