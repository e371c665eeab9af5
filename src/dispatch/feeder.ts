// The feeder: keeps a bounded number of notices queued, brings lost slices back, finishes campaigns.
//
// One process per relay feeds (an advisory lock of the ledger); another takes over when it dies. All it
// does is safe to repeat and safe to be done twice, so a lock that was lost in mid-tick harms nothing:
//   * killed after `queued` was committed, before the job was added → the reconciler finds a slice
//     without a job and gives its notices back
//   * job added twice → BullMQ ignores the second; and only one claim per notice can win
//   * the queue refuses (full, a replica) → what was cut is offered again, and nothing else is cut meanwhile
//   * the queue was wiped → every slice is without a job: all come back and are cut anew, under new ids
// Age proves nothing here: at one letter a second a slice may rightly wait for an hour.
import type { Slice } from '../domain/attempt.ts';
import { isQueueAway, isUnreachable } from '../domain/errors.ts';
import type { CampaignNo, SliceId } from '../domain/ids.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Logger } from '../runtime/logger.ts';
import type { DispatchCampaign, FeederLedger, FeedStatus, SliceQueue } from './ports.ts';

export interface Feeder {
  /** Something changed: look now instead of at the next tick. */
  nudge(): void;
  /** A slice is through: look when that makes enough room, or at once when it is not room that is wanted, as at the end. */
  sliceDone(): void;
  stop(): Promise<void>;
}

export interface FeederOptions {
  /** Notices in a slice. What a slice costs the queue, the ledger and this process is shared by so many (ADR 0022). */
  readonly sliceSize: number;
  /** Notices queued at a time, over all slices; it bounds the queue whatever the size of the campaign. */
  readonly window: number;
  /** How often leases and slices are reconciled. */
  readonly reconcileMs: number;
}

/** When a campaign that began with empty tables has grown enough to be measured again, after the start. */
const statisticsAtMs = [1_000, 4_000, 15_000, 60_000] as const;
/**
 * This share of the window. A look is six statements, a cut and a call of the queue: after each slice they took 2 to
 * 5 % of the rate where none is in force (ADR 0024). The rest of the window lasts until the answer.
 */
const roomWorthALook = 0.25;
/** How often growing refusals are looked at. */
const refusalsEveryMs = 1_000;
/** Until there are so many they are looked at in each tick: the first letters tell the most, and few are to be taken back. */
const firstRefusals = 500;
const idleTickMs = 500;
const busyTickMs = 100;
/** While the unaffected wait for the last affected on the wire: each look later is that much of the rate unused. */
const borderTickMs = 20;
/** So many looks, and then no more in a row: what waits aside for its domain looks the same. */
const borderLooks = 50;
/** A turn of a domain is over within a second: what is older belonged to a worker that is gone. */
const turnIsStaleMs = 3_000;

export function startFeeder(
  parts: { ledger: FeederLedger; queue: SliceQueue; newSliceId: () => SliceId; clock: Clock; logger: Logger },
  options: FeederOptions,
): Feeder {
  const { ledger, queue, clock, logger } = parts;
  let stopped = false;
  let nudged = false;
  let wake: () => void = () => undefined;
  let reconciledAt = -Infinity;
  const startedAt = clock.monotonicMs();
  let statisticsTaken = 0;
  let looks = 0;
  /** Slices that have ended since the last look began, and whether the last one that is over left notices uncut for want of room. */
  let through = 0;
  let moreToCut = false;
  let turnsSeen: ReadonlyMap<SliceId, number> = new Map();
  /** Cut, and refused by the queue: to give them back and to cut them anew would only move notices to and fro. */
  let untaken: readonly Slice[] = [];
  const refusals = new Map<CampaignNo, { refused: number; lookedAt: number }>();

  /** Answers how long to wait before the next look. */
  const tick = async (): Promise<number> => {
    if (!(await ledger.isFeeder())) {
      // They are the other feeder's now, which finds them without a job.
      untaken = [];
      return idleTickMs;
    }
    await ledger.startDue();
    if (clock.monotonicMs() - reconciledAt >= options.reconcileMs) {
      reconciledAt = clock.monotonicMs();
      await reconcile();
    }
    through = 0;
    let waitMs: number = idleTickMs;
    let more = false;
    for (const campaign of await ledger.campaigns(['running'])) {
      const fed = await feed(campaign);
      waitMs = Math.min(waitMs, fed.waitMs);
      more ||= fed.more;
    }
    // Not before: a slice that ends during this look would ask for another one right after it.
    moreToCut = more;
    const due = statisticsAtMs[statisticsTaken];
    if (waitMs < idleTickMs && due !== undefined && clock.monotonicMs() - startedAt >= due) {
      statisticsTaken += 1;
      await ledger.refreshStatistics();
    }
    return waitMs;
  };

  /** Answers how soon the campaign wants to be looked at again, and whether only the window keeps more from being cut. */
  const feed = async (campaign: DispatchCampaign): Promise<{ waitMs: number; more: boolean }> => {
    const { campaignNo } = campaign;
    const rest = { waitMs: idleTickMs, more: false };
    const status = await ledger.feedStatus(campaignNo);
    if (await heldForRefusals(campaignNo, status)) return rest;
    if (status.autoResendDue) await ledger.resendUnconfirmed(campaignNo);
    else if (status.open === 0) {
      await finish(campaign);
      return rest;
    }
    if (status.canaryDone) {
      await ledger.hold(campaignNo, 'canary', null);
      return rest;
    }
    if (untaken.length > 0 && !(await offer(untaken))) return rest;
    const room = Math.floor((options.window - status.queued) / options.sliceSize);
    if (room < 1) return { waitMs: busyTickMs, more: status.pending > 0 };
    const ids = Array.from({ length: room }, () => parts.newSliceId());
    const slices = await ledger.cutSlices(campaignNo, { ids, size: options.sliceSize });
    if (slices.length > 0 && !(await offer(slices))) return rest;
    looks = slices.length === 0 ? looks + 1 : 0;
    // With fewer than there was room for, something else than room is in the way: the last affected ones, or a domain.
    const more =
      slices.length === room && status.pending > slices.reduce((sum, slice) => sum + slice.noticeIds.length, 0);
    if (looks > 0 && looks <= borderLooks && status.pending > 0 && status.underWay > 0)
      return { waitMs: borderTickMs, more };
    return { waitMs: slices.length > 0 || status.underWay > 0 ? busyTickMs : idleTickMs, more };
  };

  /** Hands the slices to the queue; false when it takes none now. */
  const offer = async (slices: readonly Slice[]): Promise<boolean> => {
    untaken = [];
    try {
      await queue.add(slices.map((slice) => slice.sliceId));
      return true;
    } catch (error) {
      if (!isQueueAway(error)) throw error;
      untaken = slices;
      return false;
    }
  };

  /** Looks at the refusals when there are more of them: once a second, and before the end. */
  const heldForRefusals = async (campaignNo: CampaignNo, { refused, open }: FeedStatus): Promise<boolean> => {
    const before = refusals.get(campaignNo);
    if (refused === (before?.refused ?? 0)) return false;
    const now = clock.monotonicMs();
    const often = refused <= firstRefusals || before === undefined || now - before.lookedAt >= refusalsEveryMs;
    if (open > 0 && !often) return false;
    refusals.set(campaignNo, { refused, lookedAt: now });
    return ledger.holdForRefusals(campaignNo, open === 0);
  };

  const finish = async (campaign: DispatchCampaign): Promise<void> => {
    if (await ledger.recount(campaign.campaignNo)) await ledger.finish(campaign.campaignNo);
    else await ledger.hold(campaign.campaignNo, 'account-broken', null);
  };

  const reconcile = async (): Promise<void> => {
    const recovered = await ledger.recoverExpired();
    if (recovered > 0) logger.warn({ notices: recovered }, 'a worker was lost; its open attempts are unconfirmed now');
    await ledger.takeBackRefused();
    await ledger.releaseAside();
    const offered = new Set(untaken.map(({ sliceId }) => sliceId));
    const queued = (await ledger.queuedSlices()).filter((slice) => !offered.has(slice));
    const lost = [...(await queue.missing(queued)), ...(await staleTurns())];
    const returned = await ledger.giveBackSlices(lost);
    if (returned > 0) logger.info({ slices: lost.length, notices: returned }, 'slices without a job were given back');
    for (const campaign of await ledger.campaigns(['cancelled'])) await ledger.sweepCancelled(campaign.campaignNo);
  };

  const staleTurns = async (): Promise<SliceId[]> => {
    const now = clock.monotonicMs();
    const turns = await ledger.turnSlices();
    turnsSeen = new Map(turns.map((slice) => [slice, turnsSeen.get(slice) ?? now]));
    return turns.filter((slice) => now - (turnsSeen.get(slice) ?? now) > turnIsStaleMs);
  };

  const run = async (): Promise<void> => {
    while (!stopped) {
      let waitMs: number = idleTickMs;
      nudged = false;
      try {
        waitMs = await tick();
      } catch (error) {
        if (isUnreachable(error)) logger.debug('the ledger is away; the feeder waits');
        else if (isQueueAway(error)) logger.debug('the queue is away; the feeder waits');
        else logger.error({ err: error }, 'the feeder stumbled; it tries again');
      }
      if (stopped || nudged) continue;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, waitMs);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  };
  const running = run();

  const nudge = (): void => {
    nudged = true;
    wake();
  };

  return {
    nudge,
    sliceDone() {
      through += 1;
      if (!moreToCut || through * options.sliceSize >= roomWorthALook * options.window) nudge();
    },
    async stop() {
      stopped = true;
      wake();
      await running;
    },
  };
}
