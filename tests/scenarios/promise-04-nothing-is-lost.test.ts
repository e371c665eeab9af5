// Promise 4: kill any process, Redis, Postgres or the relay at any moment; when they are back, every notice
// goes on from a known state. No MAIL FROM goes out without its attempt committed in the ledger.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { accountHolds } from '../../src/domain/summary.ts';
import { startDurablePostgres, type DurablePostgres } from '../support/durable-postgres.ts';
import { eventually } from '../support/eventually.ts';
import { lettersPerAddress, notExactlyOnce, people } from '../support/people.ts';
import { randomFrom } from '../support/random.ts';
import type { TestRelay } from '../support/relay.ts';
import { answerOf, codeOf, scenarioWorld, type Answer, type Site } from '../support/world.ts';

const world = scenarioWorld();
const everybody = people(1_200);
/** Few connections, so that a kill finds the run under way. */
const busy = { SMTP_CONNECTIONS: '5', RECOVERY_SECONDS: '2', RETRY_SCHEDULE: '1s' };

let durable: DurablePostgres | null = null;
afterEach(async () => {
  await durable?.stop();
  durable = null;
});

/**
 * Everybody has a letter or is said to be in doubt: a notice that two kills found on the wire stays unconfirmed
 * (promise 5). Whoever has two letters is among those that may have been accepted, with one Message-ID.
 */
function nothingLost(relay: TestRelay, ended: Answer, blows: 'one' | 'several' = 'one'): void {
  const { accepted, unconfirmed } = ended.summary.states;
  if (blows === 'one') expect(unconfirmed).toBe(0);
  expect(accepted + unconfirmed).toBe(everybody.length);
  expect(ended.code).toBe(unconfirmed === 0 ? 0 : 3);
  expect(accountHolds(ended.summary)).toBe(true);
  const letters = lettersPerAddress(relay);
  const missing = everybody.filter(({ email }) => !letters.has(email));
  expect(missing.length).toBeLessThanOrEqual(unconfirmed);
  const copies = [...letters.values()].filter((count) => count > 1);
  expect(copies.every((count) => count === 2)).toBe(true);
  expect(copies.length).toBeLessThanOrEqual(ended.summary.maybeAccepted);
  expect(new Set(relay.record.letters.map(({ messageId }) => messageId)).size).toBe(letters.size);
  expect(relay.record.mailFromsMs.length).toBeLessThanOrEqual(ended.summary.attempts);
}

async function letters(relay: TestRelay, count: number): Promise<void> {
  await eventually(() => relay.record.accepted >= count, { timeoutMs: 40_000 });
}

describe('kill the sending process', () => {
  test.each([1, 2])('at random moments, again and again (seed %i)', { timeout: 120_000 }, async (seed) => {
    const random = randomFrom(seed);
    const relay = await world.relay({ record: 'digest' });
    const site = await world.site({ relay, ...(seed === 1 ? { redis: await world.redis() } : {}), settings: busy });
    let running = site.startSend(world.file(everybody));
    const campaign = await site.campaignOf(running);
    for (let kill = 1; kill <= 3; kill += 1) {
      await letters(relay, kill * 200 + random.below(150));
      running.kill('SIGKILL');
      expect((await running.outcome).signal).toBe('SIGKILL');
      expect(accountHolds((await site.run('status', campaign)).summary)).toBe(true);
      running = site.start('resume', campaign);
    }

    const ended = answerOf(await running.outcome);

    nothingLost(relay, ended, 'several');
    await doubtExplained(site);
    // At each kill, for each of five connections: one letter on the wire, two whose answers were on their way to the
    // ledger, and, as no rate is stated, four that were claimed ahead.
    expect(ended.summary.maybeAccepted).toBeLessThanOrEqual(3 * 5 * 7);
    await attemptsCommitted(site, relay);
  });

  test('in the middle of an import leaves nothing behind', async () => {
    const relay = await world.relay();
    const site = await world.site({ relay });
    await site.run('status');
    const sending = site.startSend(world.file(people(60_000)));
    await eventually(() => sending.stderr().includes('Importing'));
    sending.kill('SIGKILL');
    await sending.outcome;

    expect(codeOf(await site.run('status'))).toBe('campaign-none');
    expect(relay.record.connectionsMs).toEqual([]);
    const { rows } = await site
      .ledger()
      .query<{ count: number }>({ text: 'select count(*) as count from candor.notice' });
    expect(rows).toEqual([{ count: 0 }]);
  });
});

describe('over a given Redis', () => {
  test('goes on by itself when Redis is wiped in mid-run', async () => {
    const relay = await world.relay({ record: 'digest' });
    const redis = await world.redis();
    const site = await world.site({ relay, redis, settings: busy });
    const sending = site.startSend(world.file(everybody));
    await letters(relay, 300);
    await redis.client.flushall();

    const ended = answerOf(await sending.outcome);

    nothingLost(relay, ended);
    expect(notExactlyOnce(relay, everybody)).toEqual([]);
  });

  test('goes on by itself when Redis is killed and comes back', async () => {
    const relay = await world.relay({ record: 'digest' });
    const redis = await world.redis();
    const site = await world.site({ relay, redis, settings: busy });
    const sending = site.startSend(world.file(everybody));
    await letters(relay, 300);
    await redis.kill();
    await redis.start();

    const ended = answerOf(await sending.outcome);

    nothingLost(relay, ended);
    expect(notExactlyOnce(relay, everybody)).toEqual([]);
  });
});

describe('kill the ledger', () => {
  test.each([false, true])(
    'at DATABASE_URL, and start it again: the run goes on by itself (Redis: %s)',
    { timeout: 120_000 },
    async (withRedis) => {
      durable = await startDurablePostgres();
      const relay = await world.relay({ record: 'digest' });
      const site = await world.site({
        relay,
        ...(withRedis ? { redis: await world.redis() } : {}),
        settings: { ...busy, DATABASE_URL: durable.url },
      });
      const sending = site.startSend(world.file(everybody));
      await letters(relay, 300);
      await durable.kill();
      await durable.start();

      nothingLost(relay, answerOf(await sending.outcome));
      await attemptsCommitted(site, relay);
    },
  );

  test('of its own: the run starts it again and goes on by itself', { timeout: 120_000 }, async () => {
    const relay = await world.relay({ record: 'digest' });
    const site = await world.site({ ledger: 'own', relay, settings: busy });
    const sending = site.startSend(world.file(everybody));
    await letters(relay, 300);
    const pidFile = join(world.folder, 'data/postgres/cluster/postmaster.pid');
    process.kill(Number.parseInt(readFileSync(pidFile, 'utf8'), 10), 'SIGKILL');

    nothingLost(relay, answerOf(await sending.outcome));
  });
});

test('kill the relay, with every connection: the run goes on by itself when it is back', async () => {
  const relay = await world.relay({ record: 'digest' });
  const site = await world.site({ relay, settings: busy });
  const sending = site.startSend(world.file(everybody));
  await letters(relay, 300);
  await relay.stop();
  await relay.start();

  nothingLost(relay, answerOf(await sending.outcome));
});

test('two processes that start on an empty ledger at the same moment both work', async () => {
  const relay = await world.relay({ record: 'digest' });
  const site = await world.site({ ledger: 'new-given', relay });
  const [one, other] = [people(100), people(100, { from: 100 })];

  const ended = await Promise.all([site.send(world.file(one, 'one.csv')), site.send(world.file(other, 'other.csv'))]);

  expect(ended.map(({ code }) => code)).toEqual([0, 0]);
  expect(notExactlyOnce(relay, [...one, ...other])).toEqual([]);
});

/** Whoever ended unconfirmed had the one automatic resend, and was on the wire of two kills. */
async function doubtExplained(site: Site): Promise<void> {
  const { rows } = await site.ledger().query<{ resent: boolean; doubts: number }>({
    text: `select n.auto_resent as resent, count(a.*) filter (where a.outcome = 'unconfirmed') as doubts
           from candor.notice n join candor.attempt a using (notice_id) where n.state = 'unconfirmed' group by n.notice_id`,
  });
  for (const notice of rows) expect(notice).toEqual({ resent: true, doubts: 2 });
}

/** The relay never saw more MAIL FROM than the ledger has attempts, and knows no notice that the ledger does not. */
async function attemptsCommitted(site: Site, relay: TestRelay): Promise<void> {
  const { rows } = await site.ledger().query<{ attempts: number; open: number }>({
    text: `select count(*) as attempts, count(*) filter (where outcome = 'open') as open from candor.attempt where outcome <> 'given-back'`,
  });
  expect(rows[0]?.attempts).toBeGreaterThanOrEqual(relay.record.mailFromsMs.length);
  expect(rows[0]?.open).toBe(0);
}
