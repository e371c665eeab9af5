// That garbage does not pile up beyond a share of what is alive, whatever an import has left behind.
import { getHeapSpaceStatistics } from 'node:v8';
import { expect, it } from 'vitest';
import { keepHeapSmall } from '../../../src/runtime/heap.ts';

const megabytes = (): number => process.memoryUsage().heapUsed / 2 ** 20;

it('keeps old garbage below what is alive, after much more was alive once', async () => {
  // V8 takes from this how far the heap may grow: without the call it is mostly at three times what is alive below, and more.
  let imported: unknown[] | null = Array.from({ length: 1_500_000 }, (_, n) => ({ n, of: [n] }));
  expect(imported).toHaveLength(1_500_000);
  imported = null;
  keepHeapSmall();
  const before = megabytes();
  // Each lives for a third of a million others, so it grows old before it dies.
  const alive: unknown[] = Array.from({ length: 300_000 }, () => null);
  const seen: number[] = [];
  let made = 0;
  for (let round = 0; round < 41; round += 1) {
    for (let place = 0; place < alive.length; place += 1) alive[place] = { n: made++, of: [place, made] };
    seen.push(megabytes() - before);
    await new Promise((resolve) => setImmediate(resolve));
  }
  const needed = 40;
  expect(seen.toSorted((a, b) => a - b)[20]).toBeLessThan(2 * needed);
  // What dies young is cheap only where there is room for it: some of 16 MB twice, and not 1.
  const young = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space');
  expect((young?.space_size ?? 0) / 2 ** 20).toBeGreaterThan(12);
});
