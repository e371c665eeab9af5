// A relay that is broken, or that has something against us, at each stage and in the words of large providers:
// one campaign outlives it all, held each time for the right reason, and costs nobody anything.
import { expect, test } from 'vitest';
import type { HoldReason } from '../../src/domain/delivery-result.ts';
import { notExactlyOnce, people, type Person } from '../support/people.ts';
import { expiredCertificate, testAuthority } from '../support/relay-certificates.ts';
import { gmail, microsoft, postfix, yahoo } from '../support/relay-replies.ts';
import type { TestRelay } from '../support/relay.ts';
import type { RelayStage, Step } from '../support/relay-script.ts';
import { scenarioWorld, type Answer, type Site } from '../support/world.ts';

const world = scenarioWorld();
const everybody = people(12);

interface Fault {
  readonly name: string;
  readonly script: readonly Step[] | 'down';
  readonly reason: HoldReason;
  /** True where MAIL FROM is reached: such attempts are recorded, and not charged. */
  readonly reachesMail: boolean;
  /** What of the reply the person is shown. */
  readonly quotes?: string;
}

const says = (name: string, stage: RelayStage, reply: string, reason: HoldReason): Fault => ({
  name,
  script: [{ stage, do: 'reply', reply }],
  reason,
  reachesMail: ['mail', 'rcpt', 'after-body'].includes(stage),
});
const does = (name: string, stage: RelayStage, what: Step['do'], reason: HoldReason): Fault => ({
  name,
  script: [{ stage, do: what }],
  reason,
  reachesMail: false,
});

const beforeMail: readonly Fault[] = [
  { name: 'refuses to connect', script: 'down', reason: 'relay-unreachable', reachesMail: false },
  does('shows no banner', 'greeting', 'silence', 'relay-unreachable'),
  {
    ...says('554 as a banner', 'greeting', postfix.blockList, 'sender-blocked'),
    quotes: 'blocked using zen.spamhaus.org',
  },
  says('454 to STARTTLS', 'starttls', postfix.noTls, 'relay-unreachable'),
  // What stands before the handshake may be somebody else's word, and is never taken for the relay's.
  {
    name: 'speaks before the TLS handshake',
    script: [{ stage: 'starttls', do: 'raw', reply: '220 2.0.0 go ahead\r\n250 2.0.0 hello\r\n' }],
    reason: 'relay-unreachable',
    reachesMail: false,
  },
  {
    ...says('502 to STARTTLS', 'starttls', '502 5.5.1 Command not implemented', 'relay-tls'),
    quotes: '502 5.5.1 Command not implemented',
  },
  {
    ...says('535 to AUTH (Gmail)', 'auth', gmail.badCredentials, 'relay-auth'),
    quotes: 'Username and Password not accepted',
  },
];

const fromMail: readonly Fault[] = [
  says('550: the daily limit is spent (Gmail)', 'mail', gmail.dailyLimit, 'quota-spent'),
  says('550: this sender is not ours to use (Microsoft)', 'mail', microsoft.sendAs, 'sender-refused'),
  says('553: deferred for good (Yahoo)', 'mail', yahoo.refusedForGood, 'sender-blocked'),
  says('554: a policy about the sender (Yahoo)', 'after-body', yahoo.policy, 'sender-unauthenticated'),
  says('550: neither SPF nor DKIM (Gmail)', 'after-body', gmail.unauthenticated, 'sender-unauthenticated'),
  says('552: a dangerous letter (Gmail)', 'after-body', gmail.securityIssue, 'content-refused'),
];

async function turn(relay: TestRelay, script: Fault['script']): Promise<void> {
  await relay.stop();
  if (script === 'down') return;
  relay.setScript(script);
  await relay.start();
}

/** Meets one fault after the other; answers the campaign, held by the last. */
async function outlive(faults: readonly Fault[], relay: TestRelay, site: Site): Promise<string> {
  let campaign: string | null = null;
  for (const { name, script, reason, reachesMail, quotes = '' } of faults) {
    await turn(relay, script);
    const before = relay.record.mailFromsMs.length;
    const held: Answer =
      campaign === null ? await site.send(world.file(everybody)) : await site.run('resume', campaign);
    campaign = held.summary.campaign;
    expect({ code: held.code, state: held.summary.state, reason: held.summary.reason?.code }, name).toEqual({
      code: 4,
      state: 'held',
      reason,
    });
    expect(held.summary.reason?.help, name).toContain(quotes);
    expect(held.summary.states.pending + held.summary.states.queued, name).toBe(everybody.length);
    expect(held.summary.maybeAccepted, name).toBe(0);
    expect(relay.record.mailFromsMs.length > before, name).toBe(reachesMail);
  }
  return campaign ?? '';
}

const finishes = (campaign: string, relay: TestRelay, site: Site): Promise<void> =>
  finishesFor(everybody, campaign, relay, site);

async function finishesFor(people: readonly Person[], campaign: string, relay: TestRelay, site: Site): Promise<void> {
  await turn(relay, []);
  const ended = await site.run('resume', campaign);
  expect(ended.code).toBe(0);
  expect(ended.summary).toMatchObject({
    state: 'finished',
    reason: null,
    maybeAccepted: 0,
    states: { accepted: people.length },
  });
  expect(ended.summary.attempts).toBeGreaterThanOrEqual(relay.record.mailFromsMs.length);
  expect(notExactlyOnce(relay, people)).toEqual([]);
  const { rows } = await site.ledger().query<{ charged: number }>({
    text: `select count(*) as charged from candor.attempt where charged and outcome <> 'accepted'`,
  });
  expect(rows).toEqual([{ charged: 0 }]);
}

test('one campaign outlives everything that goes wrong before MAIL FROM', { timeout: 180_000 }, async () => {
  const authority = world.file(testAuthority, 'authority.pem');
  const relay = await world.relay({ tls: 'starttls', credentials: { user: 'sender', password: 'right' } });
  const site = await world.site({
    relay,
    settings: { SMTP_REPLY_TIMEOUT: '1s', SMTP_TLS: 'required', SMTP_CA: authority },
  });

  await finishes(await outlive(beforeMail, relay, site), relay, site);
});

test(
  'one campaign outlives every refusal from MAIL FROM on that is not about its recipients',
  { timeout: 180_000 },
  async () => {
    const relay = await world.relay();
    const site = await world.site({ relay });

    await finishes(await outlive(fromMail, relay, site), relay, site);
  },
);

test('a certificate that has expired holds the campaign before anything is said', async () => {
  const relay = await world.relay({ tls: 'implicit', certificate: expiredCertificate });
  const site = await world.site({ relay, settings: { SMTP_TLS: 'required' } });

  const held = await site.send(world.file(everybody));

  expect(held.code).toBe(4);
  expect(held.summary).toMatchObject({
    state: 'held',
    reason: { code: 'relay-tls' },
    attempts: 0,
    states: { pending: everybody.length },
  });
  expect(relay.record.commands).toEqual([]);
});

test('the first letters, refused alike in words that no rule knows, hold the smallest campaign', async () => {
  const relay = await world.relay({ script: [{ stage: 'rcpt', do: 'reply', reply: '550 5.7.1 Code 17, ref {to}' }] });
  const site = await world.site({ relay });
  const few = people(3);

  const held = await site.send(world.file(few));

  expect(held.code).toBe(4);
  expect(held.summary).toMatchObject({
    state: 'held',
    reason: { code: 'too-many-refused' },
    states: { pending: few.length, refused: 0 },
  });
  expect(held.summary.reason?.help).toContain('Code 17');
  await finishesFor(few, held.summary.campaign, relay, site);
});

test('a relay that refuses one domain alone, in unknown words, holds nobody', async () => {
  const relay = await world.relay({ script: [{ stage: 'rcpt', do: 'reply', reply: '550 5.7.1 Code 17' }] });
  const site = await world.site({ relay });

  const ended = await site.send(world.file(people(24).filter(({ email }) => email.endsWith('@example.com'))));

  expect(ended.summary).toMatchObject({ state: 'finished', states: { refused: 6 } });
});

test('a relay that relays for some domains holds once at most, and then sets the others aside', async () => {
  const script: Step[] = [
    { stage: 'rcpt', when: { to: '@users.test' }, do: 'reply', reply: '554 5.7.1 <{to}>: Relay access denied' },
  ];
  const relay = await world.relay({ script });
  const site = await world.site({ relay, settings: { SMTP_CONNECTIONS: '1' } });
  const all = people(40);
  const denied = all.filter(({ email }) => email.endsWith('@users.test'));

  let ended = await site.send(world.file(all));
  if (ended.summary.state === 'held') {
    expect(ended.summary.reason).toMatchObject({ code: 'relay-denied' });
    expect(ended.summary.reason?.help).toMatch(/concerns \d+ of the last \d+ letters/);
    ended = await site.run('resume', ended.summary.campaign);
  }

  expect(ended.summary).toMatchObject({
    state: 'finished',
    states: { accepted: all.length - denied.length, refused: denied.length },
  });
});

test('a relay that denies relaying in the middle holds, and nobody is refused for it', async () => {
  const script: Step[] = [
    { stage: 'rcpt', when: { from: 15 }, do: 'reply', reply: '554 5.7.1 <{to}>: Relay access denied' },
  ];
  const relay = await world.relay({ script });
  const site = await world.site({ relay });

  const held = await site.send(world.file(people(40)));

  expect(held.summary).toMatchObject({ state: 'held', reason: { code: 'relay-denied' }, states: { refused: 0 } });
  await finishesFor(people(40), held.summary.campaign, relay, site);
});
