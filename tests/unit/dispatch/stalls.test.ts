import { expect, it } from 'vitest';
import { createStalls } from '../../../src/dispatch/stalls.ts';

it('counts the letters that have taken long and are not over', () => {
  let nowMs = 0;
  const stalls = createStalls({ monotonicMs: () => nowMs });
  const first = stalls.begin();
  nowMs = 4_000;
  stalls.begin();
  expect(stalls.count()).toBe(0);
  nowMs = 5_000;
  expect(stalls.count()).toBe(1);
  first();
  expect(stalls.count()).toBe(0);
  nowMs = 9_000;
  expect(stalls.count()).toBe(1);
});
