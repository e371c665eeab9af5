// The per-notice record of a campaign: who was told what and when, as the ledger knows it. Streams with
// the memory of one batch, over one snapshot, so that every file of an export tells of the same moment.
import type { AttemptOutcome } from '../domain/attempt.ts';
import type { AttemptRecord } from '../domain/attempt-record.ts';
import type { Audience } from '../domain/audience.ts';
import { categoriesOf, type Category } from '../domain/category.ts';
import type { AttemptId, CampaignNo, NoticeId } from '../domain/ids.ts';
import type { NoticeState } from '../domain/notice-state.ts';
import { boundColumns, expectFit, type BoundRow } from './bound-notices.ts';
import { expectBound } from './bound-terms.ts';
import type { CampaignKeys } from './campaign-keys.ts';
import type { Queryable } from './database.ts';
import { campaignKeys } from './key-store.ts';
import type { Keyring } from './keyring.ts';

export interface NoticeRecord {
  /** Opaque id of the notice: in Message-ID, X-Candor-Notice and VERP of its letters. */
  readonly notice: string;
  /** The spreadsheet's row number of the first row with this address. */
  readonly row: number;
  readonly audience: Audience;
  readonly locale: string;
  readonly categories: readonly Category[];
  readonly state: NoticeState;
  readonly reason: string | null;
  readonly maybeAccepted: boolean;
  /** True when the one automatic resend was used. */
  readonly autoResent: boolean;
  readonly round: number;
  /** Of the last reply. */
  readonly replyCode: number | null;
  readonly enhancedCode: string | null;
  readonly dueAt: Date | null;
  readonly settledAt: Date | null;
  /** Only when it was asked for. */
  readonly address?: string;
  /** Oldest first, over all rounds. */
  readonly attempts: readonly AttemptRecord[];
}

interface NoticeRow extends BoundRow {
  audience: Audience;
  state: NoticeState;
  reason: string | null;
  maybe_accepted: boolean;
  auto_resent: boolean;
  round: number;
  reply_code: number | null;
  enhanced_code: string | null;
  due_at: Date | null;
  settled_at: Date | null;
}

interface AttemptRow {
  attempt_id: AttemptId;
  notice_id: NoticeId;
  address_version: number;
  round: number;
  opened_at: Date;
  closed_at: Date | null;
  outcome: AttemptOutcome;
  stage: string | null;
  rule: string | null;
  charged: boolean;
  reply_code: number | null;
  enhanced_code: string | null;
  reply_scrubbed: string | null;
  late: boolean;
}

const batchSize = 1_000;

/**
 * The records of a campaign in the order of import, in batches. Give it a transaction in `repeatable
 * read`, so that attempts and notices belong together. One walk at a time in a transaction. Throws `record-changed` at
 * the first record that is not as it was written: a proof holds nothing else.
 */
export async function* noticeRecords(
  tx: Queryable,
  keyring: Keyring,
  campaignNo: CampaignNo,
  wanted: { states?: readonly NoticeState[]; withoutReason?: string; withAddresses: boolean },
): AsyncGenerator<readonly NoticeRecord[], void> {
  await expectBound(tx, keyring, campaignNo);
  const keys = await campaignKeys(tx, keyring, campaignNo);
  await tx.query({
    text: `declare notice_record no scroll cursor for
           select ${boundColumns}, n.state, n.reason, n.maybe_accepted,
                  n.auto_resent, n.round, n.reply_code, n.enhanced_code, n.due_at, n.settled_at
           from candor.notice n where n.campaign_no = $1 and ($2::candor.notice_state[] is null or n.state = any($2::candor.notice_state[]))
             and ($3::text is null or n.reason is distinct from $3)
           order by n.notice_id`,
    values: [campaignNo, wanted.states ?? null, wanted.withoutReason ?? null],
  });
  for (;;) {
    const { rows } = await tx.query<NoticeRow>({ text: `fetch ${batchSize} from notice_record` });
    if (rows.length === 0) break;
    const attempts = await readAttempts(
      tx,
      keyring,
      rows.map((row) => row.notice_id),
    );
    yield rows.map((row) => toRecord(row, { keyring, keys }, attempts.get(row.notice_id) ?? [], wanted.withAddresses));
  }
  await tx.query({ text: 'close notice_record' });
}

/** The attempts of some notices, oldest first. */
export async function readAttempts(
  on: Queryable,
  keyring: Keyring,
  notices: readonly NoticeId[],
): Promise<Map<NoticeId, AttemptRecord[]>> {
  const { rows } = await on.query<AttemptRow>({
    text: `select attempt_id, notice_id, address_version, round, opened_at, closed_at, outcome, stage, rule, charged, reply_code,
                  enhanced_code, reply_scrubbed, late
           from candor.attempt where notice_id = any($1::bigint[]) order by attempt_id`,
    values: [notices],
  });
  const byNotice = new Map<NoticeId, AttemptRecord[]>();
  for (const row of rows) {
    const record: AttemptRecord = {
      attempt: row.attempt_id,
      token: keyring.noticeToken(row.notice_id, row.address_version),
      round: row.round,
      openedAt: row.opened_at,
      closedAt: row.closed_at,
      outcome: row.outcome,
      stage: row.stage,
      rule: row.rule,
      charged: row.charged,
      replyCode: row.reply_code,
      enhancedCode: row.enhanced_code,
      reply: row.reply_scrubbed,
      late: row.late,
    };
    const known = byNotice.get(row.notice_id);
    if (known) known.push(record);
    else byNotice.set(row.notice_id, [record]);
  }
  return byNotice;
}

function toRecord(
  row: NoticeRow,
  { keyring, keys }: { keyring: Keyring; keys: CampaignKeys },
  attempts: readonly AttemptRecord[],
  withAddress: boolean,
): NoticeRecord {
  expectFit(row, keys);
  return {
    notice: keyring.noticeToken(row.notice_id, row.address_version),
    row: row.row_no,
    audience: row.audience,
    locale: row.locale,
    categories: categoriesOf(row.categories),
    state: row.state,
    reason: row.reason,
    maybeAccepted: row.maybe_accepted,
    autoResent: row.auto_resent,
    round: row.round,
    replyCode: row.reply_code,
    enhancedCode: row.enhanced_code,
    dueAt: row.due_at,
    settledAt: row.settled_at,
    ...(withAddress ? { address: keys.open('notice.address_sealed', row.address_hash, row.address_sealed) } : {}),
    attempts,
  };
}
