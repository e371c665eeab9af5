// Holds everything at once, where the ledger is of an earlier moment than what has left: restored, or gone back.
import type { HoldReason } from '../domain/delivery-result.ts';
import type { CampaignNo } from '../domain/ids.ts';
import { moveCampaign } from './campaigns.ts';
import type { Queryable } from './database.ts';
import { recordEvent } from './events.ts';

/**
 * Holds what would go on by itself. With `all`, what a `resume` could set going is held for that reason, too: also what a
 * person had paused, or the program had held for another one, but for those in `keep`. Answers which. Run it in a transaction.
 */
export async function holdAll(
  on: Queryable,
  terms: {
    reason: HoldReason;
    detail: string;
    actor: string;
    all: boolean;
    keep?: readonly HoldReason[];
  },
): Promise<CampaignNo[]> {
  const { reason, detail, actor, all, keep = [] } = terms;
  const { rows } = await on.query<{ campaign_no: CampaignNo; state: 'running' | 'ready' | 'paused' | 'held' }>({
    text: `select campaign_no, state from candor.campaign
           where state = 'running' or (state = 'ready' and start_at is not null)
              or ($1 and state in ('ready', 'paused', 'held') and coalesce(reason, '') <> all ($2::text[])) order by campaign_no`,
    values: [all, keep],
  });
  for (const { campaign_no, state } of rows) {
    if (state === 'held') {
      await on.query({
        text: 'update candor.campaign set reason = $2, reason_detail = $3, reason_rule = null where campaign_no = $1',
        values: [campaign_no, reason, detail],
      });
      await recordEvent(on, {
        campaignNo: campaign_no,
        actor,
        kind: 'campaign-held',
        data: { from: state, reason, detail },
      });
      continue;
    }
    // The law knows no way from paused to held but this one; nobody sees it run, because nothing of this stands yet.
    if (state === 'paused') await moveCampaign(on, campaign_no, ['paused'], { to: 'running', actor, reason: null });
    await moveCampaign(on, campaign_no, ['running', 'ready'], { to: 'held', actor, reason, detail });
  }
  return rows.map((row) => row.campaign_no);
}
