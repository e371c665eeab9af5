// A relay that says no for a while, or now and then: that costs little more than the trouble itself.
import { expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { watchedAllowance } from '../support/rate-allowance.ts';
import { takenIn } from '../support/taken-in.ts';
import { scenarioWorld } from '../support/world.ts';

const world = scenarioWorld();

test('451 to 2 % of MAIL slows nobody', { timeout: 180_000 }, async () => {
  const reply = '451 4.3.0 Temporary lookup failure';
  const [faultless, faulty] = [
    await world.relay(),
    await world.relay({ script: [{ stage: 'mail', when: { share: 0.02 }, do: 'reply', reply }] }),
  ];

  // Side by side, so that both meet the same machine.
  const [usual, took] = await Promise.all([takenIn(world, faultless, 2_000, 100), takenIn(world, faulty, 2_000, 100)]);

  expect(took).toBeLessThan(1.3 * usual);
});

test('a full queue disk for 8 s costs little more than these', { timeout: 180_000 }, async () => {
  const rate = 30;
  const count = 600;
  const reply = '452 4.3.1 Insufficient system storage';
  const relay = await world.relay();
  const allowed = watchedAllowance();
  // From some letters on, whatever the start takes.
  const first = eventually(() => relay.record.mailFromsMs.length > 60, { timeoutMs: 60_000 }).then(() =>
    relay.setScript([{ stage: 'mail', when: { beforeMs: 8_000 }, do: 'reply', reply }]),
  );
  const took = await takenIn(world, relay, count, rate);
  await first;

  expect(took).toBeLessThan(((1.3 * count) / rate) * 1_000 + 8_000);
  expect(relay.record.mostMailFromsWithin(1_000)).toBeLessThanOrEqual(allowed(rate));
});
