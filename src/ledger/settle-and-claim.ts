// A settlement and a claim in one commit: of what each costs Postgres and the driver, half is the same for two as for one
// (ADR 0024).
import type { Claim, ClaimRequest, Settlement } from '../domain/attempt.ts';
import type { LeaseId } from '../domain/ids.ts';
import { claimedRows, claimSteps, claimValues, readClaim, type ClaimRow } from './claiming.ts';
import type { Queryable } from './database.ts';
import type { Keyring } from './keyring.ts';
import { settleSteps, settleValues } from './settling.ts';

/**
 * What `settleAttempts` and `claimNotices` do, together: both stand, or neither. A notice that is settled here is not
 * claimed here; `late` is how many settlements came after recovery. The settlement locks what this lease has on the wire, which nobody who
 * holds the campaign waits for.
 */
export async function settleAndClaim(
  on: Queryable,
  keyring: Keyring,
  lease: LeaseId,
  batch: readonly Settlement[],
  requests: readonly ClaimRequest[],
  beat = 0,
): Promise<{ late: number; claims: Claim[] }> {
  const settlement = await settleValues(on, keyring, lease, batch);
  const { rows } = await on.query<ClaimRow | { attempt_id: null; notice_id: number }>({
    name: 'settle-and-claim',
    // One row more than there are claims: without an attempt, and how many settlements came late in the place of a notice.
    text: `with ${settleSteps}, ${claimSteps(settlement.length + 1)}
           ${claimedRows}
           union all select null, count(*), null, null, null, null from closed where late`,
    values: [...settlement, ...claimValues(requests, beat)],
  });
  let late = 0;
  const claims: Claim[] = [];
  for (const row of rows) {
    if (row.attempt_id === null) late = row.notice_id;
    else claims.push(readClaim(row));
  }
  return { late, claims };
}
