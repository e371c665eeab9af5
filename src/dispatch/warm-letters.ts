// The first letter of each kind costs tens of milliseconds, cold; the next ones microseconds. Paid while a
// slot passes, that is a slot forfeited, and those of the other lanes with it. So a process makes one letter of each kind that its
// first slice of a campaign needs before it takes slots for it. What is made here is thrown away.
import type { NoticeContent } from '../domain/attempt.ts';
import type { CampaignNo } from '../domain/ids.ts';
import type { CampaignTerms } from './ports.ts';

export interface WarmLetters {
  /** Resolves when the letters of this campaign have been made once. Never rejects: whoever carries the notice meets the error. */
  readyFor(notices: readonly NoticeContent[]): Promise<void>;
}

export function createWarmLetters(
  termsOf: (campaign: CampaignNo) => Promise<CampaignTerms>,
  now: () => Date,
): WarmLetters {
  const made = new Map<CampaignNo, Promise<void>>();
  const make = async (campaign: CampaignNo, notices: readonly NoticeContent[]): Promise<void> => {
    const terms = await termsOf(campaign);
    const kinds = new Map(
      notices.map((notice) => [`${notice.audience}/${notice.locale}/${notice.categories}`, notice]),
    );
    for (const notice of kinds.values()) {
      await terms.compose(notice, now());
      // Other campaigns may have slots to keep meanwhile.
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  return {
    readyFor(notices) {
      const campaign = notices[0]?.campaignNo;
      if (campaign === undefined) return Promise.resolve();
      const making = made.get(campaign) ?? make(campaign, notices).catch(() => undefined);
      made.set(campaign, making);
      return making;
    },
  };
}
