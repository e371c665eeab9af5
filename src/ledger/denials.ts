// Refusals at single recipients that look as if they were about us: who else got through, and how many it concerns.
import type { KnownPassage } from '../domain/denials.ts';
import type { CampaignNo } from '../domain/ids.ts';
import type { Queryable, Transaction } from './database.ts';
import { campaignKeys } from './key-store.ts';
import type { Keyring } from './keyring.ts';
import { takeBack } from './refusals.ts';

/** So many of the latest attempts of all campaigns are looked at. */
const lookedBack = 2_000;

/** The domains of the campaign's latest accepted letters, and the rule that a person has resumed from. */
export async function readPassage(on: Queryable, keyring: Keyring, campaignNo: CampaignNo): Promise<KnownPassage> {
  const { rows } = await on.query<{ denial_rule: string | null; address_hash: Buffer; address_sealed: Buffer | null }>({
    name: 'read-passage',
    text: `select c.denial_rule, n.address_hash, n.address_sealed from candor.campaign c
           left join lateral (
             select notice_id from (select * from candor.attempt order by attempt_id desc limit ${lookedBack}) latest
             where campaign_no = c.campaign_no and outcome::text = 'accepted' order by attempt_id desc limit 200
           ) a on true
           left join candor.notice n on n.notice_id = a.notice_id
           where c.campaign_no = $1`,
    values: [campaignNo],
  });
  const keys = await campaignKeys(on, keyring, campaignNo);
  const domains = rows.flatMap(({ address_hash: hash, address_sealed: sealed }) => {
    if (sealed === null) return [];
    const address = keys.open('notice.address_sealed', hash, sealed).toLowerCase();
    return [address.slice(address.lastIndexOf('@') + 1)];
  });
  return { acceptedDomains: [...new Set(domains)], seenRule: rows[0]?.denial_rule ?? null };
}

/**
 * Records the rule of a hold for a refusal at a recipient, in the transaction of the hold, and takes back whom it has refused
 * since the last acceptance, in the belief that it was about them.
 */
export async function recordDenial(tx: Transaction, campaignNo: CampaignNo, rule: string): Promise<void> {
  await tx.query({
    text: `update candor.campaign set denial_rule = $2, refusal_rule = $2, refusal_reply = null, refusal_since = (
             select min(attempt_id) from (
               select attempt_id, campaign_no, outcome, rule from candor.attempt order by attempt_id desc limit ${lookedBack}
             ) latest
             where campaign_no = $1 and rule = $2 and outcome::text = 'refused' and attempt_id > coalesce((
               select max(attempt_id) from (
                 select attempt_id, campaign_no, outcome from candor.attempt order by attempt_id desc limit ${lookedBack}
               ) accepted where campaign_no = $1 and outcome::text = 'accepted'), 0)
           ) where campaign_no = $1`,
    values: [campaignNo, rule],
  });
  await takeBack(tx, campaignNo);
}

/** How many letters of the latest ones such a hold concerns. Null for a campaign that was never held for one. */
export async function readDenied(
  on: Queryable,
  campaignNo: CampaignNo,
): Promise<{ denied: number; letters: number } | null> {
  const { rows } = await on.query<{ denied: number; letters: number }>({
    text: `select count(distinct a.notice_id) filter (where a.rule = c.denial_rule and a.outcome::text in ('relay-fault', 'refused'))::int as denied,
                  count(distinct a.notice_id)::int as letters
           from (select * from candor.attempt order by attempt_id desc limit ${lookedBack}) a
           join candor.campaign c on c.campaign_no = a.campaign_no
           where c.campaign_no = $1 and c.denial_rule is not null and a.outcome::text <> 'given-back'`,
    values: [campaignNo],
  });
  const found = rows[0];
  return found === undefined || found.denied === 0 ? null : found;
}
