// Those whom a letter did not reach, for a second channel (GDPR Art. 34: telephone, post, a message in the account):
// with their addresses, so it is recorded before the first one leaves the ledger.
import { Readable } from 'node:stream';
import { countSuppressedBut } from '../ledger/browsing.ts';
import { readCampaign } from '../ledger/campaigns.ts';
import { closedDoubts, countClosedDoubts } from '../ledger/correcting.ts';
import { noticeRecords, type NoticeRecord } from '../ledger/exporting.ts';
import { readCounts } from '../ledger/tally.ts';
import type { CampaignNo } from '../domain/ids.ts';
import { noticeStateRows, otherChannelStates, type OtherChannelState } from '../domain/notice-state.ts';
import type { LedgerContext } from './context.ts';
import { recordExport } from './export-campaign.ts';
import { csvLines } from './export-csv.ts';

/** These have been told, by another campaign. */
const toldReason = 'told-before';

const columns = [
  'row',
  'address',
  'audience',
  'locale',
  'state',
  'reason',
  'maybe_accepted',
  'reply',
  'settled_at',
  'notice',
  'why',
] as const;

/** What stands before the first of them, with the mark for spreadsheets. */
const head = `\uFEFF${csvLines([columns])}`;

/** How many need another channel, by state: as many as the list has lines. Throws `campaign-unknown`. */
export async function countOtherChannel(
  { database }: Pick<LedgerContext, 'database'>,
  id: string,
): Promise<Readonly<Record<OtherChannelState, number>>> {
  const { campaignNo } = await readCampaign(database, id);
  // From the tally, which costs the same for a million; asked beyond it is only what is rare.
  const { counts } = await readCounts(database, campaignNo);
  const looked = counts.unconfirmed === 0 ? 0 : await countClosedDoubts(database, campaignNo);
  const suppressed = counts.suppressed === 0 ? 0 : await countSuppressedBut(database, campaignNo, toldReason);
  const all = Object.fromEntries(otherChannelStates.map((state) => [state, counts[state]]));
  return {
    ...(all as Record<OtherChannelState, number>),
    unconfirmed: Math.max(0, counts.unconfirmed - looked),
    suppressed,
  };
}

/** The list as lines of CSV, with a mark for spreadsheets that it is UTF-8. Throws `campaign-unknown`. */
export async function otherChannelLines(
  { database, keyring }: LedgerContext,
  request: { campaign: string; actor: string },
): Promise<AsyncIterable<string>> {
  const { campaignNo } = await readCampaign(database, request.campaign);
  const untold = await countOtherChannel({ database }, request.campaign);
  const addresses = Object.values(untold).reduce((sum, count) => sum + count, 0);
  // Nobody is in it then, and nobody can be: it is not looked for them a second time.
  if (addresses === 0) return Readable.from([head]);
  await recordExport(database, campaignNo, { states: otherChannelStates, actor: request.actor, addresses });
  return lines({ database, keyring }, campaignNo);
}

async function* lines({ database, keyring }: LedgerContext, campaignNo: CampaignNo): AsyncGenerator<string, void> {
  yield head;
  const session = await database.session();
  try {
    await session.query({ text: 'begin transaction isolation level repeatable read, read only' });
    const closed = new Set(
      (await closedDoubts(session, campaignNo)).map(({ noticeId, addressVersion }) =>
        keyring.noticeToken(noticeId, addressVersion),
      ),
    );
    for await (const batch of noticeRecords(session, keyring, campaignNo, {
      states: otherChannelStates,
      withoutReason: toldReason,
      withAddresses: true,
    })) {
      yield csvLines(
        batch
          .filter((record) => record.state !== 'unconfirmed' || !closed.has(record.notice))
          .map((record) => [
            record.row,
            record.address,
            record.audience,
            record.locale,
            record.state,
            record.reason,
            record.maybeAccepted,
            record.attempts.findLast((attempt) => attempt.reply !== null)?.reply,
            record.settledAt,
            record.notice,
            whyHere(record),
          ]),
      );
    }
  } finally {
    await session.end();
  }
}

/** Why somebody is in the list, in a sentence for whoever takes up the telephone. Pure. */
function whyHere({ state, maybeAccepted, attempts }: NoticeRecord): string {
  if (state !== 'cancelled') return noticeStateRows[state].meaning;
  if (maybeAccepted)
    return 'Perhaps told by an earlier attempt whose answer was not recorded; the campaign was cancelled before another one.';
  const last = attempts.findLast(({ outcome }) => outcome !== 'given-back')?.outcome;
  if (last === 'refused') return 'The relay had refused this recipient; the campaign was cancelled before the re-send.';
  return last === undefined
    ? 'Never tried: the campaign was cancelled before its turn.'
    : 'Tried, but not accepted; the campaign was cancelled before another try.';
}
