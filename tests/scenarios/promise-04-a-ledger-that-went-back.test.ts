// Promise 4, when the ledger itself loses what it had committed: a standby that was behind takes over, or an older copy is
// put in place. Nothing that left in the lost time goes out again before a person has said so.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startDurablePostgres, type DurablePostgres } from '../support/durable-postgres.ts';
import { eventually } from '../support/eventually.ts';
import { people } from '../support/people.ts';
import type { RunningProgram } from '../support/program.ts';
import type { TestRelay } from '../support/relay.ts';
import { codeOf, scenarioWorld, type Site } from '../support/world.ts';

const world = scenarioWorld();
// Seconds on a quiet machine; a busy one only takes longer.
vi.setConfig({ testTimeout: 180_000 });
const everybody = people(60);
/** Letters at the moment of the copy, and at the moment at which it takes the place of the ledger. */
const [behind, lost] = [10, 25];

let postgres: DurablePostgres;
beforeEach(async () => {
  postgres = await startDurablePostgres();
});
afterEach(() => postgres.stop());

async function started(
  queue: 'postgres' | 'redis',
): Promise<{ site: Site; relay: TestRelay; campaign: string; worker: RunningProgram }> {
  const relay = await world.relay();
  const site = await world.site({
    ledger: 'new-given',
    relay,
    ...(queue === 'redis' ? { redis: await world.redis() } : {}),
    settings: { DATABASE_URL: postgres.url, RATE_PER_SECOND: '20' },
  });
  const { summary } = await site.send(world.file(everybody), '--detach');
  const worker = await site.worker();
  await letters(relay, behind);
  await postgres.keepCopy();
  await letters(relay, lost);
  return { site, relay, campaign: summary.campaign, worker };
}

async function letters(relay: TestRelay, count: number): Promise<void> {
  await eventually(() => relay.record.accepted >= count, { timeoutMs: 60_000 });
}

async function kill(...programs: readonly RunningProgram[]): Promise<void> {
  for (const program of programs) program.kill('SIGKILL');
  await Promise.all(programs.map((program) => program.outcome));
}

async function heldAs(site: Site, campaign: string): Promise<unknown> {
  const { summary } = await site.run('status', campaign);
  return summary.state === 'held' ? summary.reason?.code : null;
}

test('holds everything when the processes go on, and again when all of them were restarted', async () => {
  const { site, relay, campaign, worker } = await started('postgres');
  const other = await site.with({ CANDOR_DATA: join(world.folder, 'other') }).worker();
  await postgres.replaceByCopy();
  const gone = relay.record.mailFromsMs.length;
  await eventually(async () => (await heldAs(site, campaign)) === 'ledger-went-back', { timeoutMs: 30_000 });
  // No more than what had been claimed when the old ledger ended.
  expect(relay.record.mailFromsMs.length - gone).toBeLessThanOrEqual(2);

  // Told once: both processes know, and do what a person then asks for.
  expect((await site.run('resume', campaign, '--detach')).code).toBe(0);
  await letters(relay, gone + 10);
  await kill(worker, other);
  const before = relay.record.mailFromsMs.length;
  await postgres.replaceByCopy();

  const first = await site.run('resume', campaign);
  expect([first.code, codeOf(first)]).toEqual([4, 'ledger-went-back']);
  expect(await heldAs(site, campaign)).toBe('ledger-went-back');
  expect(relay.record.mailFromsMs.length).toBe(before);
  expect((await site.run('resume', campaign)).summary.state).toBe('finished');
});

test('remembers in Redis what a container without a volume forgets', async () => {
  const { site, relay, campaign, worker } = await started('redis');
  await kill(worker);
  rmSync(join(world.folder, 'data'), { recursive: true });
  const before = relay.record.mailFromsMs.length;
  await postgres.replaceByCopy();

  await site.worker();
  expect(await heldAs(site, campaign)).toBe('ledger-went-back');
  expect(relay.record.mailFromsMs.length).toBe(before);
});
