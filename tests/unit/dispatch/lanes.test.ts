import { expect, it } from 'vitest';
import { createLanes } from '../../../src/dispatch/lanes.ts';

it('runs at most as many at a time as there are lanes, in the order in which they came', async () => {
  const lanes = createLanes(2);
  const begun: number[] = [];
  const gates: (() => void)[] = [];
  let most = 0;
  let now = 0;
  const all = Promise.all(
    [1, 2, 3, 4].map((number) =>
      lanes.run(async () => {
        begun.push(number);
        now += 1;
        most = Math.max(most, now);
        await new Promise<void>((resolve) => gates.push(resolve));
        now -= 1;
      }),
    ),
  );
  while (begun.length < 4 || gates.length > 0) {
    gates.shift()?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
  await all;
  expect(begun).toEqual([1, 2, 3, 4]);
  expect(most).toBe(2);
});

it('frees the lane of work that fails', async () => {
  const lanes = createLanes(1);
  await expect(lanes.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await lanes.run(() => Promise.resolve('yes'))).toBe('yes');
});
