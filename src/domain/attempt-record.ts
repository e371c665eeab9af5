// One attempt as the record of a campaign tells it.
import type { AttemptOutcome } from './attempt.ts';
import type { AttemptId } from './ids.ts';

export interface AttemptRecord {
  readonly attempt: AttemptId;
  /** Opaque id in the letter of this attempt: another one than the notice's after its address was corrected. */
  readonly token: string;
  readonly round: number;
  readonly openedAt: Date;
  readonly closedAt: Date | null;
  readonly outcome: AttemptOutcome;
  readonly stage: string | null;
  readonly rule: string | null;
  /** True when it counted against the schedule. */
  readonly charged: boolean;
  readonly replyCode: number | null;
  readonly enhancedCode: string | null;
  /** The relay's words, scrubbed. */
  readonly reply: string | null;
  /** True when the reply came after the attempt had been recovered as unconfirmed. */
  readonly late: boolean;
}
