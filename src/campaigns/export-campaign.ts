// `candor export`: the whole record of a campaign as files, of one moment. Without addresses it holds no
// personal data; with them the event is in the ledger before the first address is on the disk.
import { noticeStates, type NoticeState } from '../domain/notice-state.ts';
import { messageIdOf } from '../domain/message-id.ts';
import { readCampaign, type Campaign } from '../ledger/campaigns.ts';
import type { Keyring } from '../ledger/keyring.ts';
import { readLetters } from '../ledger/bound-terms.ts';
import type { Database, Transaction } from '../ledger/database.ts';
import { readEvents } from '../ledger/events.ts';
import { noticeRecords, type NoticeRecord } from '../ledger/exporting.ts';
import { readCounts } from '../ledger/tally.ts';
import type { LedgerContext } from './context.ts';
import { attemptCells, attemptColumns, csvLines, noticeCells, noticeColumns } from './export-csv.ts';
import { startExport, type ExportFile, type ExportFolder } from './export-files.ts';
import { holdingChanged } from './hold-changed.ts';
import { recordLook } from './look-at.ts';
import { summarise } from './read-summary.ts';

export interface ExportRequest {
  readonly campaign: string;
  /** A folder that does not exist yet, or an empty one. */
  readonly out: string;
  readonly states?: readonly NoticeState[];
  readonly withAddresses: boolean;
  readonly actor: string;
}

/** Writes the export. Throws `campaign-unknown`, `record-changed`, `output-exists`, `output-unwritable`; then nothing is left behind. */
export async function exportCampaign(
  { database, keyring }: LedgerContext,
  request: ExportRequest,
): Promise<{ files: string[]; notices: number }> {
  const { campaignNo } = await readCampaign(database, request.campaign);
  const folder = await startExport(request.out);
  try {
    if (request.withAddresses) await recordExport(database, campaignNo, request);
    const write = async (tx: Transaction): Promise<number> => {
      await tx.query({ text: 'set transaction isolation level repeatable read, read only' });
      const campaign = await readCampaign(tx, request.campaign);
      await addAccount(tx, keyring, folder, campaign, request);
      return addNotices(folder, campaign, noticeRecords(tx, keyring, campaignNo, request), request.withAddresses);
    };
    const notices = await holdingChanged({ database }, () => database.transaction(write, { patient: true }));
    return { files: await folder.finish(), notices };
  } catch (error) {
    await folder.discard();
    throw error;
  }
}

/** Before the first address leaves the ledger. `addresses`: how many leave; by default those in the states. Throws `looks-limited`. */
export async function recordExport(
  database: Database,
  campaignNo: Campaign['campaignNo'],
  request: Pick<ExportRequest, 'states' | 'actor'> & { readonly addresses?: number },
): Promise<void> {
  const { actor, states = noticeStates } = request;
  const { counts } = await readCounts(database, campaignNo);
  await recordLook(database, {
    actor,
    campaignNo,
    kind: 'exported-with-addresses',
    addresses: request.addresses ?? states.reduce((sum, state) => sum + counts[state], 0),
    data: { states: request.states ?? 'all' },
  });
}

/** The account, the terms, the frozen letters and the events. */
export async function addAccount(
  tx: Transaction,
  keyring: Keyring,
  folder: Pick<ExportFolder, 'add'>,
  campaign: Campaign,
  request: Pick<ExportRequest, 'states' | 'withAddresses'>,
): Promise<void> {
  const letters = await readLetters(tx, keyring, campaign.campaignNo);
  const { rows } = await tx.query<{ now: Date }>({ text: 'select now() as now' });
  const account = {
    exportedAt: rows[0]?.now,
    states: request.states ?? 'all',
    withAddresses: request.withAddresses,
    summary: await summarise(tx, campaign),
    terms: campaign,
    letters: letters.map(({ audience, locale, subject, digest }) => ({ audience, locale, subject, digest })),
  };
  await folder.add('campaign.json', `${JSON.stringify(account, null, 2)}\n`);
  for (const letter of letters) {
    const name = `letters/${letter.audience}.${safeName(letter.locale)}`;
    await folder.add(`${name}.html`, letter.html);
    await folder.add(`${name}.txt`, letter.text);
    await folder.add(`${name}.json`, `${JSON.stringify(letter, null, 2)}\n`);
  }
  const events = await readEvents(tx, campaign.campaignNo);
  await folder.add('events.ndjson', ndjson(events.map(({ at, actor, kind, data }) => ({ at, actor, kind, data }))));
}

/** A file that is written as the notices pass by. */
export interface NoticeFile {
  readonly path: string;
  /** What stands before the first notice. */
  head(withAddresses: boolean): string;
  text(batch: readonly NoticeRecord[], mailFrom: string): string;
}

/** The evidence, and the same for spreadsheets. */
export const noticeFiles: readonly NoticeFile[] = [
  {
    path: 'notices.ndjson',
    head: () => '',
    text: (batch, mailFrom) => ndjson(batch.map((record) => withMessageIds(record, mailFrom))),
  },
  {
    path: 'notices.csv',
    head: (withAddresses) => csvLines([withAddresses ? [...noticeColumns, 'address'] : noticeColumns]),
    text: (batch, mailFrom) => csvLines(batch.map((record) => noticeCells(record, mailFrom))),
  },
  {
    path: 'attempts.csv',
    head: () => csvLines([attemptColumns]),
    text: (batch, mailFrom) =>
      csvLines(batch.flatMap((record) => record.attempts.map((attempt) => attemptCells(record, attempt, mailFrom)))),
  },
];

/** Streams the notices and attempts into their files; answers how many notices. */
async function addNotices(
  folder: ExportFolder,
  { mailFrom }: Campaign,
  records: AsyncIterable<readonly NoticeRecord[]>,
  withAddresses: boolean,
): Promise<number> {
  const files: { file: NoticeFile; to: ExportFile }[] = [];
  for (const file of noticeFiles) {
    const to = await folder.begin(file.path);
    await to.write(file.head(withAddresses));
    files.push({ file, to });
  }
  let count = 0;
  for await (const batch of records) {
    count += batch.length;
    for (const { file, to } of files) await to.write(file.text(batch, mailFrom));
  }
  return count;
}

function withMessageIds({ attempts, ...record }: NoticeRecord, mailFrom: string): object {
  return {
    ...record,
    messageId: messageIdOf(record.notice, mailFrom),
    attempts: attempts.map(({ token, ...rest }) => ({ ...rest, messageId: messageIdOf(token, mailFrom) })),
  };
}

function ndjson(values: readonly object[]): string {
  return values.map((value) => `${JSON.stringify(value)}\n`).join('');
}

/** A locale is a checked BCP 47 tag when it comes from a kit; in a restored ledger it is what the archive said. */
function safeName(locale: string): string {
  return locale.replaceAll(/[^A-Za-z0-9-]/g, '_');
}
