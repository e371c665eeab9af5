import { expect, it } from 'vitest';
import { createPulse } from '../../../src/dispatch/pulse.ts';

it('says how fast letters left in the last tenths of a second, and nothing after a pause', () => {
  let nowMs = 1_000;
  const pulse = createPulse({ monotonicMs: () => nowMs });
  expect(pulse.perMs()).toBe(0);
  for (let letter = 0; letter < 100; letter += 1) {
    pulse.beat();
    nowMs += 4;
  }
  expect(pulse.perMs()).toBeCloseTo(0.25, 1);
  nowMs += 5_000;
  expect(pulse.perMs()).toBe(0);
});
