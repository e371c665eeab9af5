// Campaigns: made, frozen and moved from state to state, each move with its actor and reason in the event table.
import type { Audience } from '../domain/audience.ts';
import { campaignMayGo, type CampaignState, type UnconfirmedPolicy } from '../domain/campaign-state.ts';
import { CandorError } from '../domain/errors.ts';
import type { CampaignId, CampaignNo } from '../domain/ids.ts';
import type { LaunchRecord } from '../domain/launch-record.ts';
import type { Start } from '../domain/start.ts';
import { bindTerms } from './bound-terms.ts';
import type { Queryable } from './database.ts';
import { recordEvent } from './events.ts';
import { giveBackQueued } from './feeding.ts';
import { makeCampaignKey } from './key-store.ts';
import type { Keyring } from './keyring.ts';

/** Everything a launch freezes, besides the letters. Holds no password. */
export interface FrozenTerms {
  readonly kit: string;
  readonly kitTitle: string;
  readonly kitDigest: string;
  readonly rehearsal: boolean;
  /** Which relay, exactly; a worker with another one claims nothing. */
  readonly relayIdentity: string;
  /** What people call it: `host:port`, or `inbox`. */
  readonly relayLabel: string;
  readonly mailFrom: string;
  readonly envelopeFrom: string;
  readonly replyTo: string | null;
  readonly autoSubmitted: boolean;
  /** Which key signs the letters: `selector._domainkey.domain`; null: they are not signed here. */
  readonly signatureName: string | null;
  readonly unconfirmedPolicy: UnconfirmedPolicy;
  readonly retryDelaysMs: readonly number[];
  readonly retryRepeatLast: boolean;
  readonly retryForMs: number;
}

export interface Campaign extends FrozenTerms {
  readonly campaignNo: CampaignNo;
  readonly id: CampaignId;
  readonly state: CampaignState;
  readonly reason: string | null;
  readonly reasonDetail: string | null;
  readonly reasonRule: string | null;
  readonly fileSha256: string;
  readonly rows: number;
  readonly invalid: number;
  readonly merged: number;
  readonly conflicts: number;
  readonly notices: number;
  readonly launch: LaunchRecord | null; // null: an older version launched it
  readonly startAt: Date | null;
  readonly createdAt: Date;
  readonly launchedAt: Date | null;
  readonly finishedAt: Date | null;
}

interface CampaignRow {
  campaign_no: CampaignNo;
  id: CampaignId;
  state: CampaignState;
  reason: string | null;
  reason_detail: string | null;
  reason_rule: string | null;
  kit: string;
  kit_title: string;
  kit_digest: string;
  rehearsal: boolean;
  relay_identity: string;
  relay_label: string;
  mail_from: string;
  envelope_from: string;
  reply_to: string | null;
  auto_submitted: boolean;
  signature_name: string | null;
  file_sha256: string;
  row_count: number;
  invalid_count: number;
  merged_count: number;
  conflict_count: number;
  notice_count: number;
  unconfirmed_policy: UnconfirmedPolicy;
  retry_delays_ms: number[];
  retry_repeat_last: boolean;
  retry_for_ms: number;
  launch: LaunchRecord | null;
  start_at: Date | null;
  created_at: Date;
  launched_at: Date | null;
  finished_at: Date | null;
}

const columns = `campaign_no, id, state, reason, reason_detail, reason_rule, kit, kit_title, kit_digest, rehearsal, relay_identity, relay_label,
  mail_from, envelope_from, reply_to, auto_submitted, signature_name, file_sha256, row_count, invalid_count, merged_count, conflict_count,
  notice_count, unconfirmed_policy, retry_delays_ms::double precision[] as retry_delays_ms, retry_repeat_last, retry_for_ms,
  intake->'launch' as launch, start_at, created_at, launched_at, finished_at`;

/** Makes a draft, with a key of its own. It becomes visible to others only when its transaction commits, by then as `ready`. */
export async function createDraft(
  on: Queryable,
  keyring: Keyring,
  draft: { id: CampaignId; fileSha256: string; terms: FrozenTerms; actor: string },
): Promise<CampaignNo> {
  const { terms } = draft;
  const { rows } = await on.query<{ campaign_no: CampaignNo }>({
    text: `insert into candor.campaign (id, file_sha256, kit, kit_title, kit_digest, rehearsal, relay_identity, relay_label, mail_from,
             envelope_from, reply_to, auto_submitted, unconfirmed_policy, retry_delays_ms, retry_repeat_last, retry_for_ms, signature_name,
             refusals_seen_to)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17,
             -- What other campaigns were answered before is not looked through for the first letters of this one.
             (select coalesce(max(attempt_id), 0) from candor.attempt)) returning campaign_no`,
    values: [
      draft.id,
      draft.fileSha256,
      terms.kit,
      terms.kitTitle,
      terms.kitDigest,
      terms.rehearsal,
      terms.relayIdentity,
      terms.relayLabel,
      terms.mailFrom,
      terms.envelopeFrom,
      terms.replyTo,
      terms.autoSubmitted,
      terms.unconfirmedPolicy,
      terms.retryDelaysMs,
      terms.retryRepeatLast,
      terms.retryForMs,
      terms.signatureName,
    ],
  });
  const campaignNo = rows[0]!.campaign_no;
  await makeCampaignKey(on, keyring, { id: draft.id, incident: terms.kit });
  await recordEvent(on, {
    campaignNo,
    actor: draft.actor,
    kind: 'campaign-created',
    data: { file: draft.fileSha256, kit: terms.kit },
  });
  return campaignNo;
}

/** The account of an import: rows = invalid + merged + notices, or the ledger refuses it (promise 1). */
export interface ImportAccount {
  readonly rows: number;
  readonly invalid: number;
  readonly merged: number;
  readonly conflicts: number;
  readonly notices: number;
  readonly audiences: Readonly<Record<Audience, number>>;
  /** The file as people asked about it later: columns, ignored columns, locales, fallbacks, what was confirmed. */
  readonly intake: Readonly<Record<string, unknown>>;
}

/** Writes the account, vouches for the terms and the letters, which are frozen before, and takes the draft to `ready`. Throws `account-broken` when the sums do not hold. */
export async function finishImport(
  on: Queryable,
  keyring: Keyring,
  campaignNo: CampaignNo,
  account: ImportAccount,
  actor: string,
): Promise<void> {
  if (account.rows !== account.invalid + account.merged + account.notices) throw new CandorError('account-broken');
  await on.query({
    text: `update candor.campaign set state = 'ready', row_count = $2, invalid_count = $3, merged_count = $4, conflict_count = $5,
             notice_count = $6, intake = $7,
             (affected_until_id, first_notice_id, last_notice_id) = (
               select max(notice_id) filter (where audience = 'affected'), min(notice_id), max(notice_id)
               from candor.notice where campaign_no = $1)
           where campaign_no = $1`,
    values: [
      campaignNo,
      account.rows,
      account.invalid,
      account.merged,
      account.conflicts,
      account.notices,
      account.intake,
    ],
  });
  await bindTerms(on, keyring, campaignNo);
  const { rows, invalid, merged, conflicts, notices, audiences } = account;
  await recordEvent(on, {
    campaignNo,
    actor,
    kind: 'imported',
    data: { rows, invalid, merged, conflicts, notices, audiences, ...account.intake },
  });
}

/** The moment of a start, by the ledger's clock. */
export async function startMoment(on: Queryable, start: Start): Promise<Date> {
  if (start instanceof Date) return start;
  const { rows } = await on.query<{ at: Date }>({
    text: `select clock_timestamp() + $1::double precision * interval '1 millisecond' as at`,
    values: [start.inMs],
  });
  return rows[0]!.at;
}

/** Answers whether a moment is past by the ledger's clock, with a minute for a person to confirm in. */
export async function isPast(on: Queryable, moment: Date): Promise<boolean> {
  const { rows } = await on.query<{ past: boolean }>({
    text: `select $1::timestamptz < clock_timestamp() - interval '1 minute' as past`,
    values: [moment],
  });
  return rows[0]!.past;
}

/** Sets how many notices may leave before a person says yes (null: all), and when the campaign starts. */
export async function setDeparture(
  on: Queryable,
  campaignNo: CampaignNo,
  departure: { first: number | null; startAt: Date | null },
): Promise<void> {
  await on.query({
    text: `update candor.campaign set start_at = $3, canary_until_id = case when $2::int is null then null else
             (select max(notice_id) from (select notice_id from candor.notice where campaign_no = $1 and state = 'pending'
                order by notice_id limit $2::int) f) end
           where campaign_no = $1`,
    values: [campaignNo, departure.first, departure.startAt],
  });
}

/** A campaign by the id that people use; throws `campaign-unknown`. */
export async function readCampaign(on: Queryable, id: string): Promise<Campaign> {
  const { rows } = await on.query<CampaignRow>({
    text: `select ${columns} from candor.campaign where id = $1 and state <> 'draft'`,
    values: [id],
  });
  if (!rows[0])
    throw new CandorError('campaign-unknown', { campaign: /^[0-9a-z-]{1,32}$/.test(id) ? id : '(not a campaign id)' });
  return fromRow(rows[0]);
}

/** A campaign by its number, which the caller has from the ledger. */
export async function readCampaignByNo(on: Queryable, campaignNo: CampaignNo): Promise<Campaign> {
  const { rows } = await on.query<CampaignRow>({
    text: `select ${columns} from candor.campaign where campaign_no = $1`,
    values: [campaignNo],
  });
  if (!rows[0]) throw new Error(`there is no campaign number ${campaignNo}`);
  return fromRow(rows[0]);
}

/** The campaign that was launched last, whether it runs or waits for its start; null when there is none. */
export async function readLatestCampaign(on: Queryable): Promise<Campaign | null> {
  const { rows } = await on.query<CampaignRow>({
    text: `select ${columns} from candor.campaign where state <> 'draft' order by coalesce(launched_at, created_at) desc, campaign_no desc limit 1`,
  });
  return rows[0] ? fromRow(rows[0]) : null;
}

/** Campaigns, newest first, older than the campaign `before` when it is given; an unknown one has none before it. */
export async function listCampaigns(
  on: Queryable,
  { before = null, limit = 100 }: { before?: string | null; limit?: number } = {},
): Promise<Campaign[]> {
  const { rows } = await on.query<CampaignRow>({
    text: `select ${columns} from candor.campaign where state <> 'draft'
             and ($2::text is null or campaign_no < (select campaign_no from candor.campaign where id = $2)) order by campaign_no desc limit $1`,
    values: [limit, before],
  });
  return rows.map(fromRow);
}

/** Real campaigns (rehearsals do not count) of the same file, by content, with the same kit; newest first. */
export async function findSameFile(on: Queryable, fileSha256: string, kit: string): Promise<Campaign[]> {
  const { rows } = await on.query<CampaignRow>({
    text: `select ${columns} from candor.campaign where file_sha256 = $1 and kit = $2 and not rehearsal and state <> 'draft'
           order by campaign_no desc`,
    values: [fileSha256, kit],
  });
  return rows.map(fromRow);
}

/** Campaigns in one of the states, oldest first, on one relay or (null) on any. */
export async function campaignsInState(
  on: Queryable,
  states: readonly CampaignState[],
  relayIdentity: string | null,
): Promise<Campaign[]> {
  const { rows } = await on.query<CampaignRow>({
    name: 'campaigns-in-state',
    text: `select ${columns} from candor.campaign where state = any($1::candor.campaign_state[]) and ($2::text is null or relay_identity = $2)
           order by campaign_no`,
    values: [states, relayIdentity],
  });
  return rows.map(fromRow);
}

/** The relay's campaigns whose time to start has come, by the ledger's clock: those of the processes need not agree. */
export async function campaignsDue(on: Queryable, relayIdentity: string): Promise<CampaignNo[]> {
  const { rows } = await on.query<{ campaign_no: CampaignNo }>({
    name: 'campaigns-due',
    text: `select campaign_no from candor.campaign where state = 'ready' and start_at <= clock_timestamp() and relay_identity = $1 order by campaign_no`,
    values: [relayIdentity],
  });
  return rows.map((row) => row.campaign_no);
}

export interface Move {
  readonly to: CampaignState;
  readonly actor: string;
  readonly reason: string | null;
  /** Scrubbed; for the page that explains a hold. */
  readonly detail?: string | null;
  /** The rule that decided the reason. */
  readonly rule?: string | null;
}

/**
 * Takes a campaign to another state if the law allows it from where it is now, with its event, and
 * answers the state it left; null when it was elsewhere already (somebody else was first). In a campaign
 * that is paused or held no notice stays queued. Run it in a transaction.
 */
export async function moveCampaign(
  on: Queryable,
  campaignNo: CampaignNo,
  from: readonly CampaignState[],
  move: Move,
): Promise<CampaignState | null> {
  const legal = from.filter((state) => campaignMayGo(state, move.to));
  const { rows } = await on.query<{ was: CampaignState }>({
    text: `with before as (select campaign_no, state from candor.campaign where campaign_no = $1 for update)
           update candor.campaign c set state = m.to_state, reason = $3, reason_detail = $4, reason_rule = $6,
             launched_at = case when m.to_state = 'running' then coalesce(c.launched_at, now()) else c.launched_at end,
             finished_at = case m.to_state when 'finished' then now() when 'running' then null else c.finished_at end,
             canary_until_id = case when c.reason = 'canary' then null else c.canary_until_id end,
             start_at = case when m.to_state = 'running' then null else c.start_at end
           from before b cross join (select $2::candor.campaign_state as to_state) m
           where c.campaign_no = b.campaign_no and b.state = any($5::candor.campaign_state[])
           returning b.state as was`,
    values: [campaignNo, move.to, move.reason, move.detail ?? null, legal, move.rule ?? null],
  });
  const was = rows[0]?.was ?? null;
  if (was !== null) {
    if (move.to === 'paused' || move.to === 'held') await giveBackQueued(on, campaignNo);
    await recordEvent(on, {
      campaignNo,
      actor: move.actor,
      kind: `campaign-${move.to}`,
      data: { from: was, reason: move.reason, detail: move.detail ?? null },
    });
  }
  return was;
}

/** Says more of a hold for its account. */
export async function detailHold(on: Queryable, campaignNo: CampaignNo, detail: string): Promise<void> {
  await on.query({
    text: `update candor.campaign set reason_detail = $2 where campaign_no = $1 and state = 'held' and reason = 'account-broken'`,
    values: [campaignNo, detail],
  });
}

function fromRow(row: CampaignRow): Campaign {
  return {
    campaignNo: row.campaign_no,
    id: row.id,
    state: row.state,
    reason: row.reason,
    reasonDetail: row.reason_detail,
    reasonRule: row.reason_rule,
    kit: row.kit,
    kitTitle: row.kit_title,
    kitDigest: row.kit_digest,
    rehearsal: row.rehearsal,
    relayIdentity: row.relay_identity,
    relayLabel: row.relay_label,
    mailFrom: row.mail_from,
    envelopeFrom: row.envelope_from,
    replyTo: row.reply_to,
    autoSubmitted: row.auto_submitted,
    signatureName: row.signature_name,
    fileSha256: row.file_sha256,
    rows: row.row_count,
    invalid: row.invalid_count,
    merged: row.merged_count,
    conflicts: row.conflict_count,
    notices: row.notice_count,
    unconfirmedPolicy: row.unconfirmed_policy,
    retryDelaysMs: row.retry_delays_ms,
    retryRepeatLast: row.retry_repeat_last,
    retryForMs: row.retry_for_ms,
    launch: row.launch,
    startAt: row.start_at,
    createdAt: row.created_at,
    launchedAt: row.launched_at,
    finishedAt: row.finished_at,
  };
}
