import { expect, it } from 'vitest';
import { createLaneCount } from '../../../src/dispatch/lane-count.ts';

const bounds = {
  most: 100,
  usual: 10,
  perSecond: () => null,
  askingMs: () => 0,
  connections: () => 100,
  stalled: () => 0,
};
const after = (count: ReturnType<typeof createLaneCount>, ms: number): number => {
  for (let letter = 0; letter < 200; letter += 1) count.took(ms);
  return count.now();
};

it('is the usual number while no rate says more', () => {
  expect(createLaneCount(bounds).now()).toBe(10);
  expect(after(createLaneCount(bounds), 5_000)).toBe(10);
});

it('follows the rate and the time that a letter takes', () => {
  expect(after(createLaneCount({ ...bounds, perSecond: () => 200 }), 250)).toBe(75);
  expect(after(createLaneCount({ ...bounds, perSecond: () => 200 }), 10)).toBe(10);
});

it('counts what a lane spends on asking for its slot', () => {
  expect(after(createLaneCount({ ...bounds, perSecond: () => 500, askingMs: () => 24 }), 8)).toBe(24);
});

it('never exceeds the setting, nor what the relay takes', () => {
  expect(after(createLaneCount({ ...bounds, perSecond: () => 500 }), 1_000)).toBe(100);
  expect(after(createLaneCount({ ...bounds, perSecond: () => 500, connections: () => 4 }), 1_000)).toBe(4);
  expect(createLaneCount({ ...bounds, connections: () => 0 }).now()).toBe(1);
});

it('lets as many again past those that are stalled, within the setting and what the relay takes', () => {
  expect(createLaneCount({ ...bounds, stalled: () => 3 }).now()).toBe(13);
  expect(createLaneCount({ ...bounds, stalled: () => 13 }).now()).toBe(20);
  expect(createLaneCount({ ...bounds, most: 12, stalled: () => 10 }).now()).toBe(12);
  expect(createLaneCount({ ...bounds, connections: () => 11, stalled: () => 10 }).now()).toBe(11);
});
