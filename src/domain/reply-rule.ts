// The form of a reply rule: what it looks at, and what it rules. The rules themselves: reply-rules.ts and those beside it.
import type { HoldReason, RefusalReason, Stage } from './delivery-result.ts';

/** A verdict without the name of its rule. */
export type Ruling =
  | { readonly kind: 'deferred'; readonly charged: boolean }
  | { readonly kind: 'refused'; readonly reason: RefusalReason }
  | { readonly kind: 'throttled'; readonly scope: 'relay' | 'domain' }
  | { readonly kind: 'hold'; readonly reason: HoldReason };

/** One rule. All conditions that are present must fit. */
export interface ReplyRule {
  readonly name: string;
  readonly when: {
    readonly stage?: readonly Stage[];
    /** Fits the three digits of the reply code. */
    readonly code?: RegExp;
    /** Fits the enhanced code; a reply without one doesn't fit. */
    readonly enhanced?: RegExp;
    /** Fits the words of the reply, its codes left out. */
    readonly text?: RegExp;
  };
  readonly ruling: Ruling;
}

export const hold = (reason: HoldReason): Ruling => ({ kind: 'hold', reason });
export const refused = (reason: RefusalReason): Ruling => ({ kind: 'refused', reason });
export const throttled = (scope: 'relay' | 'domain'): Ruling => ({ kind: 'throttled', scope });
export const charged: Ruling = { kind: 'deferred', charged: true };
export const uncharged: Ruling = { kind: 'deferred', charged: false };

export const permanent = /^5/;
export const letterGone: readonly Stage[] = ['data', 'body', 'after-body'];
/** From RCPT on: what is said at MAIL can't be about the recipient. */
export const recipientKnown: readonly Stage[] = ['rcpt', ...letterGone];
