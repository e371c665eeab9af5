// The record of a campaign as one ZIP file, streamed: nothing of it lies on a disk on the way, because with
// addresses it is the list of victims. The same files as `candor export` writes into a folder.
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { ZipFile } from 'yazl';
import type { NoticeState } from '../domain/notice-state.ts';
import { readCampaign, type Campaign } from '../ledger/campaigns.ts';
import type { Transaction } from '../ledger/database.ts';
import { noticeRecords } from '../ledger/exporting.ts';
import type { LedgerContext } from './context.ts';
import { addAccount, noticeFiles, recordExport, type NoticeFile } from './export-campaign.ts';

export interface ArchiveRequest {
  readonly campaign: string;
  readonly states?: readonly NoticeState[];
  readonly withAddresses: boolean;
  readonly actor: string;
}

/**
 * Begins the archive and answers it as a stream of octets with the memory of one batch; who stops reading ends
 * the transaction behind it. Addresses are recorded as exported before the first octet. An archive that breaks
 * off has no directory, and no program opens it.
 *
 * Each file of notices is a walk of its own, because a ZIP holds one file after the other; all of the same moment.
 * Throws `campaign-unknown`.
 */
export async function exportArchive({ database, keyring }: LedgerContext, request: ArchiveRequest): Promise<Readable> {
  const { campaignNo } = await readCampaign(database, request.campaign);
  if (request.withAddresses) await recordExport(database, campaignNo, request);
  const zip = new ZipFile();
  const out = Readable.from(zip.outputStream, { objectMode: false });
  const sums: string[] = [];
  const add = (path: string, text: string): Promise<void> => {
    sums.push(`${createHash('sha256').update(text).digest('hex')}  ${path}\n`);
    zip.addBuffer(Buffer.from(text), path);
    return Promise.resolve();
  };
  const write = async (tx: Transaction): Promise<void> => {
    await tx.query({ text: 'set transaction isolation level repeatable read, read only' });
    const campaign = await readCampaign(tx, request.campaign);
    await addAccount(tx, keyring, { add }, campaign, request);
    for (const file of noticeFiles) {
      const { lines, sum } = linesOf(
        file,
        campaign,
        noticeRecords(tx, keyring, campaignNo, request),
        request.withAddresses,
      );
      const stream = Readable.from(lines, { objectMode: false });
      const leave = (): void => void stream.destroy(new Error('nobody reads the archive any more'));
      out.once('close', leave);
      zip.addReadStream(stream, file.path);
      await finished(stream);
      out.off('close', leave);
      sums.push(`${sum()}  ${file.path}\n`);
    }
    zip.addBuffer(Buffer.from(sums.toSorted().join('')), 'SHA256SUMS');
    zip.end();
  };
  database
    .transaction(write)
    .catch((error: unknown) =>
      out.destroy(error instanceof Error ? error : new Error('the archive broke off', { cause: error })),
    );
  return out;
}

function linesOf(
  file: NoticeFile,
  { mailFrom }: Campaign,
  records: ReturnType<typeof noticeRecords>,
  withAddresses: boolean,
): { lines: AsyncGenerator<string, void>; sum: () => string } {
  const digest = createHash('sha256');
  async function* lines(): AsyncGenerator<string, void> {
    const head = file.head(withAddresses);
    digest.update(head);
    if (head !== '') yield head;
    for await (const batch of records) {
      const text = file.text(batch, mailFrom);
      digest.update(text);
      if (text !== '') yield text;
    }
  }
  return { lines: lines(), sum: () => digest.digest('hex') };
}
