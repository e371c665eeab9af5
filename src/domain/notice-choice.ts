// Which of a campaign's notices a person means: a whole state, one reason, or one notice.
import type { NoticeState } from './notice-state.ts';

/** Notices that ended alike: the same state, for the same reason, with the same reply. */
export interface ReasonKey {
  readonly state: NoticeState;
  readonly reason: string;
  /** Of the last reply; null: none was recorded. */
  readonly replyCode: number | null;
  readonly enhancedCode: string | null;
}

/** A group of notices that ended alike. */
export interface ReasonGroup extends ReasonKey {
  readonly notices: number;
  /** How many of them may have been accepted in an earlier attempt: a re-send may give these a copy. */
  readonly maybeAccepted: number;
  /** The reply to one of them, scrubbed. */
  readonly reply: string | null;
}
