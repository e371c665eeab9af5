// What a relay's answer, or its silence, means for the notice, the relay and the campaign. Pure.
// The rules are data (reply-rules.ts); what no reply can tell is decided here.
import type {
  ConnectFailure,
  DeliveryResult,
  HoldReason,
  LetterStage,
  RefusalReason,
  Reply,
  Verdict,
} from './delivery-result.ts';
import { namesUs, type OwnNames } from './own-names.ts';
import { findRule } from './reply-rules.ts';
import { isPermanent, isTemporary } from './reply.ts';

export interface ClassifyContext {
  /** Usually the relay's `TemporaryShare`. */
  readonly temporaryShare: { isThrottling(): boolean };
  /** Usually the relay's `MailShare`; without it no 4yz at MAIL FROM joins. */
  readonly mailShare?: { isThrottling(): boolean } | undefined;
  /** The session that the letter was handed to; without it, nothing is called a fault of it. */
  readonly session?: {
    /** Letters that it had carried before this one. */
    readonly letters: number;
    /** How often this letter was tried again at once already. */
    readonly triedAtOnce: number;
  };
  /** Tries of this letter in this round, this one included. */
  readonly tries?: number;
  /** Our names, and the recipient's address; without them no reply is looked through for ours. */
  readonly names?: { readonly own: OwnNames; readonly recipient: string } | undefined;
}

/** A letter is tried again at once so often; whatever ends its sessions then is more than their end. */
const mostAtOnce = 3;
/** Rules whose 421 says no more than that the session is over. */
const endsSession: ReadonlySet<string> = new Set(['closing', 'session-limit']);

/** What a failed `connect` means. No recipient is ever charged for one. */
export type ConnectVerdict =
  /** Trying again is useless or harmful (lock-out): a person has to act. */
  | { readonly kind: 'hold'; readonly rule: string; readonly reason: HoldReason }
  /** Try again with growing pauses; `relay-unreachable` when it lasts. */
  | { readonly kind: 'retry'; readonly rule: string }
  /** The relay answers, and wants it slower. */
  | { readonly kind: 'throttled'; readonly rule: string };

/** The rule of a throttle that no reply asked for in words. */
export const temporaryShareRule = 'temporary-share';

/** The same for a 4yz to MAIL FROM. */
export const mailShareRule = 'mail-share';

/** The rule of a 4yz to MAIL FROM that says nothing more: about nobody, and tried again soon. */
export const mailNotNow = 'mail-not-now';

/** The rule of a letter whose session was lost before its body, once too often. */
export const lostBeforeBody = 'lost-before-body';

/** A relay that is only looking our sender up is done with it after a try or two; by then it puts us off for ever. */
const senderPutOffAtMost = 3;
export const senderPutOffRule = 'sender-put-off';

/** True for a 4yz that is about our sender's address or domain. */
export function putsSenderOff(rule: string, reply: Reply): boolean {
  return rule.startsWith('sender-lookup') || (isTemporary(reply) && /^4\.1\.[78]$/.test(reply.enhanced ?? ''));
}

/** The rule of a refusal in unknown words that names our sender or our login. */
export const ownNameRule = 'own-name';

/** The verdict on one letter. */
export function classify(result: DeliveryResult, context: ClassifyContext): Verdict {
  switch (result.kind) {
    case 'replied':
      return classifyReply(result.stage, result.reply, context);
    case 'lost':
      // RFC 1047: once a byte of the body may have left, silence proves nothing.
      return result.mayHaveGone
        ? { kind: 'unconfirmed', rule: 'lost-after-body' }
        : mayTryAtOnce(context) && result.loss === 'reset'
          ? { kind: 'session-ended', rule: 'session-ended' }
          : { kind: 'deferred', rule: lostBeforeBody, charged: false };
    case 'unsupported':
      return { kind: 'refused', rule: 'relay-without-smtputf8', reason: result.reason };
    default:
      return result satisfies never;
  }
}

/** True when `TemporaryShare` should count this answer as temporary, false when as another, null when it is no answer to a recipient or a letter. */
export function temporaryAnswer(result: DeliveryResult): boolean | null {
  if (result.kind !== 'replied' || result.stage === 'mail') return null;
  // Greylisting that calls itself so, or a full mailbox, is about the recipient however many have it.
  return isShared(result.reply) && findRule(result.stage, result.reply)?.name === 'temporary';
}

/** True for a 4yz to MAIL FROM that `MailShare` should count, false for every letter that came further, null for what is no answer to it. */
export function mailAnswer(result: DeliveryResult): boolean | null {
  if (result.kind !== 'replied') return null;
  if (result.stage !== 'mail') return false;
  return findRule(result.stage, result.reply)?.name === mailNotNow ? true : null;
}

function classifyReply(stage: LetterStage, reply: Reply, context: ClassifyContext): Verdict {
  if (reply.code < 300 && stage === 'after-body') return { kind: 'accepted', rule: 'accepted' };
  const rule = findRule(stage, reply);
  // A 2yz or 3yz where none belongs: the transport reports these as lost; nothing is concluded from them.
  if (rule === null)
    return stage === 'body' || stage === 'after-body'
      ? { kind: 'unconfirmed', rule: 'out-of-place' }
      : { kind: 'deferred', rule: 'out-of-place', charged: false };
  if (rule.name === 'temporary' && isShared(reply) && context.temporaryShare.isThrottling())
    return { kind: 'throttled', rule: temporaryShareRule, scope: 'relay' };
  if (putsSenderOff(rule.name, reply) && (context.tries ?? 1) >= senderPutOffAtMost)
    return { kind: 'hold', rule: senderPutOffRule, reason: 'sender-refused' };
  if (rule.ruling.kind === 'refused' && namesOurs(rule.ruling.reason, reply, context))
    return { kind: 'hold', rule: ownNameRule, reason: 'sender-refused' };
  if (rule.name === mailNotNow && context.mailShare?.isThrottling() === true)
    return { kind: 'throttled', rule: mailShareRule, scope: 'relay' };
  if (
    endsSession.has(rule.name) &&
    mayTryAtOnce(context) &&
    (rule.name !== 'closing' || isBetweenLetters(stage, reply, context))
  )
    return { kind: 'session-ended', rule: rule.name };
  return { ...rule.ruling, rule: rule.name };
}

/**
 * A dead address is ours when it is the one that is named; a dead domain, too. What the recipient's side has decided names us,
 * and `no such account at …` may name the domain of whoever runs the mailboxes.
 */
function namesOurs(reason: RefusalReason, reply: Reply, { names }: ClassifyContext): boolean {
  if (names === undefined || !isPermanent(reply)) return false;
  if (reason === 'recipient-policy' || reason === 'relay-without-smtputf8') return false;
  const named = namesUs(reply, names.own, names.recipient);
  if (reason === 'review') return named !== null;
  return named === 'address' || (named === 'domain' && reason === 'unknown-domain');
}

function mayTryAtOnce({ session }: ClassifyContext): boolean {
  return session !== undefined && session.triedAtOnce < mostAtOnce;
}

/** A 421 to the first MAIL of a connection asks for less; one after other letters ends what it has had enough of. */
function isBetweenLetters(stage: LetterStage, reply: Reply, { session }: ClassifyContext): boolean {
  return stage === 'mail' && reply.code === 421 && (session?.letters ?? 0) > 0;
}

function isShared(reply: Reply): boolean {
  return reply.code >= 450 && reply.code <= 452;
}

/** The verdict on a failed `connect`. */
export function classifyConnectFailure(failure: ConnectFailure): ConnectVerdict {
  if (failure.reply !== null) return classifyRefusedSession(failure, failure.reply);
  if (failure.loss === 'tls') return { kind: 'hold', rule: 'tls-unusable', reason: 'relay-tls' };
  if (failure.stage === 'auth' && failure.loss === 'protocol')
    return { kind: 'hold', rule: 'login-impossible', reason: 'relay-auth' };
  return { kind: 'retry', rule: 'unreachable' };
}

function classifyRefusedSession(failure: ConnectFailure, reply: Reply): ConnectVerdict {
  // What the relay says in words (a spent quota, a block list) is more exact than the stage.
  const rule = findRule(failure.stage, reply);
  if (rule !== null && rule.ruling.kind === 'hold' && !generalHolds.has(rule.name))
    return { kind: 'hold', rule: rule.name, reason: rule.ruling.reason };
  const name = `${failure.stage}-${isPermanent(reply) ? 'refused' : 'not-now'}`;
  // A 421 or a 4yz greeting limits us; a 4yz to AUTH or STARTTLS is trouble inside the relay.
  if (isTemporary(reply))
    return { kind: failure.stage === 'greeting' || failure.stage === 'ehlo' ? 'throttled' : 'retry', rule: name };
  if (!isPermanent(reply)) return { kind: 'retry', rule: 'unreachable' };
  const reason = failure.stage === 'auth' ? 'relay-auth' : failure.stage === 'tls' ? 'relay-tls' : 'relay-denied';
  return { kind: 'hold', rule: name, reason };
}

/** Holds that the stage names better: a 5yz to AUTH that says "spam" or "RFC 822" is still about the login. */
const generalHolds: ReadonlySet<string> = new Set([
  'letter-malformed-text',
  'letter-malformed-code',
  'parameter-refused',
  'letter-too-big',
  'content-refused-links',
]);
