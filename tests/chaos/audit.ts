// The judgement over a chaos run: what the relay saw, what the ledger says and what was asked for, compared
// by nothing but addresses, Message-IDs and counts. Pure; it must find every breach it is there for.
import { openNoticeStates, type NoticeState } from '../../src/domain/notice-state.ts';
import type { ExportedNotice } from '../support/exported.ts';

/** What the relay saw. */
export interface SeenByRelay {
  /** Answered with 2yz after the body, or meant to be. */
  readonly letters: readonly { readonly to: string; readonly messageId: string; readonly notice: string }[];
  /** Of each MAIL FROM, in milliseconds since 1970: when it may have come at the earliest, and when it was read. */
  readonly mailFromsMs: readonly (readonly [earliest: number, read: number])[];
  /** Envelope senders of each MAIL FROM, in the same order; the local part ends in `+` and the opaque id of the notice. */
  readonly senders: readonly string[];
}

/** What the judge asks of a notice's record. */
export type JudgedNotice = Pick<ExportedNotice, 'address' | 'notice' | 'messageId' | 'state' | 'maybeAccepted'> & {
  readonly attempts: readonly Pick<ExportedNotice['attempts'][number], 'outcome'>[];
};

export interface Findings {
  readonly notices: number;
  /** By the ledger. */
  readonly accepted: number;
  /** By the ledger, neither accepted nor open: said to be refused, failed or unconfirmed. */
  readonly notAccepted: number;
  /** No 2yz at the relay, and the ledger does not say so. */
  readonly lost: number;
  readonly copies: number;
  /** More letters than attempts that were accepted or unconfirmed, or a letter whose Message-ID is not its notice's. */
  readonly strangeCopies: number;
  /** The ledger says accepted and the relay never said 2yz. */
  readonly falselyAccepted: number;
  /** The relay said 2yz and the ledger says neither accepted nor maybe accepted. */
  readonly hidden: number;
  /** Asked for and not in the ledger, in the ledger and not asked for, or still open. */
  readonly unaccounted: number;
  /** MAIL FROM beyond the attempts that the ledger has for the notice. */
  readonly unclaimed: number;
  readonly mailFroms: number;
  /** Seconds, begun at a MAIL FROM, with more of them than the limit and its tolerance, whatever the relay's own stalls hide. */
  readonly rateBreaches: number;
  /** The same for the one domain that has a limit of its own. */
  readonly domainBreaches: number;
  readonly mostInOneSecond: number;
  /** The same as the relay read them: on a busy machine it reads late, and several at once. */
  readonly mostReadInOneSecond: number;
}

/** What the rate may be, over all and to one domain. */
export interface Limits {
  readonly perSecond: number;
  readonly domain?: { readonly name: string; readonly perSecond: number };
}

/** Compares the three. `asked`: the addresses of the recipient file, each once. */
export function audit(
  asked: readonly string[],
  seen: SeenByRelay,
  ledger: readonly JudgedNotice[],
  { perSecond, domain }: Limits,
): Findings {
  const notices = new Map(ledger.map((notice) => [notice.address, notice]));
  const letters = groupBy(seen.letters, (letter) => letter.to);
  const wanted = new Set(asked);
  const count = (is: (address: string) => boolean): number => asked.filter(is).length;
  const stateOf = (address: string): NoticeState | undefined => notices.get(address)?.state;
  const isOpen = (state: NoticeState | undefined): boolean => state === undefined || open.has(state);
  const windows = secondsFrom(seen.mailFromsMs);
  return {
    notices: ledger.length,
    accepted: ledger.filter(({ state }) => state === 'accepted').length,
    notAccepted: ledger.filter(({ state }) => state !== 'accepted' && !isOpen(state)).length,
    lost: count((address) => !letters.has(address) && (isOpen(stateOf(address)) || stateOf(address) === 'accepted')),
    copies: seen.letters.length - letters.size,
    strangeCopies: strangeLetters(letters, notices),
    falselyAccepted: ledger.filter(({ address, state }) => state === 'accepted' && !letters.has(address)).length,
    hidden: ledger.filter(
      (notice) => letters.has(notice.address) && notice.state !== 'accepted' && !notice.maybeAccepted,
    ).length,
    unaccounted:
      count((address) => isOpen(stateOf(address))) +
      ledger.length -
      count((address) => notices.has(address)) +
      [...letters.keys()].filter((to) => !wanted.has(to)).length,
    unclaimed: unclaimedMailFroms(seen.senders, ledger),
    mailFroms: seen.mailFromsMs.length,
    rateBreaches: tooFull(windows, perSecond),
    domainBreaches:
      domain === undefined ? 0 : tooFull(secondsFrom(mailFromsTo(domain.name, seen, ledger)), domain.perSecond),
    mostInOneSecond: windows.reduce((most, many) => Math.max(most, many), 0),
    mostReadInOneSecond: secondsFrom(seen.mailFromsMs.map(([, read]) => [read, read])).reduce(
      (most, many) => Math.max(most, many),
      0,
    ),
  };
}

function tooFull(windows: readonly number[], limitPerSecond: number): number {
  return windows.filter((many) => many > limitPerSecond + Math.max(1, limitPerSecond / 100)).length;
}

function mailFromsTo(
  domain: string,
  { mailFromsMs, senders }: SeenByRelay,
  ledger: readonly JudgedNotice[],
): SeenByRelay['mailFromsMs'] {
  const there = new Set(ledger.filter(({ address }) => address.endsWith(`@${domain}`)).map(({ notice }) => notice));
  return mailFromsMs.filter((_, nth) => there.has(noticeOf(senders[nth] ?? '')));
}

/** Names of the findings that must be 0. */
export const mustBeNone = [
  'lost',
  'strangeCopies',
  'falselyAccepted',
  'hidden',
  'unaccounted',
  'unclaimed',
  'rateBreaches',
  'domainBreaches',
] as const satisfies readonly (keyof Findings)[];

const open: ReadonlySet<NoticeState> = new Set(openNoticeStates);

function strangeLetters(
  letters: ReadonlyMap<string, SeenByRelay['letters']>,
  notices: ReadonlyMap<string, JudgedNotice>,
): number {
  let strange = 0;
  for (const [to, group] of letters) {
    const notice = notices.get(to);
    const explained =
      notice?.attempts.filter(({ outcome }) => outcome === 'accepted' || outcome === 'unconfirmed').length ?? 0;
    const foreign = group.filter(
      (letter) => letter.messageId !== notice?.messageId || letter.notice !== notice.notice,
    ).length;
    strange += Math.max(foreign, group.length - explained, 0);
  }
  return strange;
}

function unclaimedMailFroms(senders: readonly string[], ledger: readonly JudgedNotice[]): number {
  const claims = new Map(
    ledger.map(({ notice, attempts }) => [notice, attempts.filter(({ outcome }) => outcome !== 'given-back').length]),
  );
  let unclaimed = 0;
  for (const [notice, group] of groupBy(senders, noticeOf))
    unclaimed += Math.max(0, group.length - (claims.get(notice) ?? 0));
  return unclaimed;
}

function noticeOf(sender: string): string {
  const local = sender.slice(0, sender.lastIndexOf('@'));
  return local.slice(local.lastIndexOf('+') + 1);
}

/**
 * When something may have come at the earliest that an event loop read at this moment: it was not there yet
 * when the loop last looked, and that was after the tick before the last one.
 *
 * @param ticksMs moments at which the loop came round, ascending
 */
export function earliestArrival(ticksMs: readonly number[], readMs: number): number {
  let low = 0;
  let high = ticksMs.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ticksMs[middle] ?? 0) <= readMs) low = middle + 1;
    else high = middle;
  }
  return ticksMs[low - 2] ?? Math.min(readMs, ticksMs[0] ?? readMs);
}

/** For each MAIL FROM: how many certainly came in the second that begins when it may have come. */
export function secondsFrom(moments: readonly (readonly [number, number])[]): number[] {
  const begins = moments.map(([early]) => early).toSorted((a, b) => a - b);
  const reads = moments.map(([, read]) => read).toSorted((a, b) => a - b);
  let read = 0;
  // Came in it for certain: read before its end, less those that may have come before it began.
  return begins.map((begin, index) => {
    while (read < reads.length && (reads[read] ?? 0) - begin < 1_000) read += 1;
    return read - index;
  });
}

function groupBy<Each>(all: readonly Each[], keyOf: (each: Each) => string): Map<string, Each[]> {
  const groups = new Map<string, Each[]>();
  for (const each of all) {
    const group = groups.get(keyOf(each));
    if (group) group.push(each);
    else groups.set(keyOf(each), [each]);
  }
  return groups;
}
