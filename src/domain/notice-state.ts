// The states of a notice and the law of its transitions. The ledger repeats both: a CHECK on the
// column and a trigger on every update (src/ledger/migrations), so that no statement can break them.
// docs/STATES.md tells the same to people; a test compares the three.

export const noticeStates = [
  /** In the ledger, waiting for the feeder. Enters by import, and whenever a notice is given back. The feeder moves it to `queued`. A crash changes nothing. */
  'pending',
  /** In a slice that is, or is about to be, a job. The feeder commits this before it adds the job. A worker's claim moves it to `sending`. If the job is lost, the reconciler moves it back to `pending`. */
  'queued',
  /** An attempt is open under a worker's lease: the letter is on the wire or about to be. The settlement moves it on. If the lease runs out first, recovery moves it to `unconfirmed`. */
  'sending',
  /** The relay said "not now". `due_at` holds the time of the next attempt; the feeder queues it then. */
  'deferred',
  /** The relay answered 2yz to the end of the data. Final, and never set by hand. It does not mean delivered. */
  'accepted',
  /** The relay said no to this recipient for good. Final until a person asks for a re-send. An unknown 5yz is here with the reason `review`. */
  'refused',
  /** Given up: the attempts or the time are spent, or the letter cannot be rendered. Final until a person asks for a re-send. */
  'failed',
  /** Handed over, perhaps: the connection or the process ended before a reply was recorded (RFC 1047). The policy or a person moves it on. */
  'unconfirmed',
  /** Left out on purpose, so far only because an earlier campaign has told them (`told-before`). Reported. */
  'suppressed',
  /** The campaign was cancelled before this notice was settled. */
  'cancelled',
] as const;

export type NoticeState = (typeof noticeStates)[number];

/** Where a notice may go from each state. Everything else is refused, here and in the ledger. */
export const noticeTransitions: Readonly<Record<NoticeState, readonly NoticeState[]>> = {
  pending: ['queued', 'suppressed', 'cancelled'],
  queued: ['sending', 'pending', 'suppressed', 'cancelled'],
  sending: ['accepted', 'deferred', 'refused', 'failed', 'unconfirmed', 'pending', 'cancelled'],
  deferred: ['queued', 'pending', 'suppressed', 'cancelled'],
  accepted: [],
  refused: ['pending'],
  failed: ['pending'],
  unconfirmed: ['pending'],
  suppressed: ['pending'],
  cancelled: ['pending'],
};

/** True when the law allows a notice to go from one state to the other. */
export function noticeMayGo(from: NoticeState, to: NoticeState): boolean {
  return noticeTransitions[from].includes(to);
}

/** States in which work is still to be done. A campaign with a notice in one of them is not finished. */
export const openNoticeStates = ['pending', 'queued', 'sending', 'deferred'] as const satisfies readonly NoticeState[];

/** States that a re-send may take a notice from, unless the person names others. */
export const resendableStates = ['refused', 'failed', 'unconfirmed'] as const satisfies readonly NoticeState[];

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

/**
 * Who needs another channel: refused, given up, in doubt (unless somebody has looked into it), left out on purpose (unless an earlier campaign told
 * them), or overtaken by the end of the campaign: of whatever was cancelled nothing was accepted.
 */
export const otherChannelStates = [
  'refused',
  'failed',
  'unconfirmed',
  'suppressed',
  'cancelled',
] as const satisfies readonly NoticeState[];
export type OtherChannelState = (typeof otherChannelStates)[number];
