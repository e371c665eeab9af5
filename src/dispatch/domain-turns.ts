// Receiving domains with a limit of their own: knows them, and brings their notices up when their turn comes (ADR 0021).
//
// A notice of such a domain that comes in a slice is set aside at once: it keeps no lane and no slice waiting.
// While notices wait for a domain, a loop takes turns from the ledger: a slot of the domain, one of the relay and the
// notice for them in one statement, so both limits are exact over all processes. A turn that is missed is forfeited, and
// its notice waits again. Killed in between, the notice comes back through the feeder: a turn lasts less than a second.
import { canonicalDomain } from '../domain/address.ts';
import type { NoticeContent } from '../domain/attempt.ts';
import { isUnreachable } from '../domain/errors.ts';
import { turnTimes, turnSpareMs, type DomainPace } from '../domain/domain-turn.ts';
import type { SliceId } from '../domain/ids.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Logger } from '../runtime/logger.ts';
import { createLedgerClock } from './ledger-clock.ts';
import type { Slot } from './pacer.ts';
import type { DomainLedger } from './ports.ts';

export interface DomainTurns {
  /** True when the recipient's domain has a limit: the notice may only go in a turn. */
  limits(notice: NoticeContent): boolean;
  /** Sets aside what waits for its domain, and answers the others. */
  setAside(sliceId: SliceId, notices: readonly NoticeContent[]): Promise<readonly NoticeContent[]>;
  stop(): Promise<void>;
}

export interface TurnParts {
  readonly ledger: DomainLedger;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly newSliceId: () => SliceId;
  /** How long a claim takes, so that turns are taken early enough. */
  readonly leadMs: () => number;
  /** How many letters may be under way in turns. */
  readonly most: () => number;
}

/** Turns are taken at most so far ahead: as far as slots of the relay may be. */
const latestMs = 250;
/** Beside the claim: the notice has to be read. */
const readingMs = 5;
/** How often the limits are read again, beside each slice: for those that are changed, and for notices that wait. */
const readEveryMs = 500;

/** @param carry brings a notice to the relay at its slot; answers whether an attempt is on record */
export function createDomainTurns(
  parts: TurnParts,
  carry: (notice: NoticeContent, sliceId: SliceId, slot: Slot) => Promise<boolean>,
): DomainTurns {
  const { ledger, clock, logger } = parts;
  const ledgerClock = createLedgerClock();
  let paces: ReadonlyMap<string, DomainPace> = new Map();
  let spellings = new Map<string, DomainPace | null>();
  let stopped = false;
  const loops = new Map<number, Promise<void>>();
  const carrying = new Set<Promise<void>>();
  const sleepers = new Set<() => void>();
  let asked = 0;
  let answered = 0;

  const sleep = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        sleepers.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, ms);
      sleepers.add(wake);
    });
  const quietly = async (work: () => Promise<void>): Promise<void> => {
    await work().catch(
      (err: unknown) => isUnreachable(err) || logger.error({ err }, 'the turns of domains stumbled; they go on'),
    );
  };

  const read = async (): Promise<void> => {
    const nth = (asked += 1);
    const limited = await ledger.readDomains();
    // A later question was answered first.
    if (nth < answered) return;
    answered = nth;
    paces = new Map(limited.map((pace) => [pace.key, pace]));
    spellings = new Map();
    for (const pace of limited) if (pace.waiting) bringUp(pace);
  };

  const bringUp = ({ domainNo }: DomainPace): void => {
    if (stopped || loops.has(domainNo)) return;
    loops.set(
      domainNo,
      quietly(() => loop(domainNo)).finally(() => loops.delete(domainNo)),
    );
  };

  const loop = async (domainNo: number): Promise<void> => {
    for (;;) {
      const pace = [...paces.values()].find((each) => each.domainNo === domainNo);
      if (stopped || pace === undefined) return;
      const waitMs = await takeTurn(pace);
      if (waitMs === null) return;
      await sleep(waitMs);
    }
  };

  /** Answers how long to wait for the next one; null: no notice waits. */
  const takeTurn = async ({ domainNo, perSecond }: DomainPace): Promise<number | null> => {
    const most = parts.most() - carrying.size;
    if (most < 1) return readingMs;
    const [sliceId, spareMs, askedMs] = [parts.newSliceId(), turnSpareMs(perSecond), clock.monotonicMs()];
    const turn = await ledger.takeDomainTurn({
      domainNo,
      most,
      earliestMs: parts.leadMs() + readingMs,
      latestMs,
      spareMs,
      sliceId,
    });
    ledgerClock.observe(askedMs, clock.monotonicMs(), turn.askedAtMs);
    const { slots, nextInMs } = turnTimes(turn, { latestMs, spareMs });
    if (turn.count === 0) return nextInMs;
    const zero = ledgerClock.here(turn.askedAtMs);
    for (const [index, notice] of (await ledger.readSlice(sliceId)).entries()) {
      const { at, until } = slots[index] ?? { at: 0, until: 0 };
      const carried = quietly(async () => {
        const done = await carry(notice, sliceId, { at: zero + at, until: zero + until });
        // It waits for another turn; the others go on.
        if (!done) await ledger.setAside(sliceId, [{ noticeId: notice.noticeId, domainNo }]);
      }).finally(() => carrying.delete(carried));
      carrying.add(carried);
    }
    return nextInMs;
  };

  const paceOf = ({ address }: NoticeContent): DomainPace | null => {
    if (paces.size === 0) return null;
    const spelled = address.slice(address.lastIndexOf('@') + 1).toLowerCase();
    const known = spellings.get(spelled);
    if (known !== undefined) return known;
    const pace = paces.get(ledger.domainKey(canonicalDomain(spelled) ?? spelled)) ?? null;
    if (spellings.size > 10_000) spellings.clear();
    spellings.set(spelled, pace);
    return pace;
  };

  const reading = (async () => {
    while (!stopped) {
      await quietly(read);
      if (!stopped) await sleep(readEveryMs);
    }
  })();

  return {
    limits: (notice) => paceOf(notice) !== null,
    async setAside(sliceId, notices) {
      // A campaign brings its limits in the commit that lets it run: what was read before the slice came may not know them.
      await read();
      const limited = notices.flatMap((notice) => {
        const pace = paceOf(notice);
        return pace === null ? [] : [{ noticeId: notice.noticeId, pace }];
      });
      if (limited.length === 0) return notices;
      await ledger.setAside(
        sliceId,
        limited.map(({ noticeId, pace }) => ({ noticeId, domainNo: pace.domainNo })),
      );
      for (const pace of new Set(limited.map((each) => each.pace))) bringUp(pace);
      return notices.filter((notice) => paceOf(notice) === null);
    },
    async stop() {
      stopped = true;
      for (const wake of [...sleepers]) wake();
      // In this order: a loop may begin letters until it has ended.
      await Promise.all([reading, ...loops.values()]);
      await Promise.all(carrying);
    },
  };
}
