// The number of connections follows the rate that is wanted and what the relay takes. Judged by the relay's record.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { notExactlyOnce, person, type Person } from '../support/people.ts';
import type { Step } from '../support/relay-script.ts';
import { scenarioWorld } from '../support/world.ts';

const world = scenarioWorld();

/** A relay that is 50 ms away: each of its answers takes that long, and a letter four times that. */
const farAway: Step[] = (['greeting', 'ehlo', 'mail', 'rcpt', 'data', 'after-body'] as const).map((stage) => ({ stage, do: 'delay', delayMs: 50 }));

/** Of one audience: between the affected and the others there is a pause until the last of the former is settled. */
function alike(count: number): Person[] {
  return Array.from({ length: count }, (_, nth) => person(nth, { audience: 'affected' }));
}

// As many connections as 200 a second need at a relay 50 ms away, at a twentieth of the work: a slot of this rate may
// be used 114 ms late, so that what is judged is the number of connections and not the processor.
test('a relay that takes four seconds for each letter gets ten a second, from the forty connections that this needs', async () => {
  const stalls = monitorEventLoopDelay({ resolution: 1 });
  stalls.enable();
  const relay = await world.relay({ record: 'digest', script: [{ stage: 'after-body', do: 'delay', delayMs: 4_000 }] });
  const site = await world.site({ relay, settings: { RATE_PER_SECOND: '10' } });
  const everybody = alike(150);
  const sending = site.startSend(world.file(everybody));
  // The start is over when the first have been answered: before, nobody knows how long a letter takes.
  const fromMs = await eventually(() => relay.record.mailFromsMs[40], { timeoutMs: 30_000 });

  const ended = await sending.outcome;
  expect(ended.code).toBe(0);
  expect(notExactlyOnce(relay, everybody)).toEqual([]);
  const times = relay.record.mailFromsMs.filter((time) => time >= (fromMs ?? 0));
  const perSecond = (times.length - 1) / (((times.at(-1) ?? 0) - (times[0] ?? 0)) / 1000);
  expect(perSecond).toBeGreaterThanOrEqual(10 * 0.97);
  // The relay reads in this process: what piled up while it stood still is no fault of the sender.
  expect(relay.record.mostMailFromsWithin(1_000)).toBeLessThanOrEqual(11 + Math.floor((10 * stalls.max) / 1e9));
  expect(relay.record.mostOpenConnections).toBeGreaterThanOrEqual(38);
  expect(relay.record.mostOpenConnections).toBeLessThanOrEqual(100);
});

test('a relay that takes four connections gets four: nobody fails, and it is not asked again and again', async () => {
  const relay = await world.relay({ record: 'digest', maxConnections: 4, script: farAway });
  const site = await world.site({ relay, settings: { RATE_PER_SECOND: '200' } });
  const everybody = alike(120);

  const ended = await site.send(world.file(everybody));

  expect(ended.code).toBe(0);
  expect(ended.summary).toMatchObject({ attempts: everybody.length, states: { accepted: everybody.length } });
  expect(notExactlyOnce(relay, everybody)).toEqual([]);
  // While it doubled from four, four more were refused at once; after that it makes do.
  expect(relay.record.connectionsMs.length).toBeLessThanOrEqual(12);
});
