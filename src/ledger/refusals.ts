// Refusals that stand for a fault (promise 6): seen over all processes, because they are counted here.
import type { CampaignNo } from '../domain/ids.ts';
import { judgeRefusals, type RefusalLimit } from '../domain/refusals.ts';
import { moveCampaign } from './campaigns.ts';
import type { Database, Queryable, Transaction } from './database.ts';

/** How far back the beginning of a fault is looked for: some seconds of full speed. */
const lookedBack = 50_000;

interface Found {
  readonly answers: number;
  readonly refused: number;
  readonly rule: string;
  readonly reply: string | null;
  readonly passed: string | null;
}

/**
 * Holds a running campaign when its latest answers say so, and takes back whom the fault refused: their
 * notices are `pending`, their attempts recorded and not charged. Answers whether it held. What is on the
 * wire meanwhile goes back with its settlement.
 */
export async function holdForRefusals(
  database: Database,
  campaignNo: CampaignNo,
  limit: RefusalLimit,
  actor: string,
): Promise<boolean> {
  const found = await readRefusals(database, campaignNo, limit.answers);
  const verdict = found === null ? null : judgeRefusals(limit, found);
  if (found === null || verdict === null) return false;
  if (verdict === 'arm') {
    await database.query({
      text: 'update candor.campaign set refusal_rule = null, refusal_since = null where campaign_no = $1',
      values: [campaignNo],
    });
    return false;
  }
  const detail = `${found.refused} of the last ${found.answers} answers refuse for one reason${found.reply === null ? '' : `: ${found.reply}`}`;
  return database.transaction(async (tx) => {
    const was = await moveCampaign(tx, campaignNo, ['running'], {
      to: 'held',
      actor,
      reason: 'too-many-refused',
      detail,
    });
    if (was === null) return false;
    await tx.query({
      // The fault began with the first of its refusals since which the share holds: the look is not taken at each answer.
      text: `with latest as (
               select attempt_id, outcome::text = 'refused' and rule = $2 as hit from candor.attempt
               where campaign_no = $1 and attempt_id > (select refusals_seen_to from candor.campaign where campaign_no = $1)
                 and outcome::text in ('accepted', 'deferred', 'refused')
               order by attempt_id desc limit ${lookedBack}
             ), so_far as (
               select attempt_id, hit, count(*) filter (where hit) over newest as hits, count(*) over newest as answers
               from latest window newest as (order by attempt_id desc)
             )
             update candor.campaign set refusal_rule = $2,
               refusal_since = (select min(attempt_id) from so_far where hit and hits >= $3::double precision * answers)
             where campaign_no = $1`,
      values: [campaignNo, found.rule, limit.share],
    });
    await takeBack(tx, campaignNo);
    return true;
  });
}

/** A person has looked and resumes: what was said so far holds the campaign no more. Nothing to do for other holds. Run it in the transaction of the resume. */
export async function letRefusalsPass(tx: Transaction, campaignNo: CampaignNo): Promise<void> {
  // Once more: a settlement may have crossed the hold.
  await takeBack(tx, campaignNo);
  await tx.query({
    text: `update candor.campaign set refusals_seen_to = (select max(attempt_id) from candor.attempt), refusal_since = null
           where campaign_no = $1 and refusal_since is not null`,
    values: [campaignNo],
  });
}

/** The latest answers, newest first, and the rule with the most refusals among them; null without a refusal. */
async function readRefusals(on: Queryable, campaignNo: CampaignNo, answers: number): Promise<Found | null> {
  const { rows } = await on.query<Found>({
    name: 'read-refusals',
    text: `with seen as (
             select refusals_seen_to, refusal_rule from candor.campaign where campaign_no = $1
           ), latest as (
             select attempt_id, outcome::text as outcome, rule, reply_scrubbed from candor.attempt
             where campaign_no = $1 and attempt_id > (select refusals_seen_to from seen)
               and outcome::text in ('accepted', 'deferred', 'refused')
             order by attempt_id desc limit $2
           )
           select (select count(*) from latest) as answers, count(*) as refused, rule,
                  (array_agg(reply_scrubbed order by attempt_id desc))[1] as reply, (select refusal_rule from seen) as passed
           from latest where outcome = 'refused' group by rule order by count(*) desc, rule limit 1`,
    values: [campaignNo, answers],
  });
  return rows[0] ?? null;
}

/** Takes back whom the faults of held campaigns refused. Safe to repeat: a settlement may have crossed the hold. */
export async function takeBackRefused(on: Queryable, relayIdentity: string): Promise<void> {
  const { rows } = await on.query<{ campaign_no: CampaignNo }>({
    text: `select campaign_no from candor.campaign
           where relay_identity = $1 and state in ('held', 'paused') and refusal_since is not null`,
    values: [relayIdentity],
  });
  for (const row of rows) await takeBack(on, row.campaign_no);
}

async function takeBack(on: Queryable, campaignNo: CampaignNo): Promise<void> {
  await on.query({
    text: `with fault as (
             select campaign_no, refusal_rule, refusal_since from candor.campaign where campaign_no = $1
           ), attempts as (
             update candor.attempt a set outcome = 'relay-fault', charged = false from fault f
             where a.campaign_no = f.campaign_no and a.attempt_id >= f.refusal_since and a.rule = f.refusal_rule and a.outcome = 'refused'
             returning a.notice_id
           )
           update candor.notice n set state = 'pending', reason = null, settled_at = null, charged_count = greatest(0, n.charged_count - 1)
           from attempts a where n.notice_id = a.notice_id and n.state = 'refused'`,
    values: [campaignNo],
  });
}
