// The states of a notice: one row each, from which everything that depends on a state is derived: the law of its
// transitions, the groups, the bars, the colours, the words. The ledger repeats the law: a CHECK on the column and a
// trigger on every update (src/ledger/migrations), so that no statement can break it; docs/STATES.md tells it to
// people, and a test compares the three.

/** A colour by meaning; always beside a word, never alone. */
export type Tone = 'good' | 'wait' | 'bad' | 'unsure' | 'rest' | 'open';

interface StateRow {
  /** Where a notice may go from here. Everything else is refused, here and in the ledger. */
  readonly leavesTo: readonly string[];
  /** Work is still to be done: a campaign with such a notice is not finished. */
  readonly open: boolean;
  /** The relay has taken the letter over. */
  readonly told: boolean;
  /** Whether a person's re-send takes it: unless other states are named, with a reason only, or never. */
  readonly resend: 'default' | 'with-reason' | 'never';
  /** Whether the address may be changed. */
  readonly correctable: boolean;
  /** Whether the list for another channel has it. */
  readonly otherChannel: boolean;
  readonly tone: Tone;
  /** Its place in a bar, from the left; null: the empty rest on the right. */
  readonly bar: number | null;
  /** What it means, in a sentence for people who look at a list. */
  readonly meaning: string;
}

const table = {
  /** In the ledger, waiting for the feeder. Enters by import, and whenever a notice is given back. The feeder moves it to `queued`. A crash changes nothing. */
  pending: {
    leavesTo: ['queued', 'suppressed', 'cancelled'],
    open: true,
    told: false,
    resend: 'never',
    correctable: true,
    otherChannel: false,
    tone: 'rest',
    bar: null,
    meaning: 'Waits for its turn.',
  },
  /** In a slice that is, or is about to be, a job. The feeder commits this before it adds the job. A worker's claim moves it to `sending`. If the job is lost, the reconciler moves it back to `pending`. */
  queued: {
    leavesTo: ['sending', 'pending', 'suppressed', 'cancelled'],
    open: true,
    told: false,
    resend: 'never',
    correctable: false,
    otherChannel: false,
    tone: 'rest',
    bar: null,
    meaning: 'Waits for a worker.',
  },
  /** An attempt is open under a worker's lease: the letter is on the wire or about to be. The settlement moves it on. If the lease runs out first, recovery moves it to `unconfirmed`. */
  sending: {
    leavesTo: ['accepted', 'deferred', 'refused', 'failed', 'unconfirmed', 'pending', 'cancelled'],
    open: true,
    told: false,
    resend: 'never',
    correctable: false,
    otherChannel: false,
    tone: 'open',
    bar: 8,
    meaning: 'On the wire now.',
  },
  /** The relay said "not now". `due_at` holds the time of the next attempt; the feeder queues it then. */
  deferred: {
    leavesTo: ['queued', 'pending', 'suppressed', 'cancelled'],
    open: true,
    told: false,
    resend: 'never',
    correctable: true,
    otherChannel: false,
    tone: 'wait',
    bar: 7,
    meaning: 'The relay put it off; it is tried again by the schedule.',
  },
  /** The relay answered 2yz to the end of the data. Final, and never set by hand. It does not mean delivered (promise 3). */
  accepted: {
    leavesTo: [],
    open: false,
    told: true,
    resend: 'never',
    correctable: false,
    otherChannel: false,
    tone: 'good',
    bar: 1,
    meaning: 'The relay took the letter over; that is no proof that it arrived.',
  },
  /** The relay said no to this recipient for good. Final until a person asks for a re-send. An unknown 5yz is here with the reason `review`. */
  refused: {
    leavesTo: ['pending'],
    open: false,
    told: false,
    resend: 'default',
    correctable: true,
    otherChannel: true,
    tone: 'bad',
    bar: 3,
    meaning: 'The relay said no to this recipient for good.',
  },
  /** Given up: the attempts or the time are spent, or the letter cannot be rendered. Final until a person asks for a re-send. */
  failed: {
    leavesTo: ['pending'],
    open: false,
    told: false,
    resend: 'default',
    correctable: true,
    otherChannel: true,
    tone: 'bad',
    bar: 4,
    meaning: 'Given up: tries or time are spent, or the letter cannot be written.',
  },
  /** Handed over, perhaps: the connection or the process ended before a reply was recorded (RFC 1047). The policy or a person moves it on. */
  unconfirmed: {
    leavesTo: ['pending'],
    open: false,
    told: false,
    resend: 'default',
    correctable: true,
    otherChannel: true,
    tone: 'unsure',
    bar: 2,
    meaning: 'Perhaps handed over: no answer was recorded.',
  },
  /** Left out on purpose, so far only because an earlier campaign has told them (`told-before`). Reported. */
  suppressed: {
    leavesTo: ['pending'],
    open: false,
    told: false,
    resend: 'with-reason',
    correctable: true,
    otherChannel: true,
    tone: 'rest',
    bar: 5,
    meaning: 'Left out on purpose: an earlier campaign has told them.',
  },
  /** The campaign was cancelled before this notice was settled. */
  cancelled: {
    leavesTo: ['pending'],
    open: false,
    told: false,
    resend: 'with-reason',
    correctable: true,
    otherChannel: true,
    tone: 'rest',
    bar: 6,
    meaning: 'The campaign was cancelled first.',
  },
} as const satisfies Record<string, StateRow>;

export type NoticeState = keyof typeof table;

/** States whose row has this value. */
type StateWith<Key extends keyof StateRow, Value> = {
  [State in NoticeState]: (typeof table)[State][Key] extends Value ? State : never;
}[NoticeState];
export type OtherChannelState = StateWith<'otherChannel', true>;

/** The row of each state. Every way out leads to a state of the table: the type says so. */
export const noticeStateRows: Readonly<
  Record<NoticeState, Omit<StateRow, 'leavesTo'> & { readonly leavesTo: readonly NoticeState[] }>
> = table;

export const noticeStates = Object.keys(table) as readonly NoticeState[];

function statesWith<State extends NoticeState = NoticeState>(
  has: (row: (typeof noticeStateRows)[NoticeState]) => boolean,
): readonly State[] {
  return noticeStates.filter((state): state is State => has(noticeStateRows[state]));
}

/** States in which work is still to be done. A campaign with a notice in one of them is not finished. */
export const openNoticeStates = statesWith(({ open }) => open);

/** States that a re-send takes a notice from, unless the person names others. */
export const resendableStates = statesWith(({ resend }) => resend === 'default');

/** States that a re-send may take a notice from when they are named. */
export const namedResendStates = statesWith(({ resend }) => resend !== 'never');

/** States from which a re-send wants a reason. */
export const delicateStates = statesWith(({ resend }) => resend === 'with-reason');

/** States in which the address may be changed. */
export const correctableStates = statesWith(({ correctable }) => correctable);

/**
 * States of those who need another channel. Of `unconfirmed` those whose doubt somebody has closed do not, of
 * `suppressed` those whom an earlier campaign told.
 */
export const otherChannelStates = statesWith<OtherChannelState>(({ otherChannel }) => otherChannel);

/** The states of a bar, from left to right; what is left out is its empty rest. */
export const barStates = statesWith(({ bar }) => bar !== null).toSorted(
  (a, b) => (noticeStateRows[a].bar ?? 0) - (noticeStateRows[b].bar ?? 0),
);

/** True when the law allows a notice to go from one state to the other. */
export function noticeMayGo(from: NoticeState, to: NoticeState): boolean {
  return noticeStateRows[from].leavesTo.includes(to);
}

/** States as a list of SQL literals, for a condition that an index has to recognise. */
export function sqlStates(states: readonly NoticeState[]): string {
  return states.map((state) => `'${state}'`).join(', ');
}

/** How many notices are in each state. */
export type StateCounts = Readonly<Record<NoticeState, number>>;

/** Counts with every state at zero. */
export function noCounts(): Record<NoticeState, number> {
  return Object.fromEntries(noticeStates.map((state) => [state, 0])) as Record<NoticeState, number>;
}

/** The sum over all states: by promise 1 it equals the number of notices at every moment. */
export function sumCounts(counts: StateCounts): number {
  return noticeStates.reduce((sum, state) => sum + counts[state], 0);
}

/** Notices of these states together. */
export function sumOf(counts: StateCounts, states: readonly NoticeState[]): number {
  return states.reduce((sum, state) => sum + counts[state], 0);
}
