// Promise 4, when something is away for longer than a lease: whoever is cut off sends nothing that the ledger does
// not know, and when it is back everything goes on by itself. An outage here lasts three leases of two seconds;
// `npm run chaos -- --drill` tries 90 s and five minutes with the leases that people use.
import { afterEach, expect, test } from 'vitest';
import type { CampaignSummary } from '../../src/domain/summary.ts';
import { openDatabase } from '../../src/ledger/database.ts';
import { silentLogger } from '../../src/runtime/logger.ts';
import { audit, mustBeNone } from '../chaos/audit.ts';
import { startDurablePostgres, type DurablePostgres } from '../support/durable-postgres.ts';
import { eventually } from '../support/eventually.ts';
import { exportedNotices, type ExportedNotice } from '../support/exported.ts';
import { people } from '../support/people.ts';
import { startCandor, type RunningProgram } from '../support/program.ts';
import type { TestRedis } from '../support/redis.ts';
import type { TestRelay } from '../support/relay.ts';
import { seenByRelay } from '../support/seen-by-relay.ts';
import { startSeverableDoor, type SeverableDoor } from '../support/severable-door.ts';
import { answerOf, kit, scenarioWorld, type Site } from '../support/world.ts';

const world = scenarioWorld();
const everybody = people(450);
const recoverySeconds = 2;
const settings = {
  RATE_PER_SECOND: '100',
  RECOVERY_SECONDS: String(recoverySeconds),
  RETRY_SCHEDULE: '1s',
  MAIL_ENVELOPE_FROM: 'bounce+{notice}@example.com',
};

let postgres: DurablePostgres | null = null;
let door: SeverableDoor | null = null;
afterEach(async () => {
  await door?.stop();
  await postgres?.stop();
  postgres = door = null;
});

async function letters(relay: TestRelay, count: number): Promise<void> {
  await eventually(() => relay.record.accepted >= count, { timeoutMs: 60_000 });
}

/** Lets so much time go by, whatever happens meanwhile. */
async function pass(seconds: number): Promise<void> {
  const since = performance.now();
  await eventually(() => performance.now() - since > seconds * 1_000, { timeoutMs: seconds * 1_000 + 10_000 });
}

/** The record of every notice, when the judge has found nothing that must not be. */
async function blameless(site: Site, relay: TestRelay, campaign: string): Promise<ExportedNotice[]> {
  const notices = await exportedNotices(site.env, campaign, `${world.folder}/export`);
  const findings = audit(
    everybody.map(({ email }) => email),
    seenByRelay(relay.record),
    notices,
    { perSecond: Infinity },
  );
  expect(mustBeNone.filter((breach) => findings[breach] > 0)).toEqual([]);
  return notices;
}

/** Waits until the campaign is finished; answers its last summary. */
async function finished(site: Site, campaign: string): Promise<CampaignSummary> {
  // Asked in the ledger: to ask `candor status` again and again takes half a processor from what is waited for.
  const look = { text: 'select from candor.campaign where id = $1 and state = $2', values: [campaign, 'finished'] };
  const ledger = site.ledger();
  await eventually(async () => (await ledger.query(look)).rowCount === 1, { timeoutMs: 90_000, everyMs: 50 });
  return (await site.run('status', campaign)).summary;
}

/** SIGTERM; the process must end well. */
async function dismiss(worker: RunningProgram): Promise<void> {
  worker.kill('SIGTERM');
  expect((await worker.outcome).code).toBe(0);
}

test(
  'a worker that is cut off from Postgres alone comes back when another has taken over, and the ledger knows every letter',
  { timeout: 180_000 },
  async () => {
    postgres = await startDurablePostgres();
    door = await startSeverableDoor(Number(new URL(postgres.url).port));
    // So slow that a cut finds letters on the wire of both.
    const relay = await world.relay({ record: 'digest', script: [{ stage: 'after-body', do: 'delay', delayMs: 200 }] });
    const site = await world.site({
      relay,
      redis: await world.redis(),
      settings: { ...settings, DATABASE_URL: postgres.url },
    });
    const behindTheDoor = new URL(postgres.url);
    behindTheDoor.port = String(door.port);
    // The first one feeds, so it is the feeder that is cut off.
    const cutOff = await site.with({ DATABASE_URL: behindTheDoor.href }).worker();
    const other = await site.worker();
    const { campaign } = (await site.send(world.file(everybody), '--detach')).summary;
    await letters(relay, 100);
    const ledger = site.ledger();
    const onItsWire = {
      text: `select from candor.attempt a join candor.lease l using (lease_id) where a.outcome = 'open' and l.worker like '%:' || $1`,
      values: [String(cutOff.pid)],
    };
    await eventually(async () => (await ledger.query(onItsWire)).rowCount >= 5, { timeoutMs: 30_000, everyMs: 5 });

    door.cut();
    // The other one has taken over when it has said what was on the wire.
    await eventually(async () => (await site.run('status', campaign)).summary.maybeAccepted > 0, {
      timeoutMs: 30_000,
      everyMs: 200,
    });
    await pass(recoverySeconds);
    door.mend();

    const { states } = await finished(site, campaign);
    expect(states.accepted + states.unconfirmed).toBe(everybody.length);
    await dismiss(cutOff);
    await dismiss(other);
    const notices = await blameless(site, relay, campaign);
    // What the relay had answered meanwhile is in the record, and did not overrule what was said.
    expect(
      notices.filter(({ attempts }) => attempts.some(({ outcome, late }) => late && outcome === 'unconfirmed')).length,
    ).toBeGreaterThan(0);
    expect(
      notices.filter(
        ({ attempts, maybeAccepted }) => maybeAccepted !== attempts.some(({ outcome }) => outcome === 'unconfirmed'),
      ),
    ).toEqual([]);
  },
);

test(
  'workers wait for a Postgres and a Redis that are away for three leases, and all goes on by itself',
  { timeout: 180_000 },
  async () => {
    postgres = await startDurablePostgres();
    const redis = await world.redis();
    const relay = await world.relay({ record: 'digest' });
    const site = await world.site({ relay, redis, settings: { ...settings, DATABASE_URL: postgres.url } });
    const workers = [await site.worker(), await site.worker()];
    const { campaign } = (await site.send(world.file(everybody), '--detach')).summary;

    await letters(relay, 100);
    await postgres.kill();
    await pass(3 * recoverySeconds);
    await postgres.start();
    await letters(relay, 300);
    await redis.kill();
    await pass(3 * recoverySeconds);
    await redis.start();

    const { states } = await finished(site, campaign);
    expect(states.accepted).toBe(everybody.length);
    for (const worker of workers) await dismiss(worker);
    await blameless(site, relay, campaign);
  },
);

test(
  'a relay that stays away in mid-run holds the campaign, costs nobody anything, and the resume tells the rest',
  { timeout: 180_000 },
  async () => {
    const relay = await world.relay({ record: 'digest' });
    const site = await world.site({ relay, settings });
    const sending = site.startSend(world.file(everybody));
    const campaign = await site.campaignOf(sending);
    await letters(relay, 150);

    await relay.stop();
    const held = answerOf(await sending.outcome);

    expect(held.code).toBe(4);
    expect(held.summary).toMatchObject({
      state: 'held',
      reason: { code: 'relay-unreachable' },
      states: { sending: 0, deferred: 0, refused: 0, failed: 0 },
    });
    const told = relay.record.accepted;
    expect(held.summary.states.accepted + held.summary.states.pending + held.summary.states.unconfirmed).toBe(
      everybody.length,
    );
    // What was on the wire when it went may be in doubt, and nothing else.
    expect(held.summary.maybeAccepted).toBeLessThanOrEqual(10);

    await relay.start();
    const ended = await site.run('resume', campaign);

    expect(ended.code).toBe(0);
    expect(ended.summary).toMatchObject({ state: 'finished', states: { accepted: everybody.length } });
    expect(relay.record.accepted).toBeGreaterThan(told);
    const notices = await blameless(site, relay, campaign);
    expect(
      notices
        .flatMap(({ attempts }) => attempts)
        .filter(({ outcome, charged }) => charged && outcome !== 'accepted' && outcome !== 'unconfirmed'),
    ).toEqual([]);
  },
);

test.each([
  [
    'becomes read-only, as a primary does when another takes over',
    'alter database LEDGER set default_transaction_read_only = on',
    'alter database LEDGER reset default_transaction_read_only',
  ],
  [
    'lets nobody in for a while, as when it is being moved',
    'alter database LEDGER allow_connections false',
    'alter database LEDGER allow_connections true',
  ],
])(
  'workers wait for a Postgres that %s, and all goes on by itself',
  async (_, close, open) => {
    const relay = await world.relay();
    const redis = await world.redis();
    const site = await world.site({ relay, redis, settings });
    const workers = [await site.worker(), await site.worker()];
    const campaign = (await site.send(world.file(everybody), '--detach')).summary.campaign;
    const url = new URL(site.env['DATABASE_URL'] ?? '');
    const ledger = url.pathname.slice(1);
    url.pathname = '/postgres';
    const admin = openDatabase({ connectionString: url.href }, silentLogger, { max: 1 });
    const change = async (statement: string): Promise<void> => {
      await admin.query({ text: statement.replace('LEDGER', ledger) });
      await admin.query({
        text: 'select pg_terminate_backend(pid) from pg_stat_activity where datname = $1',
        values: [ledger],
      });
    };
    await letters(relay, 100);

    await change(close);
    await pass(1);
    const before = relay.record.accepted;
    await pass(3 * recoverySeconds);
    expect(relay.record.accepted).toBe(before);
    await change(open);
    await admin.close();

    expect(await finished(site, campaign)).toMatchObject({ state: 'finished', states: { accepted: everybody.length } });
    const notices = await blameless(site, relay, campaign);
    // What the relay had answered before is settled when the ledger lets in again: nobody is in doubt for longer than a lease.
    expect(notices.filter(({ state }) => state !== 'accepted')).toEqual([]);
    for (const worker of workers) {
      expect(worker.stderr()).toContain('The ledger (Postgres) refuses');
      await dismiss(worker);
    }
  },
  120_000,
);

test('workers wait for a Postgres whose disk is full, and all goes on by itself', async () => {
  const relay = await world.relay();
  const site = await world.site({ relay, redis: await world.redis(), settings });
  const workers = [await site.worker(), await site.worker()];
  const campaign = (await site.send(world.file(everybody), '--detach')).summary.campaign;
  const ledger = site.ledger();
  await letters(relay, 100);

  // As it looks from outside: rows are changed in their place, and none can be added.
  await ledger.query({
    text: `create function public.no_room() returns trigger language plpgsql as $$ begin raise exception 'could not extend file' using errcode = '53100'; end $$`,
  });
  for (const table of ['notice', 'attempt'])
    await ledger.query({
      text: `create trigger no_room before insert or update on candor.${table} for each statement execute function public.no_room()`,
    });
  await pass(1);
  const before = relay.record.accepted;
  await pass(2 * recoverySeconds);
  expect(relay.record.accepted).toBe(before);
  for (const table of ['notice', 'attempt']) await ledger.query({ text: `drop trigger no_room on candor.${table}` });

  expect(await finished(site, campaign)).toMatchObject({
    state: 'finished',
    states: { accepted: everybody.length },
    attempts: everybody.length,
    maybeAccepted: 0,
  });
  await blameless(site, relay, campaign);
  // Once by whoever found out; a worker that had nothing to do meanwhile did not.
  const said = workers.map((worker) => worker.stderr().split('its disk is full').length - 1);
  expect(Math.max(...said)).toBe(1);
  for (const worker of workers) await dismiss(worker);
}, 120_000);

test('a log that cannot be written, for its disk is full, costs the log alone', async () => {
  const relay = await world.relay();
  const site = await world.site({ relay, settings: { LOG_LEVEL: 'trace' } });

  const ended = answerOf(
    await startCandor(['send', world.file(people(50)), '--kit', kit, '--yes', '--json'], site.env, {
      cwd: world.folder,
      log: '/dev/full',
    }).outcome,
  );

  expect(ended).toMatchObject({ code: 0, summary: { state: 'finished', states: { accepted: 50 }, attempts: 50 } });
  expect(relay.record.accepted).toBe(50);
});

test.each([
  [
    'is full',
    'OOM',
    'its memory is full',
    (redis: TestRedis) => redis.client.config('SET', 'maxmemory', '1'),
    (redis: TestRedis) => redis.client.config('SET', 'maxmemory', '0'),
  ],
  [
    'becomes a replica',
    'READONLY',
    'it is a replica',
    (redis: TestRedis) => redis.client.replicaof('127.0.0.1', '1'),
    (redis: TestRedis) => redis.client.replicaof('NO', 'ONE'),
  ],
])(
  'a Redis that %s is waited out, its reason is logged once, and all goes on by itself',
  async (_, word, why, refuse, relent) => {
    const relay = await world.relay();
    const redis = await world.redis();
    const site = await world.site({ relay, redis, settings: { ...settings, LOG_LEVEL: 'info' } });
    const workers = [await site.worker(), await site.worker()];
    const campaign = (await site.send(world.file(everybody), '--detach')).summary.campaign;
    await letters(relay, 50);

    await refuse(redis);
    await pass(3 * recoverySeconds);
    await relent(redis);

    expect(await finished(site, campaign)).toMatchObject({
      state: 'finished',
      states: { accepted: everybody.length },
      attempts: everybody.length,
      maybeAccepted: 0,
    });
    await blameless(site, relay, campaign);
    // Of those who asked it for something, each says so once; and when it is over, also the one that found nothing more to do.
    const refused = workers.filter((worker) => worker.stderr().includes(why));
    await eventually(() => refused.every((worker) => worker.stderr().includes('takes slices again')), {
      timeoutMs: 30_000,
    });
    for (const worker of workers) await dismiss(worker);
    const logs = workers.map((worker) => worker.stderr());
    const said = logs.filter((log) => log.includes(why));
    expect(said.length).toBeGreaterThan(0);
    for (const log of said) {
      expect(log.split(why)).toHaveLength(2);
      expect(log).toMatch(new RegExp(`"code":"redis-refused","reply":"(?:${word}|UNBLOCKED)"`));
      expect(log).toContain('takes slices again');
    }
    expect(logs.join('')).not.toMatch(/stumbled|does not answer|"level":50/);
    expect(logs.join('').split('without a job').length - 1).toBeLessThanOrEqual(3);
  },
  120_000,
);

test('what a database has set for all who use it does not stop a campaign', async () => {
  const relay = await world.relay();
  const site = await world.site({ relay, settings: { RETRY_SCHEDULE: '1s' } });
  const url = new URL(site.env['DATABASE_URL'] ?? '');
  const ledger = url.pathname.slice(1);
  const admin = openDatabase({ connectionString: url.href }, silentLogger, { max: 1 });
  for (const setting of [
    `default_transaction_isolation = 'serializable'`,
    `statement_timeout = '40ms'`,
    `lock_timeout = '5ms'`,
    `datestyle = 'German'`,
    `idle_in_transaction_session_timeout = '20ms'`,
  ]) {
    await admin.query({ text: `alter database ${ledger} set ${setting}` });
  }
  await admin.close();
  // An option that somebody gave hides none of the queue's.
  url.searchParams.set('options', '-c work_mem=8MB');
  const strict = site.with({ DATABASE_URL: url.href });

  const [ended] = await Promise.all([strict.send(world.file(everybody)), strict.worker()]);

  expect(ended.code).toBe(0);
  expect(ended.summary).toMatchObject({
    state: 'finished',
    states: { accepted: everybody.length },
    attempts: everybody.length,
  });
});
