// Promise 5: when nobody can know whether a letter was handed over, the notice is `unconfirmed`; the
// policy decides, at most one automatic resend follows, and a copy is recognisable as one.
import { expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { lettersPerAddress, notExactlyOnce, people } from '../support/people.ts';
import { scenarioWorld } from '../support/world.ts';

const world = scenarioWorld();
const everybody = people(20);
const doubtful = everybody[4]!.email;

test('resends once by itself when the relay closes after the body, and says for ever that it may have been accepted', async () => {
  const relay = await world.relay({ script: [{ stage: 'after-body', when: { to: doubtful, upTo: 1 }, do: 'drop' }] });
  const site = await world.site({ relay });

  const ended = await site.send(world.file(everybody));

  expect(ended.code).toBe(0);
  expect(ended.summary).toMatchObject({
    state: 'finished',
    attempts: 21,
    maybeAccepted: 1,
    states: { accepted: 20, unconfirmed: 0 },
  });
  expect(notExactlyOnce(relay, everybody)).toEqual([]);
  expect(relay.record.bodies.filter((to) => to === doubtful)).toHaveLength(2);
});

test('leaves it unconfirmed when the resend ends in doubt, too', async () => {
  const relay = await world.relay({ script: [{ stage: 'after-body', when: { to: doubtful }, do: 'drop' }] });
  const site = await world.site({ relay });

  const ended = await site.send(world.file(everybody));

  expect(ended.code).toBe(3);
  expect(ended.summary).toMatchObject({
    state: 'finished',
    attempts: 21,
    maybeAccepted: 1,
    states: { accepted: 19, unconfirmed: 1 },
  });
  expect(relay.record.bodies.filter((to) => to === doubtful)).toHaveLength(2);
});

test('never resends by itself a second time, in whatever round', async () => {
  const relay = await world.relay({ script: [{ stage: 'after-body', when: { to: doubtful }, do: 'drop' }] });
  const site = await world.site({ relay });
  const ended = await site.send(world.file(everybody));

  const again = await site.run('resend', ended.summary.campaign);

  expect(again.code).toBe(3);
  expect(again.summary).toMatchObject({ attempts: 22, maybeAccepted: 1, states: { unconfirmed: 1 } });
  expect(relay.record.bodies.filter((to) => to === doubtful)).toHaveLength(3);
});

test('leaves it to a person when the policy is to keep; a re-send is a copy with the same Message-ID', async () => {
  // The relay did take the letter; only its answer never came.
  const relay = await world.relay({ script: [{ stage: 'after-body', when: { to: doubtful, upTo: 1 }, do: 'drop' }] });
  const site = await world.site({ relay, settings: { CANDOR_UNCONFIRMED: 'keep' } });

  const kept = await site.send(world.file(everybody));
  expect(kept.code).toBe(3);
  expect(kept.summary).toMatchObject({ attempts: 20, maybeAccepted: 1, states: { accepted: 19, unconfirmed: 1 } });

  const resent = await site.run('resend', kept.summary.campaign);
  expect(resent.code).toBe(0);
  expect(resent.summary).toMatchObject({ attempts: 21, maybeAccepted: 1, states: { accepted: 20, unconfirmed: 0 } });
});

test('is unconfirmed when the relay stays silent after the body for longer than it may', async () => {
  const relay = await world.relay({
    script: [{ stage: 'after-body', when: { to: doubtful, upTo: 1 }, do: 'silence' }],
  });
  const site = await world.site({ relay, settings: { CANDOR_UNCONFIRMED: 'keep', SMTP_REPLY_TIMEOUT: '1s' } });

  const ended = await site.send(world.file(everybody));

  expect(ended.code).toBe(3);
  expect(ended.summary).toMatchObject({ maybeAccepted: 1, states: { accepted: 19, unconfirmed: 1 } });
});

test.each(['resend', 'keep'] as const)(
  'a killed process leaves its letters on the wire unconfirmed; with the policy %s no copy is without a record',
  async (policy) => {
    // Every letter is taken, and the answer comes too late for the process that is killed.
    const relay = await world.relay({
      record: 'headers',
      script: [{ stage: 'after-body', when: { from: 6, upTo: 10 }, do: 'delay', delayMs: 2_000 }],
    });
    const site = await world.site({ relay, settings: { SMTP_CONNECTIONS: '5', CANDOR_UNCONFIRMED: policy } });
    const sending = site.startSend(world.file(everybody));
    const campaign = await site.campaignOf(sending);
    await eventually(() => relay.record.bodies.length === 10);
    sending.kill('SIGKILL');
    expect((await sending.outcome).signal).toBe('SIGKILL');
    // The relay answers into the void: these letters are with their recipients, and nobody told the ledger.
    await eventually(() => relay.record.accepted === 10);

    const ended = await site.run('resume', campaign);

    const doubled = [...lettersPerAddress(relay)].filter(([, letters]) => letters > 1).map(([to]) => to);
    const maybe = ended.summary.maybeAccepted;
    expect(maybe).toBeGreaterThanOrEqual(5);
    expect(maybe).toBeLessThanOrEqual(10);
    expect(new Set(relay.record.letters.map(({ messageId }) => messageId)).size).toBe(everybody.length);
    if (policy === 'keep') {
      expect(ended.code).toBe(3);
      expect(ended.summary.states).toMatchObject({ accepted: 20 - maybe, unconfirmed: maybe });
      expect(doubled).toEqual([]);
    } else {
      expect(ended.code).toBe(0);
      expect(ended.summary.states.accepted).toBe(20);
      expect(doubled).toHaveLength(maybe);
    }
    expect([...lettersPerAddress(relay).keys()].toSorted()).toEqual(everybody.map(({ email }) => email).toSorted());
  },
);
