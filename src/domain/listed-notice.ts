// A notice as a person who looks through a campaign sees it: in a list, and by itself.
import type { Audience } from './audience.ts';
import type { Category } from './category.ts';
import type { ReasonKey } from './notice-choice.ts';
import type { NoticeState } from './notice-state.ts';

/** One notice in a list. */
export interface ListedNotice {
  /** Opaque id. */
  readonly notice: string;
  readonly row: number;
  readonly address: string;
  readonly audience: Audience;
  readonly locale: string;
  readonly state: NoticeState;
  readonly reason: string | null;
  readonly replyCode: number | null;
  readonly enhancedCode: string | null;
  readonly round: number;
  readonly attempts: number;
  readonly maybeAccepted: boolean;
  readonly dueAt: Date | null;
  readonly settledAt: Date | null;
  /** True when a person has looked into the doubt. */
  readonly closed: boolean;
}

/** Which notices a page holds: those of one group, of one state, or all. */
export type Listing = { readonly group: ReasonKey } | { readonly state: NoticeState } | null;

/** A notice with what no list shows. */
export interface WholeNotice extends ListedNotice {
  readonly categories: readonly Category[];
  readonly autoResent: boolean;
  /** Addresses that it had before, the oldest first. */
  readonly formerAddresses: readonly { readonly address: string; readonly replacedAt: Date }[];
  /** Who has looked into the doubt, and what they found. */
  readonly closedDoubt: { readonly actor: string; readonly reason: string; readonly at: Date } | null;
}
