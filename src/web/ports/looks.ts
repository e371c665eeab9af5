// What the pages need to put looks at whole addresses on record, and to show the record.
import type { Counted, LookKind } from '../../domain/looks.ts';

export interface LookTaken {
  readonly kind: LookKind;
  /** Id of the campaign; null: it is about none. */
  readonly campaign: string | null;
  /** How many whole addresses are shown. */
  readonly addresses: number;
  /** Id of the upload that is looked at. */
  readonly upload?: string;
}

/** One event of the history. */
export interface HistoryLine {
  readonly id: number;
  readonly at: Date;
  readonly campaign: string | null;
  readonly actor: string;
  /** The system's user behind a name that somebody gave at the command line; null: the name is not only claimed. */
  readonly claimedBy: string | null;
  readonly kind: string;
  /** Null for what happened once. */
  readonly counted: Counted | null;
  /** Where a refused sign-in came from; null for all else. */
  readonly from: string | null;
}

export interface LooksPort {
  /** Before anything is shown. Throws `looks-limited`, `campaign-unknown`. */
  record(actor: string, look: LookTaken): Promise<void>;
  /** The latest first, before the event `before`. */
  history(page: { before: number | null; limit: number }): Promise<readonly HistoryLine[]>;
}
