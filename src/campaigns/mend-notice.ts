// What a person does to single notices: corrects an address, closes a doubt that they have looked into.
import { parseAddress } from '../domain/address.ts';
import { CandorError } from '../domain/errors.ts';
import type { NoticeId } from '../domain/ids.ts';
import { readCampaign } from '../ledger/campaigns.ts';
import { closeDoubts, correctAddress } from '../ledger/correcting.ts';
import type { Keyring } from '../ledger/keyring.ts';
import type { LedgerContext } from './context.ts';

/** The notice behind its opaque id, whatever address it had then. Throws `notice-unknown`. */
export function noticeIdOf(keyring: Keyring, token: string): NoticeId {
  const read = keyring.readNoticeToken(token);
  if (read === null) throw new CandorError('notice-unknown');
  return read.noticeId;
}

/** Gives a notice another address. Throws `campaign-unknown`, `notice-unknown`, `notice-state`, `address-invalid`, `address-same`, `address-taken`. */
export async function correctNotice(
  { database, keyring }: LedgerContext,
  request: { campaign: string; notice: string; address: string; actor: string },
): Promise<void> {
  const parsed = parseAddress(request.address);
  if (!parsed.ok) throw new CandorError('address-invalid', { why: parsed.message });
  const noticeId = noticeIdOf(keyring, request.notice);
  await database.transaction(async (tx) => {
    const { campaignNo } = await readCampaign(tx, request.campaign);
    await correctAddress(
      tx,
      keyring,
      { campaignNo, noticeId },
      { address: parsed.address, key: parsed.key, actor: request.actor },
    );
  });
}

/** Records what a person found out about unconfirmed notices: one, or (null) all that are open. Answers how many. Throws `campaign-unknown`, and for one `notice-unknown`, `notice-state`, `doubt-closed`: nobody's word is lost in silence. */
export async function closeCampaignDoubts(
  { database, keyring }: LedgerContext,
  request: { campaign: string; notice: string | null; reason: string; actor: string },
): Promise<number> {
  const { notice: token, reason, actor } = request;
  const notice = token === null ? null : { noticeId: noticeIdOf(keyring, token), token };
  return database.transaction(async (tx) => {
    const { campaignNo } = await readCampaign(tx, request.campaign);
    return closeDoubts(tx, campaignNo, { notice, actor, reason });
  });
}
