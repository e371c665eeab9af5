// Ids that cannot be mixed up: each is a number or a string that only the ledger hands out.

declare const brand: unique symbol;
type Branded<Base, Name extends string> = Base & { readonly [brand]: Name };

/** Number of a notice in the ledger. */
export type NoticeId = Branded<number, 'notice'>;
/** Number of an attempt in the ledger. */
export type AttemptId = Branded<number, 'attempt'>;
/** Number of a campaign in the ledger; people see its `CampaignId`. */
export type CampaignNo = Branded<number, 'campaign-no'>;
/** What people and scripts call a campaign: 8 lower-case letters and digits. */
export type CampaignId = Branded<string, 'campaign'>;
/** A slice: a random UUID, never used twice. */
export type SliceId = Branded<string, 'slice'>;
/** A worker process's right to claim. */
export type LeaseId = Branded<number, 'lease'>;

const alphabet = 'abcdefghjkmnpqrstuvwxyz23456789';

/** A new campaign id from 8 random bytes; without letters and digits that look alike. */
export function campaignIdFrom(random: Uint8Array): CampaignId {
  if (random.length < 8) throw new RangeError('a campaign id needs 8 random bytes');
  return [...random.subarray(0, 8)].map((byte) => alphabet[byte % alphabet.length]).join('') as CampaignId;
}
