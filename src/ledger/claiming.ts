// The claim: one commit that opens an attempt. No commit, no MAIL FROM (promise 4).
import type { Claim, ClaimRequest, NoticeContent } from '../domain/attempt.ts';
import type { Audience } from '../domain/audience.ts';
import { CandorError } from '../domain/errors.ts';
import type { AttemptId, CampaignNo, LeaseId, NoticeId, SliceId } from '../domain/ids.ts';
import { boundColumns, misfitOf, type BoundRow, type Misfit } from './bound-notices.ts';
import type { CampaignKeys } from './campaign-keys.ts';
import type { Queryable } from './database.ts';
import { campaignKeys } from './key-store.ts';
import type { Keyring } from './keyring.ts';

/** What stands in a slice: its notices, or what does not fit among them. */
export interface SliceContent {
  readonly notices: NoticeContent[];
  /** Of one campaign; then there are no notices, because nobody of it may be mailed. */
  readonly changed: { readonly campaignNo: CampaignNo; readonly misfits: readonly Misfit[] } | null;
}

/**
 * Reads and opens the notices of a slice that are still queued in it, in its order; none when the campaign does not run.
 * Each is compared with what was written for it.
 */
export async function readSlice(on: Queryable, keyring: Keyring, sliceId: SliceId): Promise<SliceContent> {
  const { rows } = await on.query<BoundRow & { campaign_no: CampaignNo; audience: Audience }>({
    name: 'read-slice',
    text: `select ${boundColumns}, n.campaign_no
           from candor.notice n join candor.campaign c on c.campaign_no = n.campaign_no
           -- Queued by the CHECK, since they have a slice. As text, so that notice_active is not read beside notice_by_slice.
           where n.slice_id = $1 and n.state::text = 'queued' and c.state = 'running' order by n.notice_id`,
    values: [sliceId],
  });
  const notices: NoticeContent[] = [];
  const misfits: Misfit[] = [];
  let campaignNo: CampaignNo | null = null;
  for (const row of rows) {
    const keys = await keysOf(on, keyring, row.campaign_no);
    const misfit = 'found' in keys ? keys : misfitOf(row, keys);
    if (misfit !== null) {
      campaignNo = row.campaign_no;
      misfits.push(misfit);
    }
    if (misfit !== null || 'found' in keys) continue;
    notices.push({
      noticeId: row.notice_id,
      campaignNo: row.campaign_no,
      audience: row.audience,
      locale: row.locale,
      categories: row.categories,
      address: keys.open('notice.address_sealed', row.address_hash, row.address_sealed),
      name: row.name_sealed === null ? null : keys.open('notice.name_sealed', row.address_hash, row.name_sealed),
      token: keyring.noticeToken(row.notice_id, row.address_version),
    });
  }
  return campaignNo === null ? { notices, changed: null } : { notices: [], changed: { campaignNo, misfits } };
}

/** The keys of the campaign, or what is wrong with them. */
async function keysOf(on: Queryable, keyring: Keyring, campaignNo: CampaignNo): Promise<CampaignKeys | Misfit> {
  try {
    return await campaignKeys(on, keyring, campaignNo);
  } catch (error) {
    if (!(error instanceof CandorError) || error.code !== 'record-changed') throw error;
    return { table: 'data_key', row: 'of the campaign', found: error.message };
  }
}

/**
 * Claims as many of the requested notices as may be claimed: still queued in that slice, campaign
 * running, lease alive, and nothing lost of what the lease's `beat` proves. What is missing from the answer must not be handed to the relay. One statement,
 * one commit, with `synchronous_commit = on`.
 */
export async function claimNotices(
  on: Queryable,
  lease: LeaseId,
  requests: readonly ClaimRequest[],
  beat = 0,
): Promise<Claim[]> {
  const { rows } = await on.query<ClaimRow>({
    name: 'claim-notices',
    text: `with ${claimSteps(2)} ${claimedRows}`,
    values: [lease, ...claimValues(requests, beat)],
  });
  return rows.map((row) => readClaim(row));
}

/**
 * The steps of a claim, for a statement whose $1 is the lease, and whose values from `first` on are those of `claimValues`.
 * `claimedRows` reads what came of it.
 */
export function claimSteps(first: number): string {
  return `
    running as materialized (
      -- Locked before any notice, and shared with other claims: a pause waits for the claims under way, and its answer
      -- counts them as on the wire. Campaign before notices, as cancelling does, so that none waits in a ring.
      select campaign_no from candor.campaign where campaign_no = any($${first + 2}::integer[]) and state = 'running'
      order by campaign_no for share
    ), claimed as (
      update candor.notice n set state = 'sending', slice_id = null, reason = null,
        attempt_count = attempt_count + 1, round_started_at = coalesce(round_started_at, clock_timestamp())
      -- In the order of the ids, as everything that locks many.
      from (select * from unnest($${first}::bigint[], $${first + 1}::uuid[]) as w(notice_id, slice_id) where slice_id is not null order by notice_id) asked, running c
      -- Queued by the CHECK, since it has a slice. Said so that only the primary key can find it: both partial
      -- indexes are full of notices that have passed through, and cost 10 ms a claim after 100,000.
      where n.notice_id = asked.notice_id and n.slice_id is not distinct from asked.slice_id and n.campaign_no = c.campaign_no
        and exists (select from candor.lease l where l.lease_id = $1 and l.expires_at > clock_timestamp() and l.beat_no >= $${first + 3})
      returning n.notice_id, n.campaign_no, n.round, n.address_version, n.attempt_count, n.charged_count, n.round_started_at
    ), opened as (
      insert into candor.attempt (notice_id, campaign_no, round, lease_id, address_version)
      select notice_id, campaign_no, round, $1, address_version from claimed
      returning attempt_id, notice_id
    )`;
}

/** The rows of a claim, after its steps. */
export const claimedRows = `
    select o.attempt_id, notice_id, c.campaign_no, c.attempt_count, c.charged_count,
           case when c.attempt_count > 1 then candor.running_ms(c.campaign_no, c.round_started_at, clock_timestamp()) else 0 end as round_age_ms
    -- The same notices on both sides; full, because that cannot be a nested loop (200 by 200 took 4 ms).
    from opened o full join claimed c using (notice_id)`;

/** Four values; `beat` is the newest one of the lease that the ledger has answered. */
export function claimValues(requests: readonly ClaimRequest[], beat: number): unknown[] {
  return [
    requests.map((request) => request.noticeId),
    requests.map((request) => request.sliceId),
    [...new Set(requests.map((request) => request.campaignNo))],
    beat,
  ];
}

export interface ClaimRow {
  readonly attempt_id: AttemptId;
  readonly notice_id: NoticeId;
  readonly campaign_no: CampaignNo;
  readonly attempt_count: number;
  readonly charged_count: number;
  readonly round_age_ms: number;
}

export function readClaim(row: ClaimRow): Claim {
  return {
    attemptId: row.attempt_id,
    campaignNo: row.campaign_no,
    noticeId: row.notice_id,
    attemptCount: row.attempt_count,
    chargedCount: row.charged_count,
    roundAgeMs: row.round_age_ms,
  };
}

/**
 * Gives back what a claim may have opened when its answer never came. The worker asserts that no MAIL
 * FROM went out for these: the attempts are closed as `given-back`, leave the count of attempts, and the
 * notices wait again.
 */
export async function giveBackClaims(on: Queryable, lease: LeaseId, noticeIds: readonly NoticeId[]): Promise<number> {
  const { rowCount } = await on.query({
    text: `
      with closed as (
        update candor.attempt set outcome = 'given-back', closed_at = clock_timestamp(), rule = 'claim-unanswered'
        where lease_id = $1 and outcome = 'open' and notice_id = any($2::bigint[]) returning notice_id, campaign_no
      ), uncounted as (
        insert into candor.tally as t (campaign_no, shard, attempts)
        select campaign_no, pg_backend_pid() % 61, -count(*) from closed group by campaign_no order by campaign_no
        on conflict (campaign_no, shard) do update set attempts = t.attempts + excluded.attempts
      )
      update candor.notice n set
        state = case when c.state = 'cancelled' then 'cancelled' else 'pending' end::candor.notice_state,
        reason = case when c.state = 'cancelled' then 'campaign-cancelled' end,
        settled_at = case when c.state = 'cancelled' then clock_timestamp() end,
        attempt_count = greatest(0, attempt_count - 1)
      from closed join candor.campaign c using (campaign_no)
      where n.notice_id = closed.notice_id and n.state::text = 'sending'`,
    values: [lease, noticeIds],
  });
  return rowCount;
}
