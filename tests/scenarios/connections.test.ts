// The number of connections follows what the relay takes. Judged by the relay's record.
import { expect, test } from 'vitest';
import { affected, notExactlyOnce } from '../support/people.ts';
import type { Step } from '../support/relay-script.ts';
import { scenarioWorld } from '../support/world.ts';

const world = scenarioWorld();

/** A relay that is 50 ms away: each of its answers takes that long, and a letter four times that. */
const farAway: Step[] = (['greeting', 'ehlo', 'mail', 'rcpt', 'data', 'after-body'] as const).map((stage) => ({
  stage,
  do: 'delay',
  delayMs: 50,
}));

test('a relay that takes four connections gets four: nobody fails, and it is not asked again and again', async () => {
  const relay = await world.relay({ record: 'digest', maxConnections: 4, script: farAway });
  const site = await world.site({ relay, settings: { RATE_PER_SECOND: '200' } });
  const everybody = affected(120);

  const ended = await site.send(world.file(everybody));

  expect(ended.code).toBe(0);
  expect(ended.summary).toMatchObject({ attempts: everybody.length, states: { accepted: everybody.length } });
  expect(notExactlyOnce(relay, everybody)).toEqual([]);
  // While it doubled from four, four more were refused at once; after that it makes do.
  expect(relay.record.connectionsMs.length).toBeLessThanOrEqual(12);
});
