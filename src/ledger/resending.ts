// A re-send: settled notices that a person chose start a new round. Never an accepted one.
import { CandorError } from '../domain/errors.ts';
import type { CampaignState } from '../domain/campaign-state.ts';
import type { CampaignNo } from '../domain/ids.ts';
import { noticeMayGo, openNoticeStates, type NoticeState } from '../domain/notice-state.ts';
import type { Transaction } from './database.ts';
import { recordEvent } from './events.ts';

export interface Resend {
  /** Settled states other than `accepted`; `suppressed` and `cancelled` need the reason. */
  readonly states: readonly NoticeState[];
  /** Literal prefix of the last reply's code (`55`) or its enhanced code (`5.1`): digits and dots. */
  readonly code?: string;
  readonly actor: string;
  readonly reason?: string;
  /** Only count. */
  readonly dryRun: boolean;
}

export interface Resent {
  readonly total: number;
  /** By the state that they left; only states with a notice. */
  readonly states: Partial<Record<NoticeState, number>>;
}

/**
 * Moves (or counts) the notices, with the event `resend`. A round gets its whole schedule and a new
 * give-up clock; what may have been accepted earlier stays said, and so does the one automatic resend.
 *
 * Afterwards the campaign's row is held until the commit, so that the program cannot finish the campaign
 * meanwhile; to take a finished one back to `running` is for the caller, in the same transaction.
 * Only afterwards, because a large re-send takes its time, and a pause must not wait for it.
 *
 * Throws `resend-state`, `resend-code`, `resend-reason`, `campaign-state` (not launched yet, or cancelled).
 */
export async function resendNotices(tx: Transaction, campaignNo: CampaignNo, resend: Resend): Promise<Resent> {
  check(resend);
  await expectOpen(tx, campaignNo, '');
  const chosen = `campaign_no = $1 and state = any($2::candor.notice_state[])
    and state in ('refused', 'failed', 'unconfirmed', 'suppressed', 'cancelled')
    and ($3::text is null or starts_with(reply_code::text, $3) or starts_with(enhanced_code, $3))`;
  const { rows } = await tx.query<{ state: NoticeState; count: number }>({
    text: resend.dryRun
      ? `select state, count(*) as count from candor.notice where ${chosen} group by state`
      : `with chosen as (
           select notice_id, state from candor.notice where ${chosen} order by notice_id for update
         ), moved as (
           update candor.notice n set state = 'pending', reason = null, settled_at = null, round = n.round + 1,
             attempt_count = 0, charged_count = 0, round_started_at = null
           from chosen c where n.notice_id = c.notice_id returning c.state
         )
         select state, count(*) as count from moved group by state`,
    values: [campaignNo, resend.states, resend.code ?? null],
  });
  const states = Object.fromEntries(rows.map((row) => [row.state, row.count])) as Resent['states'];
  const total = rows.reduce((sum, row) => sum + row.count, 0);
  if (!resend.dryRun && total > 0) {
    await expectOpen(tx, campaignNo, 'for share');
    await recordEvent(tx, {
      campaignNo,
      actor: resend.actor,
      kind: 'resend',
      data: { total, states, code: resend.code ?? null, reason: resend.reason ?? null },
    });
  }
  return { total, states };
}

async function expectOpen(tx: Transaction, campaignNo: CampaignNo, lock: '' | 'for share'): Promise<void> {
  const { rows } = await tx.query<{ id: string; state: CampaignState }>({
    text: `select id, state from candor.campaign where campaign_no = $1 ${lock}`,
    values: [campaignNo],
  });
  const campaign = rows[0];
  if (!campaign || ['draft', 'ready', 'cancelled'].includes(campaign.state)) {
    throw new CandorError('campaign-state', { campaign: campaign?.id ?? String(campaignNo), state: campaign?.state ?? 'unknown' });
  }
}

function check({ states, code, reason }: Resend): void {
  const impossible = states.find((state) => !noticeMayGo(state, 'pending') || (openNoticeStates as readonly NoticeState[]).includes(state));
  if (impossible !== undefined) throw new CandorError('resend-state', { state: impossible });
  if (code !== undefined && !/^[245][0-9.]{0,11}$/.test(code)) throw new CandorError('resend-code');
  if (states.some((state) => state === 'suppressed' || state === 'cancelled') && !reason?.trim()) throw new CandorError('resend-reason');
}
