// Refusals that stand for a fault (promise 6): seen over all processes, because they are counted here.
import type { CampaignNo } from '../domain/ids.ts';
import {
  firstLetters,
  isOneUnknownRefusal,
  judgeRefusals,
  type FirstLetter,
  type RefusalLimit,
} from '../domain/refusals.ts';
import { moveCampaign } from './campaigns.ts';
import type { Database, Queryable, Transaction } from './database.ts';
import { campaignKeys } from './key-store.ts';
import type { Keyring } from './keyring.ts';

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
      text: 'update candor.campaign set refusal_rule = null, refusal_reply = null, refusal_since = null where campaign_no = $1',
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
             update candor.campaign set refusal_rule = $2, refusal_reply = null,
               refusal_since = (select min(attempt_id) from so_far where hit and hits >= $3::double precision * answers)
             where campaign_no = $1`,
      values: [campaignNo, found.rule, limit.share],
    });
    await takeBack(tx, campaignNo);
    return true;
  });
}

/**
 * Holds a running campaign whose first letters were all refused in the same unknown words (`isOneUnknownRefusal`), and takes
 * them back, with whoever was refused so after them. `ended`: nothing is open any more. Answers whether it held.
 */
export async function holdForFirstLetters(
  database: Database,
  keyring: Keyring,
  campaignNo: CampaignNo,
  ended: boolean,
  actor: string,
): Promise<boolean> {
  const { letters, passed } = await readFirstLetters(database, keyring, campaignNo);
  const [first] = letters;
  if (first === undefined || !isOneUnknownRefusal(letters, ended, passed)) return false;
  return database.transaction(async (tx) => {
    const detail = `the first ${letters.length} letters were refused in the same words: ${first.reply}`;
    const was = await moveCampaign(tx, campaignNo, ['running'], {
      to: 'held',
      actor,
      reason: 'too-many-refused',
      detail,
    });
    if (was === null) return false;
    await tx.query({
      text: `update candor.campaign set refusal_rule = 'review', refusal_reply = $2, refusal_since = $3 where campaign_no = $1`,
      values: [campaignNo, first.words, first.attemptId],
    });
    await takeBack(tx, campaignNo);
    return true;
  });
}

/** The first letters since a person has looked, in the order of their attempts. */
async function readFirstLetters(
  on: Queryable,
  keyring: Keyring,
  campaignNo: CampaignNo,
): Promise<{ letters: (FirstLetter & { attemptId: number; reply: string | null })[]; passed: string | null }> {
  const { rows } = await on.query<{
    attempt_id: number;
    outcome: string;
    rule: string | null;
    reply_scrubbed: string | null;
    words: string | null;
    address_hash: Buffer;
    address_sealed: Buffer;
    passed: string | null;
  }>({
    name: 'read-first-letters',
    text: `select a.attempt_id, a.outcome::text as outcome, a.rule, a.reply_scrubbed, ${sameWords('a.reply_scrubbed')} as words,
                  n.address_hash, n.address_sealed, c.refusal_reply as passed
           from candor.campaign c
           cross join lateral (
             select * from candor.attempt
             where campaign_no = c.campaign_no and attempt_id > c.refusals_seen_to
               and outcome::text in ('open', 'accepted', 'deferred', 'refused', 'failed', 'unconfirmed')
             order by attempt_id limit ${firstLetters}
           ) a
           join candor.notice n on n.notice_id = a.notice_id
           where c.campaign_no = $1 order by a.attempt_id`,
    values: [campaignNo],
  });
  const keys = await campaignKeys(on, keyring, campaignNo);
  const letters = rows.map((row) => {
    const address = keys.open('notice.address_sealed', row.address_hash, row.address_sealed).toLowerCase();
    const { outcome, rule, words, reply_scrubbed: reply, attempt_id: attemptId } = row;
    return { outcome, rule, words, reply, attemptId, domain: address.slice(address.lastIndexOf('@') + 1) };
  });
  return { letters, passed: rows[0]?.passed ?? null };
}

/** Numbers left out: some relays number what they say. */
function sameWords(column: string): string {
  return `regexp_replace(${column}, '[0-9]+', '#', 'g')`;
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
             select refusals_seen_to, refusal_rule, refusal_reply from candor.campaign where campaign_no = $1
           ), latest as (
             select attempt_id, outcome::text as outcome, rule, reply_scrubbed from candor.attempt
             where campaign_no = $1 and attempt_id > (select refusals_seen_to from seen)
               and outcome::text in ('accepted', 'deferred', 'refused')
             order by attempt_id desc limit $2
           )
           select (select count(*) from latest) as answers, count(*) as refused, rule,
                  (array_agg(reply_scrubbed order by attempt_id desc))[1] as reply,
                  (select refusal_rule from seen where refusal_reply is null
                     or refusal_reply = ${sameWords('(array_agg(reply_scrubbed order by attempt_id desc))[1]')}) as passed
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

/** Whom the campaign's fault has refused since it began is pending again, at no charge. */
export async function takeBack(on: Queryable, campaignNo: CampaignNo): Promise<void> {
  await on.query({
    text: `with fault as (
             select campaign_no, refusal_rule, refusal_reply, refusal_since from candor.campaign where campaign_no = $1
           ), attempts as (
             update candor.attempt a set outcome = 'relay-fault', charged = false from fault f
             where a.campaign_no = f.campaign_no and a.attempt_id >= f.refusal_since and a.rule = f.refusal_rule and a.outcome = 'refused'
               and (f.refusal_reply is null or ${sameWords('a.reply_scrubbed')} = f.refusal_reply)
             returning a.notice_id
           )
           update candor.notice n set state = 'pending', reason = null, settled_at = null, charged_count = greatest(0, n.charged_count - 1)
           from attempts a where n.notice_id = a.notice_id and n.state = 'refused'`,
    values: [campaignNo],
  });
}
