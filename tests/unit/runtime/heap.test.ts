// That garbage does not pile up beyond a share of what is alive, whatever an import has left behind.
import { expect, it } from 'vitest';
import { keepHeapSmall } from '../../../src/runtime/heap.ts';

const megabytes = (): number => process.memoryUsage().heapUsed / 2 ** 20;

it('keeps old garbage below what is alive, after much more was alive once', async () => {
  // V8 takes from this how far the heap may grow: without the call it grows to ten times what is alive below.
  let imported: unknown[] | null = Array.from({ length: 1_500_000 }, (_, n) => ({ n, of: [n] }));
  expect(imported).toHaveLength(1_500_000);
  imported = null;
  keepHeapSmall();
  const before = megabytes();
  // Each lives for a third of a million others, so it grows old before it dies.
  const alive: unknown[] = Array.from({ length: 300_000 }, () => null);
  let peak = 0;
  let made = 0;
  for (let round = 0; round < 25; round += 1) {
    for (let place = 0; place < alive.length; place += 1) alive[place] = { n: made++, of: [place, made] };
    peak = Math.max(peak, megabytes());
    await new Promise((resolve) => setImmediate(resolve));
  }
  const needed = 40;
  expect(peak - before).toBeLessThan(2.5 * needed);
});
