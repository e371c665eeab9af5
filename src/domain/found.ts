// What the ledger knows of one address: was it told, what, when, and how sure that is.
import type { AttemptOutcome } from './attempt.ts';
import type { Audience } from './audience.ts';
import type { NoticeState } from './notice-state.ts';

/** One notice to the address that was asked about. */
export interface Found {
  /** The campaign's id. */
  readonly campaign: string;
  /** Opaque id of the notice. */
  readonly notice: string;
  /** True when the notice has another address by now: somebody corrected this one. */
  readonly corrected: boolean;
  readonly kit: string;
  readonly rehearsal: boolean;
  readonly audience: Audience;
  readonly locale: string;
  /** Of the frozen letter. */
  readonly subject: string;
  readonly state: NoticeState;
  readonly reason: string | null;
  /** True for ever once an attempt ended without a recorded reply. */
  readonly maybeAccepted: boolean;
  /** Oldest first, over all rounds; without those that were given back before MAIL FROM. */
  readonly attempts: readonly FoundAttempt[];
}

export interface FoundAttempt {
  readonly at: Date;
  readonly settledAt: Date | null;
  readonly outcome: AttemptOutcome;
  readonly replyCode: number | null;
  readonly enhancedCode: string | null;
  /** The relay's words, scrubbed. */
  readonly reply: string | null;
}
