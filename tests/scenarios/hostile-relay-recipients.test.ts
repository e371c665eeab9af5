// A relay that does each thing wrong to one recipient of a campaign: what becomes of that notice, and that
// nobody else feels it. The replies are those of large providers.
import { expect, test } from 'vitest';
import { audit, mustBeNone } from '../chaos/audit.ts';
import { exportedNotices, type ExportedNotice } from '../support/exported.ts';
import { gmail, microsoft, postfix, yahoo } from '../support/relay-replies.ts';
import type { RelayStage, Step } from '../support/relay-script.ts';
import { seenByRelay } from '../support/seen-by-relay.ts';
import { scenarioWorld } from '../support/world.ts';

const world = scenarioWorld();

/** What the ledger and the relay must know in the end. An attempt with a star was charged. */
interface Fate {
  readonly state: ExportedNotice['state'];
  readonly reason: string | null;
  readonly attempts: string;
  readonly maybeAccepted: boolean;
  /** Letters that the relay answered with 2yz, or meant to. */
  readonly letters: number;
}
type Fault = readonly [name: string, fault: Omit<Step, 'when'> & { readonly times?: number }, fate: Fate];

const replyTimeoutMs = 1_000;
const told: Fate = { state: 'accepted', reason: null, attempts: 'accepted*', maybeAccepted: false, letters: 1 };
const toldAfter = (first: string): Fate => ({ ...told, attempts: `${first} accepted*` });
const refused = (reason: string): Fate => ({
  state: 'refused',
  reason,
  attempts: 'refused*',
  maybeAccepted: false,
  letters: 0,
});
const givenUp: Fate = {
  state: 'failed',
  reason: 'attempts-spent',
  attempts: 'deferred* failed*',
  maybeAccepted: false,
  letters: 0,
};
const toldAfterDoubt: Fate = { ...toldAfter('unconfirmed*'), maybeAccepted: true };
const toldTwice: Fate = { ...toldAfterDoubt, letters: 2 };
const inDoubt = (reason: string): Fate => ({
  state: 'unconfirmed',
  reason,
  attempts: 'unconfirmed* unconfirmed*',
  maybeAccepted: true,
  letters: 0,
});

const says = (stage: RelayStage, reply: string): Fault[1] => ({ stage, do: 'reply', reply });
const saysOnce = (stage: RelayStage, reply: string): Fault[1] => ({ ...says(stage, reply), times: 1 });
const once = (stage: RelayStage, what: Step['do']): Fault[1] => ({ stage, do: what, times: 1 });
const always = (stage: RelayStage, what: Step['do']): Fault[1] => ({ stage, do: what });

const faults: readonly Fault[] = [
  ['550: Gmail knows no such user', says('rcpt', gmail.noSuchUser), refused('unknown-mailbox')],
  ['550: Gmail has disabled the account', says('rcpt', gmail.disabled), refused('mailbox-disabled')],
  ['550: Microsoft finds no such recipient', says('rcpt', microsoft.noSuchUser), refused('unknown-mailbox')],
  [
    '550: Microsoft denies access, which means the same',
    says('rcpt', microsoft.accessDenied),
    refused('unknown-mailbox'),
  ],
  ['550: Microsoft restricts who may write', says('rcpt', microsoft.restricted), refused('recipient-policy')],
  ['554: Yahoo knows no such user', says('rcpt', yahoo.noSuchUser), refused('unknown-mailbox')],
  ['552: Yahoo finds no mailbox, after the body', says('after-body', yahoo.notFound), refused('unknown-mailbox')],
  ['550 that says nothing', says('rcpt', postfix.mailboxUnavailable), refused('review')],
  ['554 that says nothing, after the body', says('after-body', postfix.transactionFailed), refused('review')],
  ['552: the mailbox is full, for as long as we try', says('rcpt', gmail.overQuotaForGood), givenUp],
  ['451 for as long as we try', says('rcpt', postfix.serverError), givenUp],
  ['452: the mailbox is full, once', saysOnce('rcpt', gmail.overQuota), toldAfter('deferred*')],
  [
    '450: Gmail says that the recipient gets too much',
    saysOnce('rcpt', gmail.receivingTooFast),
    toldAfter('deferred*'),
  ],
  [
    '450: Microsoft says that the recipient gets too much',
    saysOnce('rcpt', microsoft.mailboxBusy),
    toldAfter('deferred*'),
  ],
  ['450: greylisted', saysOnce('rcpt', postfix.greylisted), toldAfter('deferred*')],
  ['451 after the body', saysOnce('after-body', postfix.serverError), toldAfter('deferred*')],
  ['452 after the body', saysOnce('after-body', microsoft.storage), toldAfter('deferred*')],
  ['421: Gmail finds an unusual rate', saysOnce('rcpt', gmail.unusualRate), toldAfter('throttled')],
  ['421: Yahoo defers because of volume', saysOnce('rcpt', yahoo.deferred), toldAfter('throttled')],
  [
    '451: Microsoft limits the address that sends',
    saysOnce('after-body', microsoft.ipThrottled),
    toldAfter('throttled'),
  ],
  ['closes at RCPT', once('rcpt', 'drop'), toldAfter('deferred')],
  ['resets at RCPT', once('rcpt', 'reset'), toldAfter('deferred')],
  ['says nothing to RCPT', once('rcpt', 'silence'), toldAfter('deferred')],
  ['says nothing to DATA', once('data', 'silence'), toldAfter('deferred')],
  ['resets at DATA', once('data', 'reset'), toldAfter('deferred')],
  ['resets during DATA, once', once('body', 'reset'), toldAfterDoubt],
  ['resets during DATA, always', always('body', 'reset'), inDoubt('no-reply-reset')],
  ['closes during DATA', once('body', 'drop'), toldAfterDoubt],
  ['says nothing after the body, once', once('after-body', 'silence'), toldAfterDoubt],
  ['says nothing after the body, always', always('after-body', 'silence'), inDoubt('no-reply-timeout')],
  ['closes after the body', once('after-body', 'drop'), toldAfterDoubt],
  [
    'talks nonsense after the body',
    { stage: 'after-body', do: 'raw', reply: 'thank you\r\n', times: 1 },
    toldAfterDoubt,
  ],
  [
    'says 250 when nobody waits any more',
    { stage: 'after-body', do: 'delay', delayMs: replyTimeoutMs + 500, times: 1 },
    toldTwice,
  ],
  [
    'says 250 in single octets',
    { stage: 'after-body', do: 'reply', reply: '250-2.0.0 Ok\n250 2.0.0 queued', split: true },
    told,
  ],
  ['takes 50 ms for every answer', { stage: 'after-body', do: 'delay', delayMs: 50 }, told],
  ['takes 700 ms for the last answer', { stage: 'after-body', do: 'delay', delayMs: 700 }, told],
];
const domainOf = (nth: number): string => `@fault-${nth}.example`;
const scripted = faults.map(([, { times, ...step }], nth): Step => ({
  ...step,
  when: { to: domainOf(nth), ...(times === undefined ? {} : { upTo: times }) },
}));
const bystanders = Array.from({ length: 10 }, (_, nth) => `by-${nth}@example.org`);
const settings = {
  RETRY_SCHEDULE: '1s',
  SMTP_REPLY_TIMEOUT: `${replyTimeoutMs / 1_000}s`,
  MAIL_ENVELOPE_FROM: 'bounce+{notice}@example.com',
};

/** Tells these through a relay with this script; answers each one's fate, and the breaches that the judge found. */
async function fates(
  asked: readonly string[],
  script: readonly Step[],
): Promise<{ code: number | null; fateOf: (address: string) => Fate | null; breaches: string[] }> {
  const relay = await world.relay({ script });
  const site = await world.site({ relay, settings });
  const ended = await site.send(
    world.file(['email,audience', ...asked.map((email) => `${email},affected`), ''].join('\n')),
  );
  const notices = await exportedNotices(site.env, ended.summary.campaign, `${world.folder}/export`);
  const findings = audit(asked, seenByRelay(relay.record), notices, { perSecond: Infinity });
  return {
    code: ended.code,
    breaches: mustBeNone.filter((breach) => findings[breach] > 0),
    fateOf(address) {
      const notice = notices.find((each) => each.address === address);
      if (notice === undefined) return null;
      const { state, reason, maybeAccepted } = notice;
      const attempts = notice.attempts
        .filter(({ outcome }) => outcome !== 'given-back')
        .map(({ outcome, charged }) => `${outcome}${charged ? '*' : ''}`);
      return {
        state,
        reason,
        attempts: attempts.join(' '),
        maybeAccepted,
        letters: relay.record.letters.filter(({ to }) => to === address).length,
      };
    },
  };
}

test('each fault costs the notice that it hit what it must, and no other anything', async () => {
  const { code, fateOf, breaches } = await fates(
    [...faults.map((_, nth) => `someone${domainOf(nth)}`), ...bystanders],
    scripted,
  );

  expect(code).toBe(3);
  expect(Object.fromEntries(faults.map(([name], nth) => [name, fateOf(`someone${domainOf(nth)}`)]))).toEqual(
    Object.fromEntries(faults.map(([name, , fate]) => [name, fate])),
  );
  expect(bystanders.map(fateOf)).toEqual(bystanders.map(() => told));
  expect(breaches).toEqual([]);
});

test('250 and then the end of the connection costs nobody anything', async () => {
  const closed = ['a@closes.example', 'b@closes.example', 'c@closes.example'];
  const reset = ['a@resets.example', 'b@resets.example', 'c@resets.example'];
  const { code, fateOf, breaches } = await fates(
    [...closed, ...reset],
    [
      { stage: 'after-body', when: { to: '@closes.example' }, do: 'reply-then-drop' },
      { stage: 'after-body', when: { to: '@resets.example' }, do: 'reply-then-reset' },
    ],
  );

  // The end may meet the next letter before its body: not charged. A reset may take the 250 back before it is read: then a copy follows.
  const honest = [told, toldAfter('deferred'), toldAfter('deferred deferred')];
  for (const address of closed) expect(honest, address).toContainEqual(fateOf(address));
  for (const address of reset)
    expect([...honest, toldTwice, { ...inDoubt('no-reply-reset'), letters: 2 }], address).toContainEqual(
      fateOf(address),
    );
  expect([0, 3]).toContain(code);
  expect(breaches).toEqual([]);
});
