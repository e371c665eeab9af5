// Promise 7: per relay, over all processes, no window of one second holds more MAIL FROM than the limit
// allows, and the limit is used. Judged by the relay's own record alone.
import { expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { affected, notExactlyOnce } from '../support/people.ts';
import { watchedAllowance } from '../support/rate-allowance.ts';
import type { TestRelay } from '../support/relay.ts';
import { scenarioWorld } from '../support/world.ts';

const world = scenarioWorld();

/** Windows with more than was allowed, in any try: a retry may mend the use of the rate, never a broken limit. */
const broken: string[] = [];

function keepsTo(limit: number, most: number, allowed: number): void {
  if (most > allowed) broken.push(`${most} in a second, where ${limit} are the limit and ${allowed} explained`);
  expect(most).toBeLessThanOrEqual(allowed);
}

/** Slots that a process could not use for want of a processor are forfeited: then the use is asked for again. */
const patience = { retry: 4 };
/** Of the limit, while two processes share it; and after a change of it, when both have to find their pace again. */
const leastUse = { steady: 0.97, changed: 0.95 };

/** The share of the limit that was used between the first and the last of these MAIL FROM. */
function used(times: readonly number[], limit: number): number {
  const [first = 0, last = 0] = [times[0], times.at(-1)];
  return (times.length - 1) / ((last - first) / 1000) / limit;
}

/** Past the start, when connections were opened and the second process was not there yet. */
function afterTheStart(relay: TestRelay, fromMs: number): number[] {
  return relay.record.mailFromsMs.filter((time) => time >= fromMs);
}

test.each([
  { limit: 100, letters: 700 },
  { limit: 10, letters: 80 },
])('two processes keep to $limit a second together, and use it', patience, async ({ limit, letters }) => {
  const allowed = watchedAllowance();
  const relay = await world.relay({ record: 'digest' });
  const site = await world.site({ relay, settings: { RATE_PER_SECOND: String(limit) } });
  const everybody = affected(letters);
  const worker = await site.worker();
  const sending = site.startSend(world.file(everybody));
  // The start is over when both have found the relay: a connection is opened when it is first needed.
  const fromMs = await eventually(() => relay.record.mailFromsMs[limit / 2], { timeoutMs: 20_000 });

  const ended = await sending.outcome;

  expect(ended.code).toBe(0);
  expect(notExactlyOnce(relay, everybody)).toEqual([]);
  keepsTo(limit, relay.record.mostMailFromsWithin(1_000), allowed(limit));
  expect(used(afterTheStart(relay, fromMs ?? 0), limit)).toBeGreaterThanOrEqual(leastUse.steady);
  worker.kill('SIGTERM');
  expect((await worker.outcome).code).toBe(0);
});

test('a changed rate holds for every process, while they run', patience, async () => {
  const allowed = watchedAllowance();
  const relay = await world.relay({ record: 'digest' });
  const site = await world.site({ relay, settings: { RATE_PER_SECOND: '20' } });
  const worker = await site.worker();
  const sending = site.startSend(world.file(affected(400)));
  const campaign = await site.campaignOf(sending);
  await eventually(() => relay.record.mailFromsMs.length > 30);

  const changed = await site.run('rate', campaign, '80');
  const changedAtMs = performance.now();

  expect(changed.summary.ratePerSecond).toBe(80);
  expect((await sending.outcome).code).toBe(0);
  const before = relay.record.mailFromsMs.filter((time) => time < changedAtMs - 1_000);
  keepsTo(20, mostWithin(before), allowed(20));
  keepsTo(80, relay.record.mostMailFromsWithin(1_000), allowed(80));
  // One second for the slots that were taken before the change.
  expect(used(afterTheStart(relay, changedAtMs + 1_000), 80)).toBeGreaterThanOrEqual(leastUse.changed);
  worker.kill('SIGTERM');
  await worker.outcome;
});

// Last, so that it has seen every try of the tests above.
test('no try of the above broke its limit', () => {
  expect(broken).toEqual([]);
});

function mostWithin(times: readonly number[]): number {
  return Math.max(0, ...times.map((from, index) => times.slice(index).filter((time) => time - from < 1_000).length));
}
