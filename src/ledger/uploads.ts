// Uploaded recipient files in the ledger: sealed chunks, what a person decided about them, what was read.
import type { Audience } from '../domain/audience.ts';
import { encodingNamed, type EncodingName } from '../domain/encoding.ts';
import type { CampaignNo } from '../domain/ids.ts';
import type { Queryable } from './database.ts';

export const uploadStates = ['receiving', 'reading', 'read', 'unusable', 'launched'] as const;
export type UploadState = (typeof uploadStates)[number];

/** An upload is deleted this long after it came, unless it was launched. */
export const uploadKeptMs = 24 * 60 * 60_000;
/** A reader that has written nothing for so long has died. */
const readerSilentMs = 30_000;

export interface Upload {
  readonly uploadNo: number;
  readonly id: string;
  readonly state: UploadState;
  readonly kit: string;
  readonly actor: string;
  readonly nameSealed: Buffer;
  readonly octets: number;
  readonly sha256: string | null;
  readonly audience: Audience | null;
  /** Canonical column → number of the column: header text may be somebody's, and this is kept in clear. */
  readonly mapping: Readonly<Record<string, number>>;
  /** As a person named it; null: the octets tell. */
  readonly encoding: EncodingName | null;
  readonly version: number;
  readonly rowsRead: number;
  readonly reportSealed: Buffer | null;
  readonly createdAt: Date;
  /** The campaign that it became. */
  readonly campaign: string | null;
}

interface UploadRow {
  upload_no: number;
  id: string;
  state: UploadState;
  kit: string;
  actor: string;
  name_sealed: Buffer;
  octets: number;
  sha256: string | null;
  audience: Audience | null;
  mapping: Record<string, number>;
  encoding: string | null;
  version: number;
  rows_read: number;
  report_sealed: Buffer | null;
  created_at: Date;
  campaign: string | null;
}

const columns = `u.upload_no, u.id, u.state, u.kit, u.actor, u.name_sealed, u.octets, u.sha256, u.audience, u.mapping, u.encoding, u.version,
                 u.rows_read, u.report_sealed, u.created_at, c.id as campaign`;
const source = 'candor.upload u left join candor.campaign c using (campaign_no)';

function fromRow(row: UploadRow): Upload {
  return {
    uploadNo: row.upload_no,
    id: row.id,
    state: row.state,
    kit: row.kit,
    actor: row.actor,
    nameSealed: row.name_sealed,
    octets: row.octets,
    sha256: row.sha256,
    audience: row.audience,
    mapping: row.mapping,
    encoding: row.encoding === null ? null : encodingNamed(row.encoding),
    version: row.version,
    rowsRead: row.rows_read,
    reportSealed: row.report_sealed,
    createdAt: row.created_at,
    campaign: row.campaign,
  };
}

/** Begins an upload: its chunks come next. */
export async function beginUpload(
  on: Queryable,
  upload: { id: string; kit: string; actor: string; nameSealed: Buffer },
): Promise<number> {
  const { rows } = await on.query<{ upload_no: number }>({
    text: `insert into candor.upload (id, state, kit, actor, name_sealed) values ($1, 'receiving', $2, $3, $4) returning upload_no`,
    values: [upload.id, upload.kit, upload.actor, upload.nameSealed],
  });
  return rows[0]!.upload_no;
}

export async function putChunk(on: Queryable, uploadNo: number, seq: number, sealed: Buffer): Promise<void> {
  await on.query({
    name: 'put-chunk',
    text: `with touched as (update candor.upload set touched_at = now() where upload_no = $1)
           insert into candor.upload_chunk (upload_no, seq, sealed) values ($1, $2, $3)`,
    values: [uploadNo, seq, sealed],
  });
}

/** A few chunks in order, from `seq` on; none: that was all. */
export async function readChunks(on: Queryable, uploadNo: number, seq: number): Promise<Buffer[]> {
  const { rows } = await on.query<{ sealed: Buffer }>({
    name: 'read-chunks',
    text: 'select sealed from candor.upload_chunk where upload_no = $1 and seq >= $2 and seq < $2 + 4 order by seq',
    values: [uploadNo, seq],
  });
  return rows.map(({ sealed }) => sealed);
}

/** All octets are there: it is to be read. */
export async function finishReceiving(
  on: Queryable,
  uploadNo: number,
  file: { octets: number; sha256: string },
): Promise<void> {
  await on.query({
    text: `update candor.upload set state = 'reading', octets = $2, sha256 = $3, touched_at = now() where upload_no = $1`,
    values: [uploadNo, file.octets, file.sha256],
  });
}

/** The upload, or null when there is none of this id. */
export async function findUpload(on: Queryable, id: string): Promise<Upload | null> {
  const { rows } = await on.query<UploadRow>({
    text: `select ${columns} from ${source} where u.id = $1`,
    values: [id],
  });
  return rows[0] ? fromRow(rows[0]) : null;
}

/** Uploads that wait for something, newest first. */
export async function openUploads(on: Queryable): Promise<Upload[]> {
  const { rows } = await on.query<UploadRow>({
    text: `select ${columns} from ${source} where u.state <> 'launched' order by u.upload_no desc limit 50`,
  });
  return rows.map(fromRow);
}

/** Other uploads of the same octets that still wait. */
export async function sameUploads(on: Queryable, upload: Upload): Promise<string[]> {
  const { rows } = await on.query<{ id: string }>({
    text: `select id from candor.upload where sha256 = $1 and upload_no <> $2 and state <> 'launched' order by upload_no desc limit 5`,
    values: [upload.sha256, upload.uploadNo],
  });
  return rows.map(({ id }) => id);
}

/** Takes uploads whose reader is silent, so that one process reads each. */
export async function takeUnread(on: Queryable): Promise<string[]> {
  const { rows } = await on.query<{ id: string }>({
    text: `update candor.upload set touched_at = now() where state = 'reading' and touched_at < now() - make_interval(secs => ${readerSilentMs / 1000}) returning id`,
  });
  return rows.map(({ id }) => id);
}

/** Writes how far the reader is; false when the columns were changed meanwhile, and this reading is for nothing. */
export async function noteRead(on: Queryable, upload: Upload, rowsRead: number): Promise<boolean> {
  const { rowCount } = await on.query({
    text: `update candor.upload set rows_read = $3, touched_at = now() where upload_no = $1 and version = $2 and state = 'reading'`,
    values: [upload.uploadNo, upload.version, rowsRead],
  });
  return rowCount > 0;
}

/** Ends the reading with what was found, unless the columns were changed meanwhile. */
export async function finishReading(
  on: Queryable,
  upload: Upload,
  ended: { state: 'read' | 'unusable'; rows: number; reportSealed: Buffer },
): Promise<boolean> {
  const { rowCount } = await on.query({
    text: `update candor.upload set state = $3, rows_read = $4, report_sealed = $5, touched_at = now()
           where upload_no = $1 and version = $2 and state = 'reading'`,
    values: [upload.uploadNo, upload.version, ended.state, ended.rows, ended.reportSealed],
  });
  return rowCount > 0;
}

/** A person's word about the columns: the file is read again. False when somebody else was first. */
export async function changeColumns(
  on: Queryable,
  upload: Upload,
  change: { mapping: Readonly<Record<string, number>>; audience: Audience | null; encoding: EncodingName | null },
): Promise<boolean> {
  const { rowCount } = await on.query({
    text: `update candor.upload set mapping = $3, audience = $4, encoding = $5, version = version + 1, state = 'reading', rows_read = 0, report_sealed = null, touched_at = now()
           where upload_no = $1 and version = $2 and state in ('read', 'unusable')`,
    values: [upload.uploadNo, upload.version, change.mapping, change.audience, change.encoding],
  });
  if (rowCount > 0)
    await on.query({ text: 'delete from candor.upload_problem where upload_no = $1', values: [upload.uploadNo] });
  return rowCount > 0;
}

export interface ProblemRow {
  readonly rowNo: number;
  readonly codes: readonly string[];
  readonly sealed: Buffer;
}

export async function putProblems(on: Queryable, uploadNo: number, problems: readonly ProblemRow[]): Promise<void> {
  await on.query({
    text: `insert into candor.upload_problem (upload_no, row_no, codes, sealed)
           select $1, r.row_no, string_to_array(r.codes, ' '), r.sealed from unnest($2::int[], $3::text[], $4::bytea[]) as r (row_no, codes, sealed)
           on conflict do nothing`,
    values: [
      uploadNo,
      problems.map((one) => one.rowNo),
      problems.map((one) => one.codes.join(' ')),
      problems.map((one) => one.sealed),
    ],
  });
}

/** Invalid rows after a row, of one kind or (null) of any. */
export async function readProblems(
  on: Queryable,
  uploadNo: number,
  page: { code: string | null; after: number; limit: number },
): Promise<ProblemRow[]> {
  const { rows } = await on.query<{ row_no: number; codes: string[]; sealed: Buffer }>({
    text: `select row_no, codes, sealed from candor.upload_problem
           where upload_no = $1 and row_no > $2 and ($3::text is null or $3 = any(codes)) order by row_no limit $4`,
    values: [uploadNo, page.after, page.code, page.limit],
  });
  return rows.map((row) => ({ rowNo: row.row_no, codes: row.codes, sealed: row.sealed }));
}

/**
 * Binds the upload to the campaign that it becomes, inside the transaction of the launch. False: somebody
 * else launches it or has, or its columns are not those any more that were confirmed.
 */
export async function claimUpload(
  on: Queryable,
  uploadNo: number,
  version: number,
  campaignNo: CampaignNo,
): Promise<boolean> {
  const { rowCount } = await on.query({
    text: `update candor.upload set state = 'launched', campaign_no = $3 where upload_no = $1 and version = $2 and state = 'read'`,
    values: [uploadNo, version, campaignNo],
  });
  return rowCount > 0;
}

/** Deletes an upload with everything of it; false when it was launched or is gone. */
export async function deleteUpload(on: Queryable, uploadNo: number): Promise<boolean> {
  return (
    (
      await on.query({
        text: `delete from candor.upload where upload_no = $1 and state <> 'launched'`,
        values: [uploadNo],
      })
    ).rowCount > 0
  );
}

/** What nobody needs any more: files that were launched, those a day old, and halves whose sender has left. Answers how many files. */
export async function sweepUploads(on: Queryable): Promise<number> {
  const { rows } = await on.query<{ count: number }>({
    text: `with launched as (
             delete from candor.upload_chunk k using candor.upload u where u.upload_no = k.upload_no and u.state = 'launched'
           ), shown as (
             delete from candor.upload_problem p using candor.upload u where u.upload_no = p.upload_no and u.state = 'launched'
           ), old as (
             delete from candor.upload where state <> 'launched' and created_at < now() - make_interval(secs => ${uploadKeptMs / 1000}) returning 1
           ), halves as (
             delete from candor.upload where state = 'receiving' and touched_at < now() - interval '10 minutes'
               and created_at >= now() - make_interval(secs => ${uploadKeptMs / 1000}) returning 1
           )
           select (select count(*) from old) + (select count(*) from halves) as count`,
  });
  return rows[0]?.count ?? 0;
}
