// Where the settlements of this process gather, so that one commit records many. A claim on its way to the ledger takes along
// what has gathered (ADR 0024). Promises: each is tried until the ledger takes it; one that it can never take is logged, takes
// no other with it, and recovery calls its attempt unconfirmed.
import type { Claim, ClaimRequest, Settlement } from '../domain/attempt.ts';
import { isUnreachable } from '../domain/errors.ts';
import type { LeaseId } from '../domain/ids.ts';
import { createBatcher } from '../runtime/batcher.ts';
import type { Logger } from '../runtime/logger.ts';
import { byLease } from './by-lease.ts';
import type { WorkerLedger } from './ports.ts';

export interface SettlementDesk {
  /** Resolves when the ledger has it, or never will. */
  settle(lease: LeaseId, settlement: Settlement): Promise<void>;
  /** Claims, and settles in the same commit what has gathered under the lease. Throws what the ledger throws; nothing is lost by it. */
  claim(lease: LeaseId, requests: readonly ClaimRequest[]): Promise<Claim[]>;
  /** Resolves when nothing is gathered and nothing is under way. */
  idle(): Promise<void>;
}

export function createSettlementDesk(parts: {
  ledger: Pick<WorkerLedger, 'claim' | 'settle' | 'settleAndClaim'>;
  untilReachable: (work: () => Promise<void>) => Promise<void>;
  logger: Logger;
  /** So many leave at once. */
  enough: () => number;
  /** Fewer wait so long for company, or for a claim to go with. */
  gatherMs: () => number;
}): SettlementDesk {
  const { ledger, untilReachable, logger } = parts;

  const gathered = createBatcher<{ lease: LeaseId; settlement: Settlement }, void>(
    async (requests) => {
      for (const [lease, group] of byLease(requests)) {
        await untilReachable(() =>
          settleGroup(
            lease,
            group.map((each) => each.settlement),
          ),
        );
      }
      return requests.map(() => undefined);
    },
    { max: 200, gather: { enough: parts.enough, ms: parts.gatherMs } },
  );

  const settleGroup = async (lease: LeaseId, batch: Settlement[]): Promise<void> => {
    try {
      tellLate((await ledger.settle(lease, batch)).late);
    } catch (error) {
      if (isUnreachable(error)) throw error;
      if (batch.length > 1) {
        // One bad settlement must not take the others with it.
        for (const each of batch) await settleGroup(lease, [each]);
      } else {
        logger.error(
          { err: error, attempt: batch[0]?.attemptId },
          'an attempt could not be settled; it will be recovered as unconfirmed',
        );
      }
    }
  };

  const tellLate = (late: number): void => {
    if (late > 0) logger.warn({ late }, 'settled late: recovery was first, the notices stay unconfirmed');
  };

  return {
    settle: (lease, settlement) => gathered.submit({ lease, settlement }),
    async claim(lease, requests) {
      const along = gathered.take((each) => each.lease === lease);
      if (along.requests.length === 0) {
        along.answer([]);
        return ledger.claim(lease, requests);
      }
      try {
        const { late, claims } = await ledger.settleAndClaim(
          lease,
          along.requests.map((each) => each.settlement),
          requests,
        );
        tellLate(late);
        along.answer(along.requests.map(() => undefined));
        return claims;
      } catch (error) {
        // Alone they are tried until the ledger takes them, and a bad one is found out.
        along.putBack();
        if (isUnreachable(error)) throw error;
        return ledger.claim(lease, requests);
      }
    },
    idle: () => gathered.idle(),
  };
}
