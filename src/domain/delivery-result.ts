// What can come of handing one letter to the relay, as values. `delivery/` reports results; the pure
// `classify` (classify.ts) turns a result into a verdict; `dispatch/` acts on the verdict.

/**
 * How far the conversation had come: the step whose answer was awaited. Order matters: later stages
 * stand further down. `body`: not all of the body had left this process; `after-body`: all of it had.
 */
export const stages = [
  'connect',
  'greeting',
  'ehlo',
  'tls',
  'auth',
  'mail',
  'rcpt',
  'data',
  'body',
  'after-body',
] as const;
export type Stage = (typeof stages)[number];

/** Stages at which no MAIL FROM has been written: no attempt exists. */
export type ConnectStage = Extract<Stage, 'connect' | 'greeting' | 'ehlo' | 'tls' | 'auth'>;
/** Stages from MAIL FROM on: an attempt is open. */
export type LetterStage = Exclude<Stage, ConnectStage>;

/** A relay's reply. `text` is raw: it often quotes the recipient's address, so it is sealed, and scrubbed before any other use. */
export interface Reply {
  /** RFC 5321 reply code, 200-599. */
  readonly code: number;
  /** RFC 3463 enhanced code such as `5.1.1`, parsed from the text; null when there is none. */
  readonly enhanced: string | null;
  /** The whole reply with its codes, lines joined by \n; control characters are U+FFFD. Of a reply above 8 KB its beginning and its last line. */
  readonly text: string;
}

/** Why there was no reply. */
export type Loss = 'refused' | 'dns' | 'timeout' | 'reset' | 'tls' | 'protocol';

/** The outcome of `connect`: a failure here has cost no recipient anything. */
export interface ConnectFailure {
  readonly stage: ConnectStage;
  /** Set when the relay answered with something other than what was needed. */
  readonly reply: Reply | null;
  /** Set when it did not answer. */
  readonly loss: Loss | null;
  /** For a person; holds no credentials and no recipient. For example `certificate has expired`. */
  readonly detail: string;
}

/** The outcome of one letter on an open connection. */
export type DeliveryResult =
  /** The relay answered. A 2yz at `after-body` is the only acceptance (promise 3); other stages carry refusals only. */
  | { readonly kind: 'replied'; readonly stage: LetterStage; readonly reply: Reply }
  /**
   * No reply, or none that can be believed. `mayHaveGone` is true from the first byte of the body on:
   * RFC 1047, promise 5. Stage `mail` also when the connection was gone before MAIL FROM was written.
   */
  | { readonly kind: 'lost'; readonly stage: LetterStage; readonly loss: Loss; readonly mayHaveGone: boolean }
  /** Nothing was written: the recipient needs SMTPUTF8 (RFC 6531) and the relay does not offer it. */
  | { readonly kind: 'unsupported'; readonly reason: 'relay-without-smtputf8' };

/** What a result means for the notice, the relay and the campaign. `rule` names the reply rule that decided. */
export type Verdict =
  | { readonly kind: 'accepted'; readonly rule: string }
  /** Temporary, about this recipient: try again by the schedule. */
  | { readonly kind: 'deferred'; readonly rule: string; readonly charged: boolean }
  /** The session came to its end before the letter: it goes at once over another connection, not along the schedule. */
  | { readonly kind: 'session-ended'; readonly rule: string }
  /** Permanent, about this recipient. `reason` is `review` when no rule knows the reply. */
  | { readonly kind: 'refused'; readonly rule: string; readonly reason: RefusalReason }
  /** Perhaps handed over. */
  | { readonly kind: 'unconfirmed'; readonly rule: string }
  /** The relay (or one receiving domain) wants it slower: nothing is charged, the rate comes down. */
  | { readonly kind: 'throttled'; readonly rule: string; readonly scope: 'relay' | 'domain' }
  /** The relay, the sender or the letter is at fault, not the recipient: hold the campaign, charge nobody. */
  | { readonly kind: 'hold'; readonly rule: string; readonly reason: HoldReason };

/** Why a notice is `refused`. Docs: docs/STATES.md. */
export const refusalReasons = [
  'unknown-mailbox',
  'unknown-domain',
  'mailbox-disabled',
  'bad-address',
  'relay-without-smtputf8',
  'recipient-policy',
  'not-relayed',
  'review',
] as const;
export type RefusalReason = (typeof refusalReasons)[number];

/** Why the program holds a campaign. Texts: hold-reasons.ts. */
export const holdReasons = [
  'relay-unreachable',
  'relay-tls',
  'relay-auth',
  'relay-denied',
  'sender-refused',
  'sender-unauthenticated',
  'sender-blocked',
  'quota-spent',
  'letter-malformed',
  'content-refused',
  'too-many-refused',
  'letter-unrenderable',
  'signing-key-missing',
  'canary',
  'account-broken',
  'restored',
  'restored-unauthenticated',
  'ledger-went-back',
] as const;
export type HoldReason = (typeof holdReasons)[number];
