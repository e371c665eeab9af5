// A relay that takes its time: a late answer is waited for, and a process that is told to stop does not wait for
// ever. The two run side by side, because both do nothing but wait.
import { expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { notExactlyOnce, people } from '../support/people.ts';
import { scenarioWorld } from '../support/world.ts';

const world = scenarioWorld();
const everybody = people(12);

/** An answer after 30 s is an acceptance like any other: nobody is told twice, nobody is in doubt. */
async function waitsForALateAnswer(): Promise<void> {
  const relay = await world.relay({
    script: [{ stage: 'after-body', when: { to: everybody[3]!.email }, do: 'delay', delayMs: 30_000 }],
  });
  const site = await world.site({ relay });

  const ended = await site.send(world.file(everybody, 'late.csv'));

  expect(ended.code).toBe(0);
  expect(ended.summary).toMatchObject({ state: 'finished', maybeAccepted: 0, states: { accepted: everybody.length } });
  expect(notExactlyOnce(relay, everybody)).toEqual([]);
  expect(relay.record.mailFromsMs).toHaveLength(everybody.length);
}

/** Container runtimes commonly kill 30 s after SIGTERM: by then the process has to be gone, and has said what it does not know. */
async function stopsWithinItsDeadline(): Promise<void> {
  const relay = await world.relay({ script: [{ stage: 'after-body', when: { from: 5 }, do: 'silence' }] });
  const site = await world.site({
    relay,
    settings: { SMTP_CONNECTIONS: '3', CANDOR_UNCONFIRMED: 'keep', RECOVERY_SECONDS: '60' },
  });
  const worker = await site.worker();
  const { campaign } = (await site.send(world.file(everybody, 'silent.csv'), '--detach')).summary;
  await eventually(() => relay.record.bodies.length === 7, { timeoutMs: 30_000 });

  worker.kill('SIGTERM');
  const told = performance.now();
  const ended = await worker.outcome;

  expect(ended.code).toBe(0);
  expect(performance.now() - told).toBeLessThan(30_000);
  const { summary } = await site.run('status', campaign);
  expect(summary).toMatchObject({
    state: 'running',
    maybeAccepted: 3,
    states: { accepted: 4, unconfirmed: 3, sending: 0 },
  });
  expect(relay.record.mailFromsMs).toHaveLength(7);
}

test('a late answer is waited for, and SIGTERM has a deadline', { timeout: 180_000 }, async () => {
  await Promise.all([waitsForALateAnswer(), stopsWithinItsDeadline()]);
});
