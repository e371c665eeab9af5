// Where the hands of this process get their claims, many in one commit. Promises: one claim goes to one hand. A
// queue that forgot what it had handed out (Redis lost its last second, a lock ran out) gives a slice to the same
// process twice, and both hands may ask for the same notice in the same commit, which opens one attempt.
// A claim whose answer never came is given back, unless another hand of this process holds it by now.
//
// Where no rate holds letters back, the desk claims some milliseconds ahead (ADR 0020): `ahead` says how many claims
// may lie here. Each leaves in its turn, or is given back when nobody asks for it.
import type { Claim, ClaimRequest } from '../domain/attempt.ts';
import { isUnreachable } from '../domain/errors.ts';
import type { LeaseId, NoticeId } from '../domain/ids.ts';
import type { Clock } from '../runtime/clock.ts';
import { createBatcher } from '../runtime/batcher.ts';
import type { WorkerLedger } from './ports.ts';

export interface ClaimDesk {
  /** These will be asked for, in this order. */
  announce(requests: readonly ClaimRequest[]): void;
  /** True when it was claimed ahead and lies here. */
  has(notice: NoticeId): boolean;
  /** Null: not to be handed over; the ledger said no, another hand has it, or the ledger is away. */
  claim(lease: LeaseId, request: ClaimRequest): Promise<Claim | null>;
  /** Nobody will ask for these any more: what was claimed ahead of them is given back. */
  withdraw(requests: readonly ClaimRequest[]): Promise<void>;
  /** The relay has turned against us: what lies here now is given back when it is asked for. */
  expire(): void;
  /** The claim led to no MAIL FROM. Tried until the ledger takes it. */
  giveBack(lease: LeaseId, claim: Claim): Promise<void>;
  /** The claim's settlement is in the ledger, or never will be. */
  done(claim: Claim): void;
}

interface Stocked {
  readonly lease: LeaseId;
  readonly claim: Promise<Claim | null>;
  readonly askedAtMs: number;
}

/** A claim that has lain here for so long must not lead to a MAIL FROM: a pause is complete within a second. */
const freshMs = 400;

export function createClaimDesk(parts: {
  ledger: Pick<WorkerLedger, 'claim' | 'giveBackClaims'>;
  untilReachable: (work: () => Promise<void>) => Promise<void>;
  clock: Pick<Clock, 'monotonicMs'>;
  /** How many claims may lie here now. */
  ahead: () => number;
}): ClaimDesk {
  const { ledger, untilReachable, clock } = parts;
  const held = new Set<NoticeId>();
  const announced = new Map<NoticeId, ClaimRequest>();
  const stock = new Map<NoticeId, Stocked>();
  let expiredMs = -Infinity;

  const claims = createBatcher<ClaimRequest & { lease: LeaseId }, Claim | null>(
    async (requests) => {
      const answers = new Map<NoticeId, Claim>();
      for (const lease of new Set(requests.map((request) => request.lease))) {
        for (const claim of await ledger.claim(
          lease,
          requests.filter((request) => request.lease === lease),
        ))
          answers.set(claim.noticeId, claim);
      }
      return requests.map(({ noticeId }) => {
        const claim = answers.get(noticeId) ?? null;
        answers.delete(noticeId);
        if (claim !== null) held.add(noticeId);
        return claim;
      });
    },
    // One batch at a time gathers more: a notice costs 0.18 ms of Postgres in a claim of 5, 0.10 in one of 10 (2026-11).
    { max: 200 },
  );

  const claimNow = (lease: LeaseId, request: ClaimRequest): Promise<Claim | null> =>
    claims.submit({ lease, ...request }).catch(async (error: unknown) => {
      // The commit may stand although its answer is lost. No MAIL FROM went out, so it is given back.
      await untilReachable(async () => {
        if (!held.has(request.noticeId)) await ledger.giveBackClaims(lease, [request.noticeId]);
      });
      if (!isUnreachable(error)) throw error;
      return null;
    });

  /** Fills up when less than half is left: a commit then holds many, and what is left lasts until its answer. */
  const restock = (lease: LeaseId): void => {
    const ahead = parts.ahead();
    if (stock.size > 0.4 * ahead) return;
    const askedAtMs = clock.monotonicMs();
    for (const request of announced.values()) {
      if (stock.size >= ahead) return;
      announced.delete(request.noticeId);
      const claim = claimNow(lease, request);
      // Whoever asks for it hears of it.
      claim.catch(() => undefined);
      stock.set(request.noticeId, { lease, claim, askedAtMs });
    }
  };

  const giveBack = async (lease: LeaseId, noticeIds: readonly NoticeId[]): Promise<void> => {
    await untilReachable(() => ledger.giveBackClaims(lease, noticeIds));
    for (const noticeId of noticeIds) held.delete(noticeId);
  };

  return {
    announce(requests) {
      for (const request of requests) announced.set(request.noticeId, request);
    },
    has: (notice) => stock.has(notice),
    async claim(lease, request) {
      announced.delete(request.noticeId);
      const stocked = stock.get(request.noticeId);
      stock.delete(request.noticeId);
      const answer = stocked?.claim ?? claimNow(lease, request);
      restock(lease);
      const claim = await answer;
      if (claim === null || stocked === undefined) return claim;
      const askedAtMs = stocked.askedAtMs;
      if (stocked.lease === lease && askedAtMs > expiredMs && clock.monotonicMs() - askedAtMs < freshMs) return claim;
      await giveBack(stocked.lease, [claim.noticeId]);
      return null;
    },
    async withdraw(requests) {
      const left: Stocked[] = [];
      for (const { noticeId } of requests) {
        announced.delete(noticeId);
        const stocked = stock.get(noticeId);
        if (stocked !== undefined) left.push(stocked);
        stock.delete(noticeId);
      }
      const opened = await Promise.all(
        left.map(async ({ lease, claim }) => ({ lease, claim: await claim.catch(() => null) })),
      );
      for (const lease of new Set(opened.map((each) => each.lease))) {
        const noticeIds = opened.flatMap((each) =>
          each.lease === lease && each.claim !== null ? [each.claim.noticeId] : [],
        );
        if (noticeIds.length > 0) await giveBack(lease, noticeIds);
      }
    },
    expire() {
      expiredMs = clock.monotonicMs();
    },
    giveBack: (lease, { noticeId }) => giveBack(lease, [noticeId]),
    done({ noticeId }) {
      held.delete(noticeId);
    },
  };
}
