// Single notices for the console, by the use cases of the command line.
import type { LedgerContext } from '../../campaigns/context.ts';
import { resendCampaign } from '../../campaigns/control-campaign.ts';
import { exportArchive } from '../../campaigns/export-archive.ts';
import { holdingChanged } from '../../campaigns/hold-changed.ts';
import { findRecipient } from '../../campaigns/look-at.ts';
import { closeCampaignDoubts, correctNotice } from '../../campaigns/mend-notice.ts';
import { countOtherChannel, otherChannelLines } from '../../campaigns/other-channel.ts';
import { CandorError } from '../../domain/errors.ts';
import type { NoticeId } from '../../domain/ids.ts';
import { maskAddress } from '../../domain/masked-address.ts';
import { messageIdOf } from '../../domain/message-id.ts';
import { listNotices, readNotice, readReasonGroups } from '../../ledger/browsing.ts';
import { readCampaign, type Campaign } from '../../ledger/campaigns.ts';
import { readLetters } from '../../ledger/bound-terms.ts';
import { readAttempts } from '../../ledger/exporting.ts';
import type { NoticeHistory, NoticeLine, NoticesPort } from '../../web/ports/notices.ts';

/** @param relay of this process: a re-send through another one would wait for ever */
export function openNoticesPort(ledger: LedgerContext, relay: { identity: string; label: string }): NoticesPort {
  const { database, keyring } = ledger;
  const numberOf = async (id: string): Promise<Campaign['campaignNo']> => (await readCampaign(database, id)).campaignNo;
  const idOf = (token: string): NoticeId | null => keyring.readNoticeToken(token)?.noticeId ?? null;

  return {
    groups: async (id) => readReasonGroups(database, await numberOf(id)),
    async list(id, { of, after, limit }) {
      const page = { of, after: after === null ? null : idOf(after), limit };
      const campaignNo = await numberOf(id);
      const notices = await holdingChanged(ledger, () => listNotices(database, keyring, campaignNo, page));
      return notices.map(({ address, ...line }): NoticeLine => ({ ...line, maskedAddress: maskAddress(address) }));
    },
    async history(id, token) {
      const campaign = await readCampaign(database, id);
      const noticeId = idOf(token);
      if (noticeId === null) return null;
      const { campaignNo } = campaign;
      const notice = await holdingChanged(ledger, () => readNotice(database, keyring, campaignNo, noticeId));
      if (notice === null) return null;
      const [attempts, letters] = await Promise.all([
        readAttempts(database, keyring, [noticeId]),
        readLetters(database, keyring, campaign.campaignNo),
      ]);
      const history: NoticeHistory = {
        ...notice,
        messageId: messageIdOf(notice.notice, campaign.mailFrom),
        subject:
          letters.find((letter) => letter.audience === notice.audience && letter.locale === notice.locale)?.subject ??
          '',
        attemptRecords: attempts.get(noticeId) ?? [],
      };
      return history;
    },
    find: (address, actor) => findRecipient(ledger, { address, actor }),
    plan: (campaign, choice) =>
      resendCampaign(ledger, { campaign, ...choice, reason: 'a plan', actor: 'console', dryRun: true }),
    async resend(id, choice, { expect, reason, actor }) {
      const campaign = await readCampaign(database, id);
      if (campaign.relayIdentity !== relay.identity)
        throw new CandorError('relay-mismatch', { campaign: id, launched: campaign.relayLabel, here: relay.label });
      return resendCampaign(ledger, {
        campaign: id,
        ...choice,
        expect,
        actor,
        dryRun: false,
        ...(reason === null ? {} : { reason }),
      });
    },
    correct: (campaign, notice, { address, actor }) => correctNotice(ledger, { campaign, notice, address, actor }),
    close: (campaign, notice, { reason, actor }) => closeCampaignDoubts(ledger, { campaign, notice, reason, actor }),
    archive: (campaign, wanted) => exportArchive(ledger, { campaign, ...wanted }),
    untold: (campaign) => countOtherChannel(ledger, campaign),
    otherChannel: (campaign, actor) => otherChannelLines(ledger, { campaign, actor }),
  };
}
