// An attempt: one try that reached MAIL FROM. Opened by a claim, closed by a settlement or by recovery.
import type { Audience } from './audience.ts';
import type { CategoryBits } from './category.ts';
import type { AttemptId, CampaignNo, NoticeId, SliceId } from './ids.ts';
import type { NoticeState } from './notice-state.ts';

/** Up to 100 notices that travel together. The queue carries the id alone; whose notices they are stands in the ledger. */
export interface Slice {
  readonly sliceId: SliceId;
  readonly noticeIds: readonly NoticeId[];
}

/** What a worker needs to know of a notice to render and address its letter. Lives only in memory. */
export interface NoticeContent {
  readonly noticeId: NoticeId;
  readonly campaignNo: CampaignNo;
  readonly audience: Audience;
  readonly locale: string;
  readonly categories: CategoryBits;
  readonly address: string;
  readonly name: string | null;
  /** Opaque id of the notice, for Message-ID, X-Candor-Notice and VERP. */
  readonly token: string;
}

export interface ClaimRequest {
  readonly campaignNo: CampaignNo;
  readonly noticeId: NoticeId;
  readonly sliceId: SliceId;
}

/** An open attempt. */
export interface Claim {
  readonly attemptId: AttemptId;
  readonly campaignNo: CampaignNo;
  readonly noticeId: NoticeId;
  /** Tries in this round so far, this one included. */
  readonly attemptCount: number;
  /** Those among the earlier ones that count against the schedule. */
  readonly chargedCount: number;
  /** Running time since the first try of this round (the give-up clock); 0 for the first. */
  readonly roundAgeMs: number;
}

export const attemptOutcomes = [
  /** On the wire, or about to be. */
  'open',
  'accepted',
  'deferred',
  'refused',
  'failed',
  /** The process or the connection ended first, or recovery closed it. */
  'unconfirmed',
  /** The relay wanted it slower; not charged. */
  'throttled',
  /** The relay, the sender or the letter was at fault; not charged. */
  'relay-fault',
  /** Nothing reached the relay; not charged. */
  'given-back',
] as const;
export type AttemptOutcome = (typeof attemptOutcomes)[number];

/** Where a settled attempt leaves its notice. */
export type SettledState = Extract<
  NoticeState,
  'accepted' | 'deferred' | 'refused' | 'failed' | 'unconfirmed' | 'pending'
>;

/** How an attempt ended. */
export interface Settlement {
  readonly attemptId: AttemptId;
  readonly campaignNo: CampaignNo;
  readonly noticeId: NoticeId;
  readonly outcome: Exclude<AttemptOutcome, 'open'>;
  readonly state: SettledState;
  /** Null for accepted, deferred and pending. */
  readonly reason: string | null;
  /** Until the next try, for `deferred`. */
  readonly retryAfterMs: number | null;
  /** True when it counts against the schedule. */
  readonly charged: boolean;
  readonly stage: string;
  readonly rule: string;
  readonly replyCode: number | null;
  readonly enhancedCode: string | null;
  /** The relay's words as they came; the ledger seals them. */
  readonly reply: string | null;
  readonly replyScrubbed: string | null;
}
