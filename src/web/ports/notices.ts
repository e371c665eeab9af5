// What the pages need of single notices: to look through them, re-send, correct, close, search and export.
import type { Readable } from 'node:stream';
import type { ResendAnswer } from '../../campaigns/application.ts';
import type { AttemptRecord } from '../../domain/attempt-record.ts';
import type { Found } from '../../domain/found.ts';
import type { ListedNotice, Listing, WholeNotice } from '../../domain/listed-notice.ts';
import type { ReasonGroup, ReasonKey } from '../../domain/notice-choice.ts';
import type { NoticeState, OtherChannelState } from '../../domain/notice-state.ts';

/** In a list an address is masked: it tells its owner, and nobody else. */
export type NoticeLine = Omit<ListedNotice, 'address'> & { readonly maskedAddress: string };

export interface NoticeHistory extends WholeNotice {
  readonly messageId: string;
  /** Of the frozen letter. */
  readonly subject: string;
  /** Oldest first, over all rounds. */
  readonly attemptRecords: readonly AttemptRecord[];
}

/** Which notices are re-sent. */
export interface ResendChoice {
  readonly states: readonly NoticeState[];
  readonly code?: string;
  readonly group?: ReasonKey;
  readonly notice?: string;
}

export interface NoticesPort {
  /** Why notices were not accepted, the largest group first, at most a hundred. */
  groups(campaign: string): Promise<readonly ReasonGroup[]>;
  /** A page in the order of the file, after the notice `after` (its opaque id). */
  list(campaign: string, page: { of: Listing; after: string | null; limit: number }): Promise<readonly NoticeLine[]>;
  /** Null when the campaign has no such notice. */
  history(campaign: string, notice: string): Promise<NoticeHistory | null>;
  /** The look is recorded. Throws `address-invalid`, `looks-limited`. */
  find(address: string, actor: string): Promise<readonly Found[]>;
  /** How many a re-send would take. */
  plan(campaign: string, choice: ResendChoice): Promise<ResendAnswer>;
  /** Throws `resend-changed` when it is not `expect` any more, `relay-mismatch`, `resend-reason`, `campaign-state`. */
  resend(
    campaign: string,
    choice: ResendChoice,
    confirmed: { expect: number; reason: string | null; actor: string },
  ): Promise<ResendAnswer>;
  /** Throws `address-invalid`, `address-same`, `address-taken`, `notice-state`, `notice-unknown`. */
  correct(campaign: string, notice: string, change: { address: string; actor: string }): Promise<void>;
  /** Records what a person found out: about one, or (null) about all unconfirmed notices. Answers how many. Throws for one `notice-unknown`, `notice-state`, `doubt-closed`. */
  close(campaign: string, notice: string | null, word: { reason: string; actor: string }): Promise<number>;
  /** The record as a ZIP file. With addresses, it is recorded. */
  archive(
    campaign: string,
    wanted: { states?: readonly NoticeState[]; withAddresses: boolean; actor: string },
  ): Promise<Readable>;
  /** How many need another channel, by state; cheap at any size. Throws `campaign-unknown`. */
  untold(campaign: string): Promise<Readonly<Record<OtherChannelState, number>>>;
  /** Those who need another channel, with their addresses, as CSV in which no cell runs as a formula. It is recorded. */
  otherChannel(campaign: string, actor: string): Promise<AsyncIterable<string>>;
}
