// The part of the upgrade that belongs to no campaign: uploads that wait, letters of the inbox, stated rates.
import { inboxLetterOf, innerChunk, lastChunk, problemOf, reportOf } from './bound-cells.ts';
import { bindPace, macDomainLimit } from './bound-pace.ts';
import { CandorError } from '../domain/errors.ts';
import type { Database, Transaction } from './database.ts';
import { recordEvent } from './events.ts';
import type { Keyring, LedgerCell } from './keyring.ts';

/** Seals and vouches anew; what is through is not touched again. */
export async function sealLedgerCells(database: Database, keyring: Keyring): Promise<void> {
  await database.transaction((tx) => bindPaces(tx, keyring));
  const { rows: uploads } = await database.query<{ upload_no: number }>({
    text: 'select upload_no from candor.upload order by upload_no',
  });
  for (const { upload_no } of uploads) await sealUploadOrDrop(database, keyring, upload_no);
  while (await database.transaction((tx) => sealInbox(tx, keyring))) {
    // The next hundred.
  }
}

/** What cannot be opened is of no use to anybody: the file is uploaded again. */
async function sealUploadOrDrop(database: Database, keyring: Keyring, uploadNo: number): Promise<void> {
  try {
    await database.transaction((tx) => sealUpload(tx, keyring, uploadNo), { patient: true });
  } catch (error) {
    if (!(error instanceof CandorError) || error.code !== 'seal-broken') throw error;
    await database.transaction(async (tx) => {
      const { rows } = await tx.query<{ id: string }>({
        text: 'delete from candor.upload where upload_no = $1 returning id',
        values: [uploadNo],
      });
      const data = { upload: rows[0]?.id, code: error.code };
      await recordEvent(tx, { campaignNo: null, actor: 'candor', kind: 'upload-deleted', data });
    });
  }
}

async function bindPaces(tx: Transaction, keyring: Keyring): Promise<void> {
  const { rows: relays } = await tx.query<{ relay_identity: string }>({
    text: 'select relay_identity from candor.relay_pace where limit_mac is null',
  });
  for (const { relay_identity: relay } of relays) await bindPace(tx, keyring, relay);
  const { rows: domains } = await tx.query<{
    domain_no: number;
    relay_identity: string;
    domain_hash: Buffer;
    name: string | null;
    limit_per_second: number | null;
  }>({
    text: 'select domain_no, relay_identity, domain_hash, name, limit_per_second from candor.domain_pace where limit_mac is null for update',
  });
  for (const { domain_no, relay_identity: relay, domain_hash: hash, name, limit_per_second: perSecond } of domains)
    await tx.query({
      text: 'update candor.domain_pace set limit_mac = $2 where domain_no = $1',
      values: [domain_no, macDomainLimit(keyring, relay, { hash, name, perSecond })],
    });
}

/** In one transaction, because its last chunk is known only by its whole. */
async function sealUpload(tx: Transaction, keyring: Keyring, uploadNo: number): Promise<void> {
  const anew = (cell: LedgerCell, row: string, old: Buffer): Buffer =>
    keyring.seal(cell, row, keyring.version1.open('upload', old));
  const { rows } = await tx.query<{
    id: string;
    launched: boolean;
    version: number;
    kit: string;
    sha256: string | null;
    audience: string | null;
    mapping: Record<string, number>;
    encoding: string | null;
    name_sealed: Buffer;
    report_sealed: Buffer | null;
    chunks: number;
  }>({
    text: `select id, state = 'launched' as launched, version, kit, sha256, audience, mapping, encoding, name_sealed, report_sealed, (select count(*) from candor.upload_chunk c where c.upload_no = u.upload_no) as chunks
           from candor.upload u where upload_no = $1 and substring(name_sealed from 1 for 1) = '\\x01' for update`,
    values: [uploadNo],
  });
  const upload = rows[0];
  if (upload === undefined) return;
  if (upload.launched) {
    // As the sweep would: nobody reads them any more.
    await tx.query({ text: 'delete from candor.upload_chunk where upload_no = $1', values: [uploadNo] });
    await tx.query({ text: 'delete from candor.upload_problem where upload_no = $1', values: [uploadNo] });
  }
  for (let seq = 0; seq < (upload.launched ? 0 : upload.chunks); seq += 1) {
    const { rows: found } = await tx.query<{ sealed: Buffer }>({
      text: 'select sealed from candor.upload_chunk where upload_no = $1 and seq = $2',
      values: [uploadNo, seq],
    });
    if (found[0] === undefined) continue;
    const row = seq === upload.chunks - 1 ? lastChunk(upload.id, seq) : innerChunk(upload.id, seq);
    await tx.query({
      text: 'update candor.upload_chunk set sealed = $3 where upload_no = $1 and seq = $2',
      values: [uploadNo, seq, anew('upload_chunk.sealed', row, found[0].sealed)],
    });
  }
  const { rows: problems } = await tx.query<{ row_no: number; sealed: Buffer }>({
    text: 'select row_no, sealed from candor.upload_problem where upload_no = $1',
    values: [uploadNo],
  });
  await tx.query({
    text: `update candor.upload_problem p set sealed = w.sealed from unnest($2::int[], $3::bytea[]) as w (row_no, sealed)
           where p.upload_no = $1 and p.row_no = w.row_no`,
    values: [
      uploadNo,
      problems.map(({ row_no }) => row_no),
      problems.map(({ row_no, sealed }) => anew('upload_problem.sealed', problemOf(upload.id, row_no), sealed)),
    ],
  });
  await tx.query({
    text: 'update candor.upload set name_sealed = $2, report_sealed = $3 where upload_no = $1',
    values: [
      uploadNo,
      anew('upload.name_sealed', upload.id, upload.name_sealed),
      upload.report_sealed === null ? null : anew('upload.report_sealed', reportOf(upload), upload.report_sealed),
    ],
  });
}

/** A hundred letters of the inbox; false when there are no more. */
async function sealInbox(tx: Transaction, keyring: Keyring): Promise<boolean> {
  const { rows } = await tx.query<{ letter_id: number; notice_token: string | null; sealed: Buffer }>({
    text: `select letter_id, notice_token, sealed from candor.inbox_letter where substring(sealed from 1 for 1) = '\\x01' order by letter_id limit 100 for update`,
  });
  for (const { letter_id: letterId, notice_token: token, sealed } of rows)
    await tx.query({
      text: 'update candor.inbox_letter set sealed = $2 where letter_id = $1',
      values: [
        letterId,
        keyring.seal(
          'inbox_letter.sealed',
          inboxLetterOf(letterId, token),
          keyring.version1.open('inbox-letter', sealed),
        ),
      ],
    });
  return rows.length > 0;
}
