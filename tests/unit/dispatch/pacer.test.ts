import { expect, it } from 'vitest';
import { createPacer } from '../../../src/dispatch/pacer.ts';
import type { PaceLedger } from '../../../src/dispatch/ports.ts';
import type { Slots } from '../../../src/domain/pace.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import { silentLogger } from '../../../src/runtime/logger.ts';

const never = new AbortController().signal;

/** A pacer over a ledger of this rate, and how far ahead it asked for slots. */
function pacerAt(perSecond: number | null): {
  pacer: ReturnType<typeof createPacer>;
  askedAhead: number[];
  asked: { want: number; earliestMs: number }[];
} {
  const askedAhead: number[] = [];
  const asked: { want: number; earliestMs: number }[] = [];
  const ledger: PaceLedger = {
    takeSlots: (want, { earliestMs, latestMs }) => {
      askedAhead.push(latestMs);
      asked.push({ want, earliestMs });
      const slots: Slots = {
        count: want,
        askedAtMs: Date.now(),
        firstInMs: 0,
        gapMs: perSecond === null ? 0 : 1000 / perSecond,
        unlimited: perSecond === null,
      };
      return Promise.resolve(slots);
    },
    read: () => Promise.reject(new Error('not asked here')),
    throttle: () => Promise.reject(new Error('not asked here')),
  };
  return { pacer: createPacer(ledger, systemClock, silentLogger), askedAhead, asked };
}

async function aheadAfterClaimsOf(ms: number): Promise<number> {
  const { pacer, askedAhead } = pacerAt(50);
  for (let claim = 0; claim < 100; claim += 1) pacer.claimTook(ms);
  await pacer.slot(never);
  return askedAhead[0] ?? 0;
}

it('takes slots 120 ms ahead while claims are quick', async () => {
  expect(await aheadAfterClaimsOf(0)).toBe(120);
  expect(await aheadAfterClaimsOf(60)).toBe(120);
});

it('takes them further ahead when claims are slow, so that these are through in time', async () => {
  expect(await aheadAfterClaimsOf(200)).toBeGreaterThan(200);
});

it('never takes them so far ahead that a pause would not be complete within a second', async () => {
  expect(await aheadAfterClaimsOf(5_000)).toBe(300);
});

it('says the rate that the ledger named, and none where there is none', async () => {
  const limited = pacerAt(50).pacer;
  expect(limited.perSecond()).toBeNull();
  await limited.slot(never);
  expect(limited.perSecond()).toBeCloseTo(50, 6);
  const free = pacerAt(null).pacer;
  await free.slot(never);
  expect(free.perSecond()).toBeNull();
});

it('takes one slot at a time until the first claim is through', async () => {
  const { pacer, asked } = pacerAt(500);
  await Promise.all([1, 2, 3].map(() => pacer.slot(never)));
  expect(asked.map(({ want }) => want)).toEqual([1, 1, 1]);
  pacer.claimTook(5);
  await Promise.all([1, 2, 3].map(() => pacer.slot(never)));
  expect(asked.at(-1)?.want).toBe(2);
});

it('takes no slot that its claim would be too late for, and a late one that may still be used', async () => {
  const { pacer, asked } = pacerAt(50);
  for (let claim = 0; claim < 100; claim += 1) pacer.claimTook(60);
  const { at, until } = await pacer.slot(never);
  expect(asked[0]?.earliestMs).toBeCloseTo(60, 0);
  await pacer.slot(never);
  // Now that the rate is known: as late as a slot may be used, less what the claim takes.
  expect(asked[1]?.earliestMs).toBeCloseTo(60 - (until - at), 0);
});
