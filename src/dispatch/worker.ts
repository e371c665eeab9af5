// The worker: takes slices from the queue and carries each notice through its steps.
//
//   lane → slot → connection → claim → (render) → wait for the slot → deliver → settle
//
// A notice of a domain with a limit of its own leaves its slice before the lane, and comes back with both slots in a
// turn (domain-turns.ts): it needs no lane.
//
// What holds at each line, if the process is killed there:
//   * up to the claim         nothing has happened; the slice comes back through the queue or the reconciler
//   * claim … settle          the attempt is open in the ledger; its lease runs out; the notice is `unconfirmed`
//   * after the settlement    the notice is where the relay's answer put it
// No MAIL FROM without a claim that the ledger has answered. A claim whose answer never came is given
// back, never used. A settlement is tried until the ledger takes it. Nothing in the queue decides anything.
//
// At most two letters per lane stand between their claim and their settlement: one on the wire, one whose answer is on
// its way to the ledger; and as many in turns as there are lanes. Where no rate holds letters back (none is stated, the
// relay is on this machine) they are five in the first ten lanes, and four more per lane, at most forty, may be claimed
// ahead (ADR 0020 and 0024). Where the relay has said nothing about a letter for five seconds, another lane goes past it, up to as
// many as there are usually. So many a kill can leave `unconfirmed`, and no more.
//
// Pause, cancel and hold work through the claim: it finds the campaign not running and returns nothing.
// Between claim and MAIL FROM lie at most one slot horizon (120 to 300 ms) and `secondSlotMs`, so a pause is
// complete within one second. Not guaranteed: which of several workers carries a slice.
import { setMaxListeners } from 'node:events';
import type { Claim, NoticeContent, Settlement } from '../domain/attempt.ts';
import type { ConnectFailure, HoldReason } from '../domain/delivery-result.ts';
import { withLoginOffer } from '../domain/describe-failure.ts';
import { CandorError, isUnreachable } from '../domain/errors.ts';
import type { LeaseId, SliceId } from '../domain/ids.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Logger } from '../runtime/logger.ts';
import { createClaimDesk } from './claim-desk.ts';
import { decide, unrenderable } from './decide.ts';
import { createDomainTurns } from './domain-turns.ts';
import { createJudgement } from './judgement.ts';
import { createLaneCount } from './lane-count.ts';
import { createLanes } from './lanes.ts';
import type { LeaseKeeper } from './lease-keeper.ts';
import type { Pacer, Slot } from './pacer.ts';
import { createPulse } from './pulse.ts';
import { createRelayHealth } from './relay-health.ts';
import { createPunctual } from './punctual.ts';
import { createSessions, type HandedOver, type Lent } from './sessions.ts';
import { createSettlementDesk } from './settlement-desk.ts';
import type {
  CampaignTerms,
  DomainLedger,
  RelayConnection,
  RelayConnections,
  SliceQueue,
  WorkerLedger,
} from './ports.ts';
import { createSlowing } from './slowing.ts';
import { createStalls } from './stalls.ts';
import type { Throttle } from './throttle.ts';
import { untilReachable } from './until-reachable.ts';
import { createWarmLetters } from './warm-letters.ts';

export interface WorkerParts<Connection extends RelayConnection> {
  readonly ledger: WorkerLedger;
  readonly queue: SliceQueue;
  readonly connections: RelayConnections<Connection>;
  readonly leases: LeaseKeeper;
  readonly pacer: Pacer;
  readonly throttle: Throttle;
  readonly domains: DomainLedger;
  readonly newSliceId: () => SliceId;
  readonly clock: Clock;
  /** 0 ≤ n < 1, for jitter. */
  readonly random: () => number;
  readonly logger: Logger;
  /** Letters at a time: at most, and where no rate says how many. */
  readonly lanes: { readonly most: number; readonly usual: number };
  /** Slices at a time: enough for every lane, and one more on the way. */
  readonly slices: number;
  /** Called when a slice is through, so that a feeder in the same process need not wait for its timer. */
  readonly onSliceDone?: () => void;
}

export interface Worker {
  /** Letters between claim and settlement. */
  onTheWire(): number;
  /** Takes nothing new, finishes what is on the wire, gives the rest back. What the relay has not answered by the deadline ends as unconfirmed. */
  drain(deadlineMs: number): Promise<void>;
  /** Gives everything back at once: sockets are destroyed, and what had begun to leave ends as unconfirmed. */
  abandon(): Promise<void>;
}

/** One notice on its way through the steps. */
interface Errand<Connection> {
  readonly notice: NoticeContent;
  readonly terms: CampaignTerms;
  readonly lease: LeaseId;
  readonly claim: Claim;
  readonly lent: Lent<Connection>;
  /** When its MAIL FROM is due. */
  readonly slot: Slot;
  /** Whether any other slot will do as well. */
  readonly second: boolean;
}

/** How a notice was carried. */
interface Carried {
  /** `leave`: the rest of the slice should be given back. */
  readonly next: 'go-on' | 'leave';
  /** When the ledger has its settlement. The lane is free before. */
  readonly settled?: Promise<void>;
  /** True when it is in its slice still: it was not claimed. */
  readonly unclaimed?: boolean;
}
const leave: Carried = { next: 'leave', unclaimed: true };
const goOn: Carried = { next: 'go-on', unclaimed: true };

/** After the last reply was due, how long a stopping worker tries to settle. */
const settleGraceMs = 3_000;
/** Claims run so far ahead of their MAIL FROM at most, and only where letters leave much faster than that. */
const aheadMs = 60;
/** So many per lane, and so many in all. */
const aheadPerLane = 4;
const aheadAtMost = 40;
/** While letters leave fast, settlements wait so long for company. */
const gatherMs = 15;
/** So many lanes are few: without a rate so many letters of each may wait for their settlement. */
const fewLanes = 10;
const unsettledPerLane = 4;
const stallLookMs = 1_000;
/** Between two tries to reach it; also what a slice waits before it is given back. */
const reconnectMs = 1_000;
/** These concern one campaign's sender or letter; the other holds concern everything that goes through the relay. */
const campaignFaults: ReadonlySet<HoldReason> = new Set([
  'sender-refused',
  'letter-malformed',
  'content-refused',
  'letter-unrenderable',
]);

/** Starts a worker; it runs until drained or abandoned. */
export function startWorker<Connection extends RelayConnection>(parts: WorkerParts<Connection>): Worker {
  const { ledger, connections, leases, pacer, throttle, clock, logger } = parts;
  const stopping = new AbortController();
  // Every lane may wait on it; more than ten listeners are no leak here.
  setMaxListeners(0, stopping.signal);
  const stalls = createStalls(clock);
  const laneCount = createLaneCount({
    ...parts.lanes,
    stalled: () => stalls.count(),
    perSecond: () => pacer.perSecond(),
    askingMs: () => pacer.askingMs(),
    connections: () => connections.limit(),
  });
  const lanes = createLanes(() => laneCount.now());
  const inDoubt = createLanes(() => laneCount.now() + unsettled());
  const letters = createWarmLetters(
    (campaign) => ledger.terms(campaign),
    () => clock.now(),
  );
  const pulse = createPulse(clock);
  const slowing = createSlowing(throttle);
  let onTheWire = 0;
  const health = createRelayHealth({ ledger, throttle, logger });
  const judgement = createJudgement({ ledger, shares: slowing.shares, clock });
  const sessions = createSessions({ connections, health, logger, signal: stopping.signal });
  const isPunctual = createPunctual({ pacer, clock, signal: stopping.signal });

  /** How many letters may wait for their settlement, beside those in the lanes. */
  const unsettled = (): number => {
    const lanesNow = laneCount.now();
    return pacer.perSecond() === null ? Math.max(lanesNow, unsettledPerLane * Math.min(lanesNow, fewLanes)) : lanesNow;
  };

  const settlements = createSettlementDesk({
    ledger,
    untilReachable,
    logger,
    enough: () => unsettled(),
    gatherMs: () => (onTheWire > 0 && pulse.perMs() * gatherMs > 1 ? gatherMs : 0),
  });
  const claims = createClaimDesk({
    ledger: {
      claim: (lease, requests) => settlements.claim(lease, requests),
      giveBackClaims: (lease, notices) => ledger.giveBackClaims(lease, notices),
    },
    untilReachable,
    clock,
    ahead: () => claimsAhead(),
  });
  const claimsAhead = (): number => {
    if (stopping.signal.aborted || pacer.perSecond() !== null) return 0;
    const soon = Math.floor(pulse.perMs() * aheadMs);
    return soon < laneCount.now() / 2 ? 0 : Math.min(aheadPerLane * laneCount.now(), aheadAtMost, soon);
  };
  const settled = (lease: LeaseId, claim: Claim, settlement: Settlement): Promise<void> =>
    settlements.settle(lease, settlement).finally(() => claims.done(claim));

  const carry = async (notice: NoticeContent, sliceId: SliceId, turn: Slot | null): Promise<Carried> => {
    if (stopping.signal.aborted) return leave;
    const terms = await termsOf(notice);
    if (terms === null) return leave;
    let slot = turn ?? (await pacer.slot(stopping.signal));
    const found = await connections.acquire(stopping.signal);
    if (!found.ok) {
      await relayFailed(found.failure);
      return leave;
    }
    const lent = { connection: found.connection };
    const lentAt = clock.monotonicMs();
    try {
      await health.reached();
      // A new connection takes longer than the slot allows: this slot is forfeited, the next one is used.
      if (clock.monotonicMs() > slot.until) {
        if (turn !== null) return leave;
        slot = await pacer.slot(stopping.signal);
      }
      // A limit that came meanwhile.
      if (turn === null && turns.limits(notice)) return goOn;
      const lease = await leases.current();
      const askedAt = clock.monotonicMs();
      const claim = await claims.claim(lease, { campaignNo: notice.campaignNo, noticeId: notice.noticeId, sliceId });
      pacer.claimTook(clock.monotonicMs() - askedAt);
      if (claim === null) return leave;
      onTheWire += 1;
      pulse.beat();
      try {
        return await handOver({ notice, terms, lease, claim, lent, slot, second: turn === null });
      } finally {
        onTheWire -= 1;
      }
    } finally {
      laneCount.took(clock.monotonicMs() - lentAt);
      connections.release(lent.connection);
    }
  };

  /** The campaign's frozen letters; when they are not usable, nothing of the campaign can go, and it is held. */
  const termsOf = async (notice: NoticeContent): Promise<CampaignTerms | null> => {
    try {
      return await ledger.terms(notice.campaignNo);
    } catch (err) {
      if (isUnreachable(err)) throw err;
      logger.error({ err, campaign: notice.campaignNo }, 'the frozen letters cannot be used');
      const changed = err instanceof CandorError && err.code === 'record-changed';
      await ledger.hold(
        notice.campaignNo,
        changed
          ? 'account-broken'
          : err instanceof CandorError && err.code === 'signing-key-missing'
            ? err.code
            : 'letter-unrenderable',
        changed ? err.message : null,
      );
      return null;
    }
  };

  const handOver = async (errand: Errand<Connection>): Promise<Carried> => {
    const { notice, terms, lease, claim } = errand;
    let message: readonly Buffer[];
    try {
      message = await terms.compose(notice, clock.now());
    } catch (err) {
      logger.error({ err, campaign: notice.campaignNo }, 'a letter could not be rendered');
      // Compilation proved that the letter renders for every kind of record: it is this notice alone.
      return { next: 'go-on', settled: settled(lease, claim, unrenderable(claim)) };
    }
    if (!(await isPunctual(errand)) || !leases.holds(lease)) {
      await claims.giveBack(lease, claim);
      return { next: 'leave' };
    }
    for (let ended = 0; ; ended += 1) {
      const over = stalls.begin();
      const handed = await sessions.deliver(errand, message).finally(over);
      if (!sessions.mayGoOver(handed, ended)) return settle(errand, handed);
      // Nothing was written: the attempt has not begun, and goes over another connection.
      if (!(await sessions.relend(errand.lent)) || !(await isPunctual(errand)) || !leases.holds(lease)) {
        await claims.giveBack(lease, claim);
        return { next: 'leave' };
      }
    }
  };

  const settle = async (errand: Errand<Connection>, handed: HandedOver): Promise<Carried> => {
    const { result } = handed;
    const { notice, terms, lease, claim } = errand;
    const domain = notice.address.slice(notice.address.lastIndexOf('@') + 1).toLowerCase();
    await slowing.answered(result, domain);
    const judged = judgement.on(errand, handed, domain);
    const verdict = judged instanceof Promise ? await judged : judged;
    sessions.cameOf(notice.noticeId, verdict);
    const settlement = decide({ claim, result, verdict, address: notice.address }, terms, parts.random());
    await slowing.judged(result, verdict);
    if (verdict.kind === 'hold') {
      claims.expire();
      const atRecipient = result.kind === 'replied' && result.stage !== 'mail';
      const cause = { rule: verdict.rule, atRecipient };
      const said = withLoginOffer(settlement.replyScrubbed, verdict.reason, errand.lent.connection.unusedLogins);
      if (campaignFaults.has(verdict.reason))
        await untilReachable(() => ledger.hold(notice.campaignNo, verdict.reason, said, cause));
      else await untilReachable(() => ledger.holdRelay(verdict.reason, said, cause));
    }
    return { next: verdict.kind === 'hold' ? 'leave' : 'go-on', settled: settled(lease, claim, settlement) };
  };

  /** The relay could not be reached: nobody is charged, nothing was claimed. */
  const relayFailed = async (failure: ConnectFailure): Promise<void> => {
    if (stopping.signal.aborted) return;
    if ((await health.failed(failure)) === 'waiting') await sleep(reconnectMs);
  };

  const turns = createDomainTurns(
    {
      ledger: parts.domains,
      clock,
      logger,
      newSliceId: parts.newSliceId,
      leadMs: () => pacer.leadMs(),
      most: () => laneCount.now(),
    },
    async (notice, sliceId, slot) => {
      if (stopping.signal.aborted) return false;
      const { settled } = await carry(notice, sliceId, slot);
      await settled;
      return settled !== undefined;
    },
  );

  const handle = async (sliceId: SliceId): Promise<void> => {
    const notices = await turns.setAside(sliceId, await ledger.readSlice(sliceId));
    // There is work again after a hold: a person has mended the relay and resumed.
    if (notices.length > 0 && health.wasHeld()) connections.retryNow();
    const requests = notices.map(({ campaignNo, noticeId }) => ({ campaignNo, noticeId, sliceId }));
    await letters.readyFor(notices);
    claims.announce(requests);
    let left = false;
    let unclaimed = false;
    const carryInLane = async (notice: NoticeContent): Promise<Carried> => {
      // What was claimed before the ledger said no is still to go: a pause has counted it as on the wire.
      if ((left && !claims.has(notice.noticeId)) || stopping.signal.aborted) {
        unclaimed = true;
        return leave;
      }
      const carried = await carry(notice, sliceId, null).catch((err: unknown) => {
        if (!stopping.signal.aborted && !isUnreachable(err))
          logger.error({ err, notice: notice.noticeId }, 'a notice could not be carried');
        return leave;
      });
      if (carried.next === 'leave') left = true;
      if (carried.unclaimed === true) unclaimed = true;
      return carried;
    };
    const carrying = notices.map((notice) =>
      inDoubt.run(async () => {
        const carried = await lanes.run(() => carryInLane(notice));
        await carried.settled;
      }),
    );
    try {
      await Promise.all(carrying);
    } finally {
      // Or what was claimed ahead would be open for as long as this process lives.
      await claims.withdraw(requests);
    }
    // A slice of which every notice was claimed is empty.
    if (unclaimed || notices.length === 0) await ledger.giveBackSlices([sliceId]);
    parts.onSliceDone?.();
  };

  const consumer = parts.queue.consume(handle, parts.slices);
  // With every lane stalled nothing ends that would let the next one in.
  const looking = setInterval(() => {
    for (const some of stalls.count() > 0 ? [inDoubt, lanes] : []) some.look();
  }, stallLookMs).unref();
  stopping.signal.addEventListener('abort', () => clearInterval(looking), { once: true });

  return {
    onTheWire: () => onTheWire,
    async drain(deadlineMs) {
      stopping.abort(new Error('the worker is stopping'));
      const done = Promise.all([connections.drain(deadlineMs), consumer.close(), turns.stop()]).then(() =>
        settlements.idle(),
      );
      // With the ledger away nothing can be settled: then the attempts stay open, and recovery says what they are.
      await Promise.race([done, new Promise((resolve) => setTimeout(resolve, deadlineMs + settleGraceMs).unref())]);
      await leases.end();
    },
    async abandon() {
      stopping.abort(new Error('the worker is stopping'));
      connections.destroyAll();
      await Promise.all([consumer.close(), turns.stop()]);
      await settlements.idle();
      await leases.end();
    },
  };
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
