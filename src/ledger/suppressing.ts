// Leaves notices out on purpose, visibly: they are counted as `suppressed`, with the reason.
import type { CampaignNo } from '../domain/ids.ts';
import type { Campaign } from './campaigns.ts';
import type { Queryable } from './database.ts';
import { recordEvent } from './events.ts';

/**
 * Leaves out whoever a notice of another campaign was accepted for (`--except`), and whom that campaign itself left out
 * for that: an earlier one has told them. Answers how many.
 */
export async function leaveOutTold(
  on: Queryable,
  campaignNo: CampaignNo,
  told: Campaign,
  actor: string,
): Promise<number> {
  const { rowCount } = await on.query({
    text: `update candor.notice n set state = 'suppressed', reason = 'told-before', settled_at = clock_timestamp()
           from candor.notice_address a join candor.notice t on t.notice_id = a.notice_id
           where n.campaign_no = $1 and n.state = 'pending' and a.address_hash = n.address_hash and a.campaign_no = $2
             and (t.state = 'accepted' or (t.state = 'suppressed' and t.reason = 'told-before'))`,
    values: [campaignNo, told.campaignNo],
  });
  await recordEvent(on, { campaignNo, actor, kind: 'told-left-out', data: { toldBy: told.id, notices: rowCount } });
  return rowCount;
}
