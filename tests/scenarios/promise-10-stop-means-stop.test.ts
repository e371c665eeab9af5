// Promise 10: one second after a pause or a cancel no new MAIL FROM starts, whoever works; what is on the
// wire is finished; and the answer's two numbers are right.
import { describe, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { notExactlyOnce, people } from '../support/people.ts';
import type { TestRelay } from '../support/relay.ts';
import { scenarioWorld, type Site } from '../support/world.ts';

const world = scenarioWorld();

async function atFullSpeed(relay: TestRelay): Promise<void> {
  await eventually(() => relay.record.mailFromsMs.length > 300, { timeoutMs: 30_000 });
}

/** MAIL FROM that the relay read more than a second after this moment. */
function tooLate(relay: TestRelay, stoppedAtMs: number): number[] {
  return relay.record.mailFromsMs.filter((time) => time > stoppedAtMs + 1_000);
}

interface Setting {
  readonly relay: TestRelay;
  readonly site: Site;
  readonly file: string;
}

/** Some 4,000 notices, and a relay that takes so long for each answer. */
async function busySite(delayMs = 20, queue: 'Postgres' | 'Redis' = 'Postgres'): Promise<Setting> {
  const relay = await world.relay({ record: 'digest', script: [{ stage: 'after-body', do: 'delay', delayMs }] });
  const site = await world.site({
    relay,
    ...(queue === 'Redis' ? { redis: await world.redis() } : {}),
    settings: { SMTP_CONNECTIONS: '20' },
  });
  return { relay, site, file: world.file(people(4_000)) };
}

describe.each(['pause', 'cancel'] as const)('candor %s at full speed', (command) => {
  test.each(['Postgres', 'Redis'] as const)(
    'stops every process within a second, and says what is accepted and what is on the wire (queue on %s)',
    async (queue) => {
      const { relay, site, file } = await busySite(20, queue);
      const worker = await site.worker();
      const sending = site.startSend(file);
      const campaign = await site.campaignOf(sending);
      await atFullSpeed(relay);

      const stopped = await site.run(command, campaign);
      const stoppedAtMs = performance.now();

      const { onTheWire, states } = stopped.summary as unknown as { onTheWire: number; states: Record<string, number> };
      const ended = await sending.outcome;
      expect(ended.code).toBe(4);
      await eventually(async () => (await site.run('status', campaign)).summary.states.sending === 0);
      const { summary } = await site.run('status', campaign);
      expect(summary.state).toBe(command === 'pause' ? 'paused' : 'cancelled');
      // Everything that was on the wire was accepted in the end, and nothing else was.
      expect(summary.states.accepted).toBe((states['accepted'] ?? 0) + onTheWire);
      expect(relay.record.accepted).toBe(summary.states.accepted);
      expect(tooLate(relay, stoppedAtMs)).toEqual([]);
      if (command === 'cancel')
        expect(summary.states).toMatchObject({ pending: 0, deferred: 0, cancelled: 4_000 - summary.states.accepted });
      worker.kill('SIGTERM');
      expect((await worker.outcome).code).toBe(0);
      expect(tooLate(relay, stoppedAtMs)).toEqual([]);
    },
  );
});

test('counts every letter on the wire of a slow relay, in every process', async () => {
  const { relay, site, file } = await busySite(3_000);
  const worker = await site.worker();
  const sending = site.startSend(file);
  const campaign = await site.campaignOf(sending);
  await eventually(() => relay.record.bodies.length >= 40, { timeoutMs: 30_000 });

  const stopped = await site.run('pause', campaign);

  const { onTheWire, states } = stopped.summary as unknown as { onTheWire: number; states: Record<string, number> };
  expect(onTheWire).toBe(relay.record.bodies.length - (states['accepted'] ?? 0));
  expect(onTheWire).toBeGreaterThan(0);
  await sending.outcome;
  worker.kill('SIGTERM');
  await worker.outcome;
  expect((await site.run('status', campaign)).summary.states).toMatchObject({
    accepted: (states['accepted'] ?? 0) + onTheWire,
    sending: 0,
  });
});

test('Ctrl-C pauses, drains the wire and says how to go on; resume finishes with one letter each', async () => {
  const { relay, site, file } = await busySite();
  const sending = site.startSend(file);
  await atFullSpeed(relay);
  sending.kill('SIGINT');
  const stoppedAtMs = performance.now();

  const paused = await sending.outcome;

  expect(paused.code).toBe(4);
  const summary = JSON.parse(paused.stdout) as {
    campaign: string;
    state: string;
    states: Record<string, number>;
    reason: { help: string };
  };
  expect(summary).toMatchObject({ state: 'paused', states: { sending: 0, unconfirmed: 0 } });
  expect(summary.states['accepted']).toBe(relay.record.accepted);
  expect(summary.reason.help).toContain(`candor resume ${summary.campaign}`);
  expect(tooLate(relay, stoppedAtMs)).toEqual([]);

  relay.setScript([]);
  const resumed = await site.run('resume', summary.campaign);
  expect(resumed.code).toBe(0);
  expect(notExactlyOnce(relay, people(4_000))).toEqual([]);
});

test('a second Ctrl-C gives everything back at once, and what had no answer is unconfirmed', async () => {
  const relay = await world.relay({
    record: 'digest',
    script: [{ stage: 'after-body', when: { from: 50 }, do: 'silence' }],
  });
  const site = await world.site({ relay, settings: { SMTP_CONNECTIONS: '5', CANDOR_UNCONFIRMED: 'keep' } });
  const sending = site.startSend(world.file(people(200)));
  await eventually(() => relay.record.bodies.length >= 54);
  sending.kill('SIGINT');
  const firstAtMs = performance.now();
  await eventually(() => sending.stderr().includes('on the wire.'));
  // What comes within a moment is taken for a wrapper's repetition of the same Ctrl-C.
  await eventually(() => performance.now() - firstAtMs > 300);

  sending.kill('SIGINT');
  const ended = await sending.outcome;

  expect(ended.code).toBe(4);
  expect(ended.stderr).toContain('Giving everything back at once');
  expect(JSON.parse(ended.stdout)).toMatchObject({
    state: 'paused',
    maybeAccepted: 5,
    states: { accepted: 49, unconfirmed: 5, sending: 0 },
  });
});

test('SIGTERM stops this process only: the campaign goes on elsewhere', async () => {
  const { relay, site, file } = await busySite();
  const sending = site.startSend(file);
  const campaign = await site.campaignOf(sending);
  await atFullSpeed(relay);
  sending.kill('SIGTERM');

  const ended = await sending.outcome;
  expect(ended.code).toBe(4);
  expect(JSON.parse(ended.stdout)).toMatchObject({ state: 'running', states: { sending: 0, unconfirmed: 0 } });
  relay.setScript([]);
  const worker = await site.worker();
  await eventually(async () => (await site.run('status', campaign)).summary.state === 'finished', {
    timeoutMs: 30_000,
    everyMs: 200,
  });
  expect(notExactlyOnce(relay, people(4_000))).toEqual([]);
  worker.kill('SIGTERM');
  expect((await worker.outcome).code).toBe(0);
});
