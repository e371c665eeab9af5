import { expect, it } from 'vitest';
import { createLanes } from '../../../src/dispatch/lanes.ts';

it('runs at most as many at a time as there are lanes, in the order in which they came', async () => {
  const lanes = createLanes(() => 2);
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
  const lanes = createLanes(() => 1);
  await expect(lanes.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await lanes.run(() => Promise.resolve('yes'))).toBe('yes');
});

it('admits more as soon as there may be more, and fewer when there may be fewer', async () => {
  let count = 1;
  const lanes = createLanes(() => count);
  const gates: (() => void)[] = [];
  let now = 0;
  const come = (): Promise<void> =>
    lanes.run(async () => {
      now += 1;
      await new Promise<void>((resolve) => gates.push(resolve));
      now -= 1;
    });
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const all = [come(), come(), come()];
  await turn();
  expect(now).toBe(1);

  count = 3;
  all.push(come());
  await turn();
  expect(now).toBe(3);

  count = 1;
  gates.shift()?.();
  gates.shift()?.();
  await turn();
  expect(now).toBe(1);
  while (gates.length > 0) {
    gates.shift()?.();
    await turn();
  }
  await Promise.all(all);
});

it('lets in who waits when it is told to look at a number that has grown', async () => {
  let count = 1;
  const lanes = createLanes(() => count);
  let second = false;
  void lanes.run(() => new Promise<void>(() => undefined));
  const waiting = lanes.run(async () => void (second = true));
  count = 2;
  await Promise.resolve();
  expect(second).toBe(false);
  lanes.look();
  await waiting;
  expect(second).toBe(true);
});
