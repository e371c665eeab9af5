// A settlement and a claim in one commit: of what each costs Postgres and the driver, half is the same for two as for one
// (ADR 0024).
import type { Claim, ClaimRequest, Settlement } from '../domain/attempt.ts';
import type { LeaseId, NoticeId } from '../domain/ids.ts';
import { claimedRows, claimSteps, claimValues, readClaim, type ClaimRow } from './claiming.ts';
import type { Queryable } from './database.ts';
import type { Keyring } from './keyring.ts';
import { settleSteps, settleValues } from './settling.ts';

/**
 * What `settleAttempts` and `claimNotices` do, together: both stand, or neither. A notice that is settled here is not
 * claimed here. The settlement locks what this lease has on the wire, which nobody who holds the campaign waits for.
 */
export async function settleAndClaim(
  on: Queryable,
  keyring: Keyring,
  lease: LeaseId,
  batch: readonly Settlement[],
  requests: readonly ClaimRequest[],
): Promise<{ settled: NoticeId[]; claims: Claim[] }> {
  const settlement = settleValues(keyring, lease, batch);
  const { rows } = await on.query<ClaimRow | Settled>({
    name: 'settle-and-claim',
    text: `with ${settleSteps}, ${claimSteps(settlement.length + 1)}
           ${claimedRows}
           union all select null, notice_id, null, null, null from settled`,
    values: [...settlement, ...claimValues(requests)],
  });
  const settled: NoticeId[] = [];
  const claims: Claim[] = [];
  for (const row of rows) {
    if (row.attempt_id === null) settled.push(row.notice_id);
    else claims.push(readClaim(row));
  }
  return { settled, claims };
}

/** A notice that moved, in the shape of a claim's row. */
interface Settled {
  readonly attempt_id: null;
  readonly notice_id: NoticeId;
}
