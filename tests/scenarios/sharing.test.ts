// Processes that share one installation: they come and go in any order, by any signal, and the ledger stays
// whole, the others go on, and nothing is left running after the last one.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { DoctorFinding } from '../../src/campaigns/application.ts';
import type { CampaignSummary } from '../../src/domain/summary.ts';
import { processesOf } from '../support/attached-process.ts';
import { eventually } from '../support/eventually.ts';
import { csvOf, lettersPerAddress, notExactlyOnce, people } from '../support/people.ts';
import { startCandor, type ProgramEnvironment, type RunningProgram } from '../support/program.ts';
import { randomFrom } from '../support/random.ts';
import { answerOf, codeOf, scenarioWorld, type Site } from '../support/world.ts';

const world = scenarioWorld();
// Seconds on a quiet machine; a busy one only takes longer.
vi.setConfig({ testTimeout: 180_000 });

/** For tests in which nobody dies: a machine that is busy with other things must not look like a dead worker. */
const patient = { RECOVERY_SECONDS: '60' };

/** A process that has no result to print, or whose result is not asked for; killed after the test. */
function launch(env: ProgramEnvironment, ...args: readonly string[]): RunningProgram {
  const running = startCandor(args, env, { cwd: world.folder });
  onTestFinished(async () => {
    running.kill('SIGKILL');
    await running.outcome;
  });
  return running;
}

async function end(running: RunningProgram, signal: NodeJS.Signals): Promise<number | null> {
  running.kill(signal);
  return (await running.outcome).code;
}

async function doctorsFindings(site: Site): Promise<DoctorFinding[]> {
  return (JSON.parse((await site.run('doctor')).stdout) as { findings: DoctorFinding[] }).findings;
}

/** Findings of the doctor that say that something is wrong. The recount is among what it looks at. */
async function problems(site: Site): Promise<string[]> {
  const findings = await doctorsFindings(site);
  expect(findings.filter(({ subject }) => subject.startsWith('campaign '))).not.toEqual([]);
  return findings
    .filter(({ verdict }) => verdict === 'problem')
    .map(({ subject, finding }) => `${subject}: ${finding}`);
}

/** Resolves when nothing of the embedded Postgres lives. */
function serverIsGone(): Promise<boolean> {
  return eventually(() => processesOf(join(world.folder, 'data')).length === 0, { timeoutMs: 15_000 });
}

test.each([
  ['Ctrl-C', 'SIGINT'],
  ['SIGKILL', 'SIGKILL'],
] as const)('lets a campaign go on when %s ends the process that started the embedded Postgres', async (_, signal) => {
  const relay = await world.relay();
  const site = await world.site({ ledger: 'own', relay });
  const everybody = people(40);
  const worker = launch(site.env, 'worker');
  await eventually(() => worker.stderr().includes('Working on'), { timeoutMs: 30_000 });
  const sending = site.startSend(world.file(everybody), '--rate', '20');
  await eventually(() => relay.record.letters.length >= 5, { timeoutMs: 30_000 });

  const code = await end(worker, signal);
  const ended = answerOf(await sending.outcome);

  expect(code).toBe(signal === 'SIGKILL' ? null : 0);
  expect(ended.code).toBe(0);
  const copies = [...lettersPerAddress(relay).values()].filter((count) => count > 1).length;
  expect(lettersPerAddress(relay).size).toBe(40);
  expect(copies).toBeLessThanOrEqual(ended.summary.maybeAccepted);
  if (signal !== 'SIGKILL') expect(copies).toBe(0);
  expect(await problems(site)).toEqual([]);
  await serverIsGone();
});

test('watches go on looking when the sender is killed, say that nobody is at work, and end by Ctrl-C without touching the campaign', async () => {
  const relay = await world.relay();
  const site = await world.site({ ledger: 'own', relay });
  const everybody = people(75);
  const killed = site.startSend(world.file(everybody), '--rate', '15');
  await eventually(() => relay.record.letters.length >= 3, { timeoutMs: 30_000 });
  const watch = launch(site.env, 'status', '--watch', '--json');
  await eventually(() => watch.stderr().includes('running'), { timeoutMs: 30_000 });

  const campaign = await site.campaignOf(killed);
  expect((await site.run('status', campaign)).summary.etaSeconds).toBeGreaterThan(0);

  await end(killed, 'SIGKILL');
  await eventually(() => watch.stderr().includes('no worker is at work'), { timeoutMs: 30_000 });
  expect((await site.run('status', campaign)).summary).toMatchObject({ state: 'running', etaSeconds: null });
  expect((await doctorsFindings(site)).find(({ subject }) => subject === 'workers')).toMatchObject({
    verdict: 'warning',
    finding: `nobody is at work on ${campaign}`,
  });
  const resumed = site.start('resume', campaign);
  await eventually(() => relay.record.letters.length >= 20, { timeoutMs: 30_000 });
  expect(watch.child.exitCode).toBeNull();
  const looked = await end(watch, 'SIGINT');

  expect(looked).toBe(0);
  expect(JSON.parse(watch.stdout()) as CampaignSummary).toMatchObject({ state: 'running', notices: 75 });
  const ended = answerOf(await resumed.outcome);
  expect(ended).toMatchObject({ code: 0, summary: { state: 'finished', states: { accepted: 75 } } });
  // Who works does not miss anybody, not even before the first lease.
  expect(killed.stderr() + resumed.stderr()).not.toContain('no worker');
  expect(await problems(site)).toEqual([]);
  await serverIsGone();
});

test('stays whole while processes come and go at random, by every signal', async () => {
  const random = randomFrom(20_251_125);
  const relay = await world.relay();
  const site = await world.site({ ledger: 'own', relay, settings: { PORT: '0' } });
  const everybody = people(120);
  const launched = await site.send(world.file(everybody), '--rate', '25', '--detach');
  const running: RunningProgram[] = [];
  for (let step = 0; step < 9; step += 1) {
    running.push(launch(site.env, ...random.pick([['worker'], ['worker'], ['serve'], ['status', '--watch']])));
    const before = relay.record.letters.length;
    // Sometimes in the middle of a start, sometimes in the middle of the work.
    if (random.next() < 0.5)
      await eventually(
        () => relay.record.letters.length > before || running.every(({ child }) => child.exitCode !== null),
        { timeoutMs: 3_000 },
      ).catch(() => undefined);
    if (running.length > 2 || random.next() < 0.4)
      await end(running.splice(random.below(running.length), 1)[0]!, random.pick(['SIGINT', 'SIGTERM', 'SIGKILL']));
  }
  await Promise.all(running.map((each) => end(each, 'SIGKILL')));
  await serverIsGone();

  const ended = await site.run('resume', launched.summary.campaign);

  expect(ended).toMatchObject({ code: 0, summary: { state: 'finished', states: { accepted: 120 } } });
  expect(lettersPerAddress(relay).size).toBe(120);
  const copies = [...lettersPerAddress(relay).values()].reduce((sum, count) => sum + count - 1, 0);
  expect(copies).toBeLessThanOrEqual(ended.summary.maybeAccepted);
  expect(await problems(site)).toEqual([]);
  await serverIsGone();
});

test('starts the embedded Postgres again when it is killed under a campaign', async () => {
  const relay = await world.relay();
  const site = await world.site({ ledger: 'own', relay });
  const everybody = people(60);
  const sending = site.startSend(world.file(everybody), '--rate', '20');
  await eventually(() => relay.record.letters.length >= 10, { timeoutMs: 30_000 });

  const servers = execFileSync('ps', ['-eo', 'pid=,args='], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes(`-D ${join(world.folder, 'data')}`) && !line.includes('candor-postgres'));
  for (const line of servers) process.kill(Number.parseInt(line, 10), 'SIGKILL');
  const ended = answerOf(await sending.outcome);

  expect(servers).toHaveLength(1);
  expect(ended).toMatchObject({ code: 0, summary: { state: 'finished', states: { accepted: 60 } } });
  expect(lettersPerAddress(relay).size).toBe(60);
  // The ledger may be away for longer than a lease lives: then those on the wire are in doubt, and said to be.
  expect(relay.record.letters.length - 60).toBeLessThanOrEqual(ended.summary.maybeAccepted);
  expect(await problems(site)).toEqual([]);
});

test('sends two files at once, each from a process of its own that finds no ledger yet', async () => {
  const relay = await world.relay();
  const site = await world.site({ ledger: 'new-own', relay, settings: patient });
  const [some, others] = [people(40), people(40, { from: 40 })];

  const both = await Promise.all([site.send(world.file(some, 'one.csv')), site.send(world.file(others, 'two.csv'))]);

  expect(both.map(({ code }) => code)).toEqual([0, 0]);
  expect(notExactlyOnce(relay, [...some, ...others])).toEqual([]);
  expect(await problems(site)).toEqual([]);
  await serverIsGone();
});

test('lets exactly one of two processes send the same file', async () => {
  const relay = await world.relay();
  const site = await world.site({ ledger: 'own', relay, settings: patient });
  const everybody = people(60);

  const both = await Promise.all(
    ['one.csv', 'copy.csv'].map((name) => site.send(world.file(everybody, name), '--rate', '40')),
  );

  const [won, lost] = both[0]!.code === 0 ? both : both.toReversed();
  expect(won).toMatchObject({ code: 0, summary: { states: { accepted: 60 } } });
  expect(lost!.code).toBe(2);
  expect(['campaign-exists', 'campaign-finished']).toContain(codeOf(lost!));
  expect(notExactlyOnce(relay, everybody)).toEqual([]);
});

test('shares one campaign between three workers over Redis, each notice exactly once', async () => {
  const redis = await world.redis();
  const relay = await world.relay();
  // Slices so small that two workers cannot have taken all of them before the third one asks.
  const site = await world.site({
    redis,
    relay,
    settings: { ...patient, SMTP_CONNECTIONS: '2', CANDOR_SLICE_SIZE: '10' },
  });
  const ledger = site.ledger();
  const everybody = people(600);
  const workers = [1, 2, 3].map(() => launch(site.env, 'worker'));
  await eventually(() => workers.every((worker) => worker.stderr().includes('Working on')), { timeoutMs: 30_000 });
  await eventually(
    async () =>
      (await ledger.query({ text: 'select from candor.lease where expires_at > clock_timestamp()' })).rowCount === 3,
    { timeoutMs: 30_000, everyMs: 200 },
  );

  const launched = await site.send(world.file(csvOf(everybody), 'many.csv'), '--detach', '--rate', '200');
  const ended = answerOf(await launch(site.env, 'status', launched.summary.campaign, '--watch', '--json').outcome);

  expect(ended.summary).toMatchObject({
    state: 'finished',
    attempts: 600,
    maybeAccepted: 0,
    states: { accepted: 600 },
  });
  expect(notExactlyOnce(relay, everybody)).toEqual([]);
  const { rows } = await ledger.query<{ leases: number }>({
    text: 'select count(distinct lease_id)::int as leases from candor.attempt',
  });
  expect(rows[0]?.leases).toBe(3);
  expect(await Promise.all(workers.map((worker) => end(worker, 'SIGTERM')))).toEqual([0, 0, 0]);
  expect(await problems(site)).toEqual([]);
});
