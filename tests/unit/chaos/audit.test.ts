// The judge of the chaos runs must be able to find every breach that it is there for.
import { describe, expect, it } from 'vitest';
import { audit, earliestArrival, type JudgedNotice, type Findings, type SeenByRelay } from '../../chaos/audit.ts';

type Outcome = JudgedNotice['attempts'][number]['outcome'];

const asked = ['a@example.com', 'b@example.com'];

function notice(
  address: string,
  changes: Partial<Omit<JudgedNotice, 'attempts'>> & { outcomes?: readonly Outcome[] } = {},
): JudgedNotice {
  const { outcomes = ['accepted'], ...rest } = changes;
  const id = `token-of-${address.slice(0, 1)}`;
  return {
    address,
    notice: id,
    messageId: `<${id}@example.com>`,
    state: 'accepted',
    maybeAccepted: false,
    attempts: outcomes.map((outcome) => ({ outcome })),
    ...rest,
  };
}

/** Read at once, at these moments. */
function at(...moments: readonly number[]): SeenByRelay['mailFromsMs'] {
  return moments.map((ms) => [ms, ms]);
}

function seen(letters: readonly string[], changes: Partial<SeenByRelay> = {}): SeenByRelay {
  return {
    letters: letters.map((to) => ({
      to,
      notice: `token-of-${to.slice(0, 1)}`,
      messageId: `<token-of-${to.slice(0, 1)}@example.com>`,
    })),
    mailFromsMs: at(...letters.map((_, index) => index * 1_000)),
    senders: letters.map((to) => `bounce+token-of-${to.slice(0, 1)}@example.com`),
    ...changes,
  };
}

const both = [notice('a@example.com'), notice('b@example.com')];
const nothing = {
  lost: 0,
  copies: 0,
  strangeCopies: 0,
  falselyAccepted: 0,
  hidden: 0,
  unaccounted: 0,
  unclaimed: 0,
  rateBreaches: 0,
};

interface Case {
  readonly title: string;
  readonly relay: SeenByRelay;
  readonly ledger: readonly JudgedNotice[];
  readonly found: Partial<Findings>;
}

const cases: readonly Case[] = [
  { title: 'nothing when everybody got one letter', relay: seen(asked), ledger: both, found: {} },
  {
    title: 'nothing when the ledger says that one was refused',
    relay: seen(['a@example.com']),
    ledger: [both[0]!, notice('b@example.com', { state: 'refused', outcomes: ['refused'] })],
    found: { accepted: 1, notAccepted: 1 },
  },
  {
    title: 'a notice that is accepted in the ledger alone',
    relay: seen(['a@example.com']),
    ledger: both,
    found: { falselyAccepted: 1, lost: 1 },
  },
  {
    title: 'a notice that was left open',
    relay: seen(['a@example.com']),
    ledger: [both[0]!, notice('b@example.com', { state: 'pending', outcomes: [] })],
    found: { lost: 1, unaccounted: 1 },
  },
  {
    title: 'an address that is not in the ledger',
    relay: seen(['a@example.com']),
    ledger: [both[0]!],
    found: { lost: 1, unaccounted: 1 },
  },
  {
    title: 'an address that nobody asked for',
    relay: seen([...asked, 'c@example.com']),
    ledger: [...both, notice('c@example.com')],
    found: { unaccounted: 2 },
  },
  {
    title: 'a copy that an unconfirmed attempt explains',
    relay: seen([...asked, 'a@example.com']),
    ledger: [notice('a@example.com', { maybeAccepted: true, outcomes: ['unconfirmed', 'accepted'] }), both[1]!],
    found: { copies: 1 },
  },
  {
    title: 'a copy that nothing explains',
    relay: seen([...asked, 'a@example.com']),
    ledger: [notice('a@example.com', { outcomes: ['deferred', 'accepted'] }), both[1]!],
    found: { copies: 1, strangeCopies: 1 },
  },
  {
    title: 'a copy with another Message-ID',
    relay: seen([...asked, 'a@example.com'], {
      letters: [
        ...seen(asked).letters,
        { to: 'a@example.com', notice: 'token-of-a', messageId: '<other@example.com>' },
      ],
    }),
    ledger: [notice('a@example.com', { maybeAccepted: true, outcomes: ['unconfirmed', 'accepted'] }), both[1]!],
    found: { copies: 1, strangeCopies: 1 },
  },
  {
    title: 'a refusal that hides an acceptance',
    relay: seen(asked),
    ledger: [both[0]!, notice('b@example.com', { state: 'refused', outcomes: ['unconfirmed', 'refused'] })],
    found: { hidden: 1 },
  },
  {
    title: 'a refusal that says that it may have been accepted',
    relay: seen(asked),
    ledger: [
      both[0]!,
      notice('b@example.com', { state: 'refused', maybeAccepted: true, outcomes: ['unconfirmed', 'refused'] }),
    ],
    found: {},
  },
  {
    title: 'a MAIL FROM without an attempt',
    relay: seen(asked, { senders: [...seen(asked).senders, 'bounce+token-of-b@example.com'] }),
    ledger: both,
    found: { unclaimed: 1 },
  },
  {
    title: 'a MAIL FROM of an attempt that was given back',
    relay: seen(asked),
    ledger: [both[0]!, notice('b@example.com', { outcomes: ['given-back'] })],
    found: { unclaimed: 1, strangeCopies: 1 },
  },
  {
    title: 'a second with more MAIL FROM than the limit of 1 and its tolerance of 1',
    relay: seen(asked, { mailFromsMs: at(0, 400, 999) }),
    ledger: both,
    found: { rateBreaches: 1, mostInOneSecond: 3 },
  },
  {
    title: 'nothing when the relay stood still and read late',
    relay: seen(asked, { mailFromsMs: [...at(0, 1_100), [950, 1_101]] }),
    ledger: both,
    found: { mostInOneSecond: 2 },
  },
  {
    title: 'a second too full although the relay read part of it late',
    relay: seen(asked, { mailFromsMs: [...at(500), [1_050, 1_100], [1_050, 1_101]] }),
    ledger: both,
    found: { rateBreaches: 1, mostInOneSecond: 3 },
  },
  {
    title: 'nothing in a second that the limit and its tolerance allow',
    relay: seen(asked, { mailFromsMs: at(0, 999, 1_000) }),
    ledger: both,
    found: { mostInOneSecond: 2 },
  },
];

describe('the judgement over a chaos run', () => {
  it.each(cases)('finds $title', ({ relay, ledger, found }) => {
    expect(audit(asked, relay, ledger, { perSecond: 1 })).toMatchObject({ ...nothing, ...found });
  });
});

describe('what an event loop reads', () => {
  it.each([
    ['has come since the last look when it turns quickly', 7, [0, 2, 4, 6, 8], 4],
    ['may have come during a stall that has just ended', 101, [0, 2, 100], 2],
    ['may have come during the stall before the one in which it is read', 113, [0, 65, 100, 114], 65],
    ['came after the beginning', 3, [2], 2],
  ])('%s', (_, readMs, ticks, earliest) => {
    expect(earliestArrival(ticks, readMs)).toBe(earliest);
  });
});
