// The machine-readable half of a report (RFC 3464, 6522, 6533), and reports that only look like one.
import { fieldAddress } from './addresses.ts';
import { readGroups, valueOf, type Field } from './fields.ts';
import type { Message } from './read-message.ts';
import type { ReturnedRecipient } from '../domain/returned.ts';
import { reasonOf } from './return-reasons.ts';
import { statusOf } from './status-codes.ts';

export type DeliveryAction = 'failed' | 'delayed' | 'delivered' | 'relayed' | 'expanded';

export interface StatusRecipient {
  readonly action: DeliveryAction;
  readonly recipient: ReturnedRecipient;
}

/** What a delivery status says of its recipients; empty where the message has none, or one that names nobody. */
export function readDeliveryStatus(message: Message): StatusRecipient[] {
  const recipients = statusTexts(message).flatMap((text) => readGroups(text).flatMap(recipientOf));
  const byAddress = new Map<string, StatusRecipient>();
  for (const found of recipients) {
    const key = found.recipient.address.toLowerCase();
    const before = byAddress.get(key)?.recipient;
    // A list that one address stands on twice: the worse news counts.
    if (before === undefined || (found.recipient.final && !before.final)) byAddress.set(key, found);
  }
  return [...byAddress.values()];
}

const reportTypes = /^message\/(?:global-)?delivery-status$/;
const looksLikeReport = /^(?:final|original)-recipient[ \t]*:/im;

function statusTexts({ parts, text, rawText }: Message): string[] {
  const declared = parts.filter((part) => reportTypes.test(part.type)).map((part) => part.text);
  if (declared.some((each) => looksLikeReport.test(each))) return declared;
  // A report whose type or boundary is broken is a report still.
  const others = [...parts.filter((part) => /^(?:text|application)\//.test(part.type)).map((part) => part.text), text];
  const found = others.filter((each) => looksLikeReport.test(each) && /^action[ \t]*:/im.test(each));
  if (found.length > 0) return found;
  return looksLikeReport.test(rawText) && /^action[ \t]*:/im.test(rawText) ? [rawText] : declared;
}

function recipientOf(group: readonly Field[]): StatusRecipient[] {
  const address =
    fieldAddress(valueOf(group, 'final-recipient')) ??
    fieldAddress(valueOf(group, 'original-recipient')) ??
    fieldAddress(valueOf(group, 'x-actual-recipient'));
  if (address === null) return [];
  const diagnostic = valueOf(group, 'diagnostic-code') ?? '';
  const declared = statusOf(valueOf(group, 'status') ?? '');
  const action = actionOf(valueOf(group, 'action'), declared);
  if (action === null) return [];
  const status = bestStatus(declared, statusOf(diagnostic));
  const reason = action === 'failed' || action === 'delayed' ? reasonOf(diagnostic, status) : null;
  return [{ action, recipient: { address, final: action === 'failed', status, reason } }];
}

/** The action counts and not the code: an expired 4.4.7 has failed, a delayed 5.1.1 has not. */
function actionOf(value: string | null, status: string | null): DeliveryAction | null {
  const word = /^[\s<"']*([a-z]+)/i.exec(value ?? '')?.[1]?.toLowerCase() ?? '';
  if (/^fail|^error|^bounce|^expired|^reject/.test(word)) return 'failed';
  if (/^delay|^deferred|^retry/.test(word)) return 'delayed';
  if (word === 'delivered' || word === 'relayed' || word === 'expanded') return word;
  if (word.startsWith('deliverable')) return 'delivered';
  if (status === null) return null;
  return status.startsWith('5') ? 'failed' : status.startsWith('4') ? 'delayed' : 'delivered';
}

/** A status without detail (`5.0.0`) says less than the one that the remote side quoted. */
function bestStatus(declared: string | null, quoted: string | null): string | null {
  if (declared === null) return quoted;
  return declared.endsWith('.0.0') && quoted !== null && !quoted.endsWith('.0.0') ? quoted : declared;
}
