// A re-send: settled notices that a person chose start a new round. Never an accepted one.
import { CandorError } from '../domain/errors.ts';
import type { CampaignState } from '../domain/campaign-state.ts';
import type { CampaignNo, NoticeId } from '../domain/ids.ts';
import type { ReasonKey } from '../domain/notice-choice.ts';
import { delicateStates, namedResendStates, sqlStates, type NoticeState } from '../domain/notice-state.ts';
import { inGroup } from './browsing.ts';
import type { Transaction } from './database.ts';
import { recordEvent } from './events.ts';

export interface Resend {
  /** Settled states other than `accepted`; `suppressed` and `cancelled` need the reason. */
  readonly states: readonly NoticeState[];
  /** Literal prefix of the last reply's code (`55`) or its enhanced code (`5.1`): digits and dots. */
  readonly code?: string;
  /** Only those that ended like this; its state has to be among the states. */
  readonly group?: ReasonKey;
  /** Only this one, even when a person has closed its doubt. */
  readonly noticeId?: NoticeId;
  /** How many a person was told that it would be; another number moves nothing. */
  readonly expect?: number;
  readonly actor: string;
  readonly reason?: string;
  /** Only count. */
  readonly dryRun: boolean;
}

export interface Resent {
  readonly total: number;
  /** By the state that they left; only states with a notice. */
  readonly states: Partial<Record<NoticeState, number>>;
  /** How many of them may have been accepted in an earlier attempt. */
  readonly maybeAccepted: number;
}

/**
 * Moves (or counts) the notices, with the event `resend`. A round gets its whole schedule and a new
 * give-up clock; what may have been accepted earlier stays said, and so does the one automatic resend.
 *
 * Afterwards the campaign's row is held until the commit, so that the program cannot finish the campaign
 * meanwhile; to take a finished one back to `running` is for the caller, in the same transaction.
 * Only afterwards, because a large re-send takes its time, and a pause must not wait for it.
 *
 * A notice whose doubt a person has closed is taken only when it is named.
 *
 * Throws `resend-state`, `resend-code`, `resend-reason`, `resend-changed`, `campaign-state` (not launched yet, or cancelled).
 */
export async function resendNotices(tx: Transaction, campaignNo: CampaignNo, resend: Resend): Promise<Resent> {
  check(resend);
  await expectOpen(tx, campaignNo, '');
  const group = resend.group === undefined ? { condition: 'true', values: [] } : inGroup(resend.group, 5);
  const chosen = `campaign_no = $1 and state = any($2::candor.notice_state[])
    and state in (${sqlStates(namedResendStates)})
    and ($3::text is null or starts_with(reply_code::text, $3) or starts_with(enhanced_code, $3))
    and ($4::bigint is null or notice_id = $4)
    and ($4::bigint is not null or state <> 'unconfirmed' or not exists (select from candor.closed_doubt d where d.notice_id = n.notice_id))
    and ${group.condition}`;
  const { rows } = await tx.query<{ state: NoticeState; count: number; maybe_accepted: number }>({
    text: resend.dryRun
      ? `select state, count(*) as count, count(*) filter (where maybe_accepted) as maybe_accepted from candor.notice n where ${chosen} group by state`
      : `with chosen as (
           select notice_id, state from candor.notice n where ${chosen} order by notice_id for update
         ), reopened as (
           delete from candor.closed_doubt d using chosen c where d.notice_id = c.notice_id
         ), moved as (
           update candor.notice n set state = 'pending', reason = null, settled_at = null, round = n.round + 1,
             attempt_count = 0, charged_count = 0, round_started_at = null
           from chosen c where n.notice_id = c.notice_id returning c.state, n.maybe_accepted
         )
         select state, count(*) as count, count(*) filter (where maybe_accepted) as maybe_accepted from moved group by state`,
    values: [campaignNo, resend.states, resend.code ?? null, resend.noticeId ?? null, ...group.values],
  });
  const states = Object.fromEntries(rows.map((row) => [row.state, row.count])) as Resent['states'];
  const total = rows.reduce((sum, row) => sum + row.count, 0);
  if (!resend.dryRun && resend.noticeId !== undefined)
    expectReason(
      rows.map(({ state }) => state),
      resend.reason,
    );
  if (resend.expect !== undefined && resend.expect !== total)
    throw new CandorError('resend-changed', { expected: resend.expect, found: total });
  if (!resend.dryRun && total > 0) {
    await expectOpen(tx, campaignNo, 'for share');
    await recordEvent(tx, {
      campaignNo,
      actor: resend.actor,
      kind: 'resend',
      data: {
        total,
        states,
        code: resend.code ?? null,
        reason: resend.reason ?? null,
        ...(resend.group === undefined ? {} : { group: resend.group }),
      },
    });
  }
  return { total, states, maybeAccepted: rows.reduce((sum, row) => sum + row.maybe_accepted, 0) };
}

async function expectOpen(tx: Transaction, campaignNo: CampaignNo, lock: '' | 'for share'): Promise<void> {
  const { rows } = await tx.query<{ id: string; state: CampaignState }>({
    text: `select id, state from candor.campaign where campaign_no = $1 ${lock}`,
    values: [campaignNo],
  });
  const campaign = rows[0];
  if (!campaign || ['draft', 'ready', 'cancelled'].includes(campaign.state)) {
    throw new CandorError('campaign-state', {
      campaign: campaign?.id ?? String(campaignNo),
      state: campaign?.state ?? 'unknown',
    });
  }
}

function check({ states, code, reason, noticeId }: Resend): void {
  const impossible = states.find((state) => !namedResendStates.includes(state));
  if (impossible !== undefined) throw new CandorError('resend-state', { state: impossible });
  if (code !== undefined && !/^[245][0-9.]{0,11}$/.test(code)) throw new CandorError('resend-code');
  // Of one notice it is seen only when it is read.
  if (noticeId === undefined) expectReason(states, reason);
}

function expectReason(states: readonly NoticeState[], reason: string | undefined): void {
  if (states.some((state) => delicateStates.includes(state)) && !reason?.trim()) throw new CandorError('resend-reason');
}
