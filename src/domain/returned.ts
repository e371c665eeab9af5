// What a message that came back can be, and what was read from one.

/**
 * - `bounce`: somebody was given up on for good
 * - `delay`: still being tried
 * - `relayed`, `delivered`, `expanded`: good news of RFC 3464
 * - `complaint`: a reader called the letter unwanted (RFC 5965)
 * - `auto-reply`: written by a program in a reader's name: out of office, ticket, list that waits for its moderator
 * - `challenge`: a person or gateway wants the sender to prove something first
 * - `other`: read receipts, reports of DMARC, TLS, viruses and authentication
 * - `not-a-bounce`: mail of people, and everything that is none of these
 */
export const returnKinds = [
  'bounce',
  'delay',
  'relayed',
  'delivered',
  'expanded',
  'complaint',
  'auto-reply',
  'challenge',
  'other',
  'not-a-bounce',
] as const;
export type ReturnKind = (typeof returnKinds)[number];

/** Why a recipient was given up on, as far as the message says. */
export const returnReasons = [
  'unknown-mailbox',
  'unknown-domain',
  'mailbox-disabled',
  'mailbox-full',
  'bad-address',
  'recipient-policy',
  'content-refused',
  'sender-refused',
  'too-large',
  'expired',
  'relay-fault',
] as const;
export type ReturnReason = (typeof returnReasons)[number];

/** One recipient that a return speaks of. */
export interface ReturnedRecipient {
  /** As the message writes it, without brackets. */
  readonly address: string;
  /** True when the reporting side has given up on this recipient; a letter is never final by its code alone. */
  readonly final: boolean;
  /** RFC 3463 status such as `5.1.1`; null when the message gives none. */
  readonly status: string | null;
  readonly reason: ReturnReason | null;
}

/** What was read from one message. */
export interface ReadReturn {
  readonly kind: ReturnKind;
  readonly recipients: readonly ReturnedRecipient[];
  /** Message-ID of the returned or answered letter, with its brackets; null when nothing names it. */
  readonly referencesOriginal: string | null;
  /** `X-Candor-Notice` of the returned letter; null when it does not come back with it. */
  readonly notice: string | null;
}
