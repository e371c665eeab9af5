// A relay that takes less than the rate gets nearly what it takes.
import { expect, test } from 'vitest';
import { takenIn } from '../support/taken-in.ts';
import { scenarioWorld } from '../support/world.ts';

const world = scenarioWorld();

test('a relay that takes 50 of 100 a second gets nearly these', { timeout: 180_000 }, async () => {
  const relay = await world.relay({ ratePerSecond: 50 });

  expect(await takenIn(world, relay, 1_500, 100)).toBeLessThan(((1.3 * 1_500) / 50) * 1_000 + 5_000);
});
