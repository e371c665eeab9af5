import { expect, it } from 'vitest';
import { createSpread } from '../../../src/dispatch/spread.ts';

const after = (...times: number[]): ReturnType<typeof createSpread> => {
  const spread = createSpread(20);
  for (const ms of times) spread.took(ms);
  return spread;
};

it('knows nothing at first, and takes the first time for all', () => {
  expect([after().mean(), after().mostly()]).toEqual([0, 0]);
  expect([after(400).mean(), after(400).mostly()]).toEqual([400, 400]);
});

it('is the plain average of the first few', () => {
  expect(after(100, 200, 300, 400).mean()).toBe(250);
});

it('follows what the latest took, and forgets what was long ago', () => {
  expect(after(...Array.from({ length: 200 }, () => 5), ...Array.from({ length: 200 }, () => 90)).mean()).toBeCloseTo(
    90,
    1,
  );
});

it('is mostly the mean where all take the same, and above nearly all where they differ', () => {
  expect(after(...Array.from({ length: 200 }, () => 30)).mostly()).toBeCloseTo(30, 3);
  const mixed = Array.from({ length: 200 }, (_, nth) => (nth % 5 === 0 ? 60 : 10));
  expect(after(...mixed).mostly()).toBeGreaterThanOrEqual(60);
});
