// Those whom a letter did not reach, for a second channel (GDPR Art. 34: telephone, post, a message in the account):
// with their addresses, so it is recorded before the first one leaves the ledger.
import { readCampaign } from '../ledger/campaigns.ts';
import { closedDoubts } from '../ledger/correcting.ts';
import { noticeRecords } from '../ledger/exporting.ts';
import type { NoticeState } from '../domain/notice-state.ts';
import type { LedgerContext } from './context.ts';
import { recordExport } from './export-campaign.ts';
import { csvLines } from './export-csv.ts';

/** Refused, given up, in doubt (unless somebody has looked into it), or left out on purpose. */
export const otherChannelStates = ['refused', 'failed', 'unconfirmed', 'suppressed'] as const satisfies readonly NoticeState[];

const columns = ['row', 'address', 'audience', 'locale', 'state', 'reason', 'maybe_accepted', 'reply', 'settled_at', 'notice'] as const;

/** The list as lines of CSV, with a mark for spreadsheets that it is UTF-8. Throws `campaign-unknown`. */
export async function otherChannelLines({ database, keyring }: LedgerContext, request: { campaign: string; actor: string }): Promise<AsyncIterable<string>> {
  const { campaignNo } = await readCampaign(database, request.campaign);
  await recordExport(database, campaignNo, { states: otherChannelStates, actor: request.actor });
  return lines({ database, keyring }, campaignNo);
}

async function* lines({ database, keyring }: LedgerContext, campaignNo: Awaited<ReturnType<typeof readCampaign>>['campaignNo']): AsyncGenerator<string, void> {
  yield `\uFEFF${csvLines([columns])}`;
  const session = await database.session();
  try {
    await session.query({ text: 'begin transaction isolation level repeatable read, read only' });
    const closed = new Set((await closedDoubts(session, campaignNo)).map(({ noticeId, addressVersion }) => keyring.noticeToken(noticeId, addressVersion)));
    for await (const batch of noticeRecords(session, keyring, campaignNo, { states: otherChannelStates, withAddresses: true })) {
      yield csvLines(
        batch.filter((record) => !closed.has(record.notice)).map((record) => [
          record.row, record.address, record.audience, record.locale, record.state, record.reason, record.maybeAccepted,
          record.attempts.findLast((attempt) => attempt.reply !== null)?.reply, record.settledAt, record.notice,
        ]),
      );
    }
  } finally {
    await session.end();
  }
}
