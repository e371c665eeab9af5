// Promise 6: a relay that is broken, or that has something against us, costs no recipient anything: the
// campaign is held and says why, nobody is refused or charged, and after the mend it goes on to the end.
import { writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { lettersPerAddress, notExactlyOnce, people } from '../support/people.ts';
import { freePort } from '../support/redis.ts';
import { otherHostCertificate, testAuthority } from '../support/relay-certificates.ts';
import type { RelayOptions, TestRelay } from '../support/relay.ts';
import { answerOf, scenarioWorld, type Answer, type Site } from '../support/world.ts';

const world = scenarioWorld();
const everybody = people(30);

interface Fault {
  readonly relay?: RelayOptions;
  readonly reason: string;
  /** Attempts are recorded where MAIL FROM was reached. */
  readonly reachesMail?: boolean;
  /** Settings with the fault. */
  readonly broken?: (relay: TestRelay) => Record<string, string>;
  /** Takes the fault away; answers the settings that mend it. */
  readonly mend: (relay: TestRelay) => Record<string, string>;
}

const login = { user: 'sender', password: 'right' };
const sayAlways = (stage: 'mail' | 'rcpt' | 'after-body', reply: string): RelayOptions => ({
  script: [{ stage, do: 'reply', reply }],
});
const behave = (relay: TestRelay): Record<string, string> => {
  relay.setScript([]);
  return {};
};
const authority = (): string => {
  const path = `${world.folder}/authority.pem`;
  writeFileSync(path, testAuthority);
  return path;
};

async function heldBy(fault: Fault, site: Site): Promise<Answer> {
  const held = await site.send(world.file(everybody));
  expect(held.code).toBe(4);
  expect(held.summary).toMatchObject({ state: 'held', reason: { code: fault.reason }, maybeAccepted: 0 });
  const { pending, queued } = held.summary.states;
  expect(pending + queued).toBe(everybody.length);
  expect(held.summary.reason?.help).toMatch(/candor resume/);
  if (fault.reachesMail !== true) expect(held.summary.attempts).toBe(0);
  return held;
}

describe('is held, and finishes after the mend', () => {
  test.each<[string, Fault]>([
    [
      'with a wrong password',
      {
        relay: { credentials: login },
        broken: (relay) => ({ SMTP_URL: relay.url.replace('right', 'wrong') }),
        reason: 'relay-auth',
        mend: () => ({}),
      },
    ],
    [
      'without TLS where it is required',
      { broken: () => ({ SMTP_TLS: 'required' }), reason: 'relay-tls', mend: () => ({ SMTP_TLS: 'off' }) },
    ],
    [
      'with a certificate that nobody vouches for',
      {
        relay: { tls: 'starttls' },
        broken: () => ({ SMTP_TLS: 'required' }),
        reason: 'relay-tls',
        mend: () => ({ SMTP_TLS: 'required', SMTP_CA: authority() }),
      },
    ],
    [
      'with a certificate for another host',
      {
        relay: { tls: 'implicit', certificate: otherHostCertificate },
        broken: () => ({ SMTP_TLS: 'required', SMTP_CA: authority() }),
        reason: 'relay-tls',
        mend: () => ({ SMTP_TLS: 'opportunistic' }),
      },
    ],
    [
      'with a sender that the relay refuses',
      {
        relay: sayAlways('mail', '553 5.7.1 Sender address rejected: not owned by user'),
        reason: 'sender-refused',
        reachesMail: true,
        mend: behave,
      },
    ],
    [
      'with a sender that the relay refuses for each recipient',
      {
        relay: sayAlways('rcpt', '550 5.1.8 Sender address rejected: Domain not found'),
        reason: 'sender-refused',
        reachesMail: true,
        mend: behave,
      },
    ],
    [
      'with an address on a block list',
      {
        relay: sayAlways(
          'rcpt',
          '554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org',
        ),
        reason: 'sender-blocked',
        reachesMail: true,
        mend: behave,
      },
    ],
    [
      'with a quota that is spent',
      {
        relay: sayAlways('after-body', '550 5.4.5 Daily sending quota exceeded'),
        reason: 'quota-spent',
        reachesMail: true,
        mend: behave,
      },
    ],
    [
      'with a relay that does not relay for us',
      {
        relay: sayAlways('rcpt', '554 5.7.1 Relay access denied'),
        reason: 'relay-denied',
        reachesMail: true,
        mend: behave,
      },
    ],
    [
      'with a letter that the relay takes for spam',
      {
        relay: sayAlways('after-body', '554 5.7.1 Message rejected as spam'),
        reason: 'content-refused',
        reachesMail: true,
        mend: behave,
      },
    ],
  ])('%s', async (_, fault) => {
    const relay = await world.relay({ ...fault.relay });
    const site = await world.site({ relay });
    const held = await heldBy(fault, site.with(fault.broken?.(relay) ?? {}));

    const resumed = await site.with(fault.mend(relay)).run('resume', held.summary.campaign);

    expect(resumed.code).toBe(0);
    expect(resumed.summary).toMatchObject({ state: 'finished', reason: null, states: { accepted: everybody.length } });
    expect(notExactlyOnce(relay, everybody)).toEqual([]);
    const { rows } = await site.ledger().query<{ charged: number }>({
      text: `select count(*) as charged from candor.attempt where charged and outcome <> 'accepted'`,
    });
    expect(rows).toEqual([{ charged: 0 }]);
  });

  test('with a port that nobody listens on', async () => {
    const port = await freePort();
    const site = await world.site({ relay: { url: `smtp://127.0.0.1:${port}` } });
    const held = await heldBy({ reason: 'relay-unreachable', mend: () => ({}) }, site);
    const relay = await world.relay({ port });

    const resumed = await site.run('resume', held.summary.campaign);

    expect(resumed.code).toBe(0);
    expect(notExactlyOnce(relay, everybody)).toEqual([]);
  });
});

test('tries a wrong password so seldom that the account is not locked', async () => {
  const relay = await world.relay({ credentials: login });
  const site = await world.site({ relay: { url: relay.url.replace('right', 'wrong') } });

  await site.send(world.file(everybody));

  expect(relay.record.commands.filter((line) => line.startsWith('AUTH')).length).toBeLessThanOrEqual(2);
});

test('is held in mid-run when the relay turns against us, and takes back whom it refused by the same fault', async () => {
  const relay = await world.relay({
    script: [
      { stage: 'rcpt', when: { from: 11 }, do: 'reply', reply: '550 5.7.1 SPF check failed for notices@example.com' },
    ],
  });
  const site = await world.site({ relay, settings: { SMTP_CONNECTIONS: '4' } });

  const held = await site.send(world.file(everybody));

  expect(held.code).toBe(4);
  expect(held.summary).toMatchObject({
    state: 'held',
    reason: { code: 'sender-unauthenticated' },
    states: { accepted: 10, sending: 0, deferred: 0, refused: 0, failed: 0 },
  });
  // What was on the wire, and nothing more, learned of the fault.
  expect(held.summary.attempts).toBeLessThanOrEqual(14);

  relay.setScript([]);
  const resumed = await site.run('resume', held.summary.campaign);
  expect(resumed.code).toBe(0);
  expect(notExactlyOnce(relay, everybody)).toEqual([]);
});

describe('with a relay that refuses nearly everybody for one reason, in words that no rule knows', () => {
  const strange = '550 5.7.1 Message not permitted (AUP#1310)';
  const settings = { CANDOR_HOLD_REFUSED: '80% of 20', SMTP_CONNECTIONS: '4', RATE_PER_SECOND: '40' };
  const crowd = people(150);

  test('is held, takes back whom it refused, and finishes after the mend', async () => {
    const relay = await world.relay({ script: [{ stage: 'rcpt', when: { from: 11 }, do: 'reply', reply: strange }] });
    const site = await world.site({ relay, settings });

    const held = await site.send(world.file(crowd));

    expect(held.code).toBe(4);
    expect(held.summary).toMatchObject({
      state: 'held',
      reason: { code: 'too-many-refused' },
      states: { accepted: 10, pending: crowd.length - 10 },
    });
    // Its reply is quoted, without what looks like the number of a case.
    expect(held.summary.reason?.help).toContain('550 5.7.1 Message not permitted');
    expect(held.summary.attempts).toBeLessThan(crowd.length);
    const charged = { text: `select count(*) as charged from candor.attempt where charged and outcome <> 'accepted'` };

    relay.setScript([]);
    const resumed = await site.run('resume', held.summary.campaign);

    expect(resumed.code).toBe(0);
    expect(resumed.summary.states.accepted).toBe(crowd.length);
    expect(notExactlyOnce(relay, crowd)).toEqual([]);
    expect((await site.ledger().query<{ charged: number }>(charged)).rows).toEqual([{ charged: 0 }]);
  });

  test('goes on to the end when a person has looked and resumes, although it is refused as before', async () => {
    const relay = await world.relay({ script: [{ stage: 'rcpt', do: 'reply', reply: strange }] });
    const site = await world.site({ relay, settings });
    const held = await site.send(world.file(crowd));
    expect(held.summary).toMatchObject({
      state: 'held',
      reason: { code: 'too-many-refused' },
      states: { accepted: 0 },
    });

    const resumed = await site.run('resume', held.summary.campaign);

    expect(resumed.code).toBe(3);
    expect(resumed.summary).toMatchObject({ state: 'finished', states: { refused: crowd.length } });
  });

  test('is held by what several processes have seen together, before the end of a short list', async () => {
    const relay = await world.relay({ script: [{ stage: 'rcpt', do: 'reply', reply: strange }] });
    const site = await world.site({
      relay,
      settings: { ...settings, CANDOR_HOLD_REFUSED: '100% of 150', RATE_PER_SECOND: '200' },
    });
    const worker = await site.worker();

    const held = await site.send(world.file(crowd));

    expect(held.summary).toMatchObject({
      state: 'held',
      reason: { code: 'too-many-refused' },
      states: { accepted: 0 },
    });
    worker.kill('SIGTERM');
    await worker.outcome;
  });
});

test('is not held by a list with many dead addresses', async () => {
  const dead = people(60).filter((_, index) => index % 2 === 0);
  const relay = await world.relay({
    script: dead.map(({ email }) => ({
      stage: 'rcpt' as const,
      when: { to: email },
      do: 'reply' as const,
      reply: '550 5.1.1 User unknown',
    })),
  });
  const site = await world.site({ relay, settings: { CANDOR_HOLD_REFUSED: '80% of 20' } });

  const ended = await site.send(world.file(people(60)));

  expect(ended.code).toBe(3);
  expect(ended.summary).toMatchObject({ state: 'finished', states: { accepted: 30, refused: 30 } });
});

test('waits by itself for a relay that is away for a moment, and charges nobody', async () => {
  const relay = await world.relay();
  const site = await world.site({ relay, settings: { RATE_PER_SECOND: '50', RETRY_SCHEDULE: '1s' } });
  const sending = site.startSend(world.file(people(100)));
  await eventually(() => relay.record.accepted > 20);
  await relay.stop();
  const campaign = await site.campaignOf(sending);
  await eventually(async () => (await site.run('status', campaign)).summary.states.sending === 0, { everyMs: 200 });
  await relay.start();

  const ended = answerOf(await sending.outcome);

  expect(ended.code).toBe(0);
  expect(ended.summary.states.accepted).toBe(100);
  expect(lettersPerAddress(relay).size).toBe(100);
});

test('puts up with a relay that takes fewer connections than it is offered', async () => {
  const relay = await world.relay({ maxConnections: 2 });
  const site = await world.site({ relay, settings: { SMTP_CONNECTIONS: '10' } });

  const ended = await site.send(world.file(everybody));

  expect(ended.code).toBe(0);
  expect(notExactlyOnce(relay, everybody)).toEqual([]);
});
