// Feedback reports (RFC 5965): a reader called the letter unwanted, or a filter did.
import { addressesIn, fieldAddress } from './addresses.ts';
import { readFields, readGroups, valueOf } from './fields.ts';
import type { Message } from './read-message.ts';
import type { ReadReturn } from '../domain/returned.ts';

/** Types of RFC 5965 and 6430 by which a reader complains; the others tell of filters and authentication. */
const complaints = /^(abuse|fraud|opt-out(-list)?|complaint|miscategorized|spam|other)$/i;

/** A complaint, or a report of another kind; null when the message is no feedback report. */
export function readFeedback(message: Message): Pick<ReadReturn, 'kind' | 'recipients'> | null {
  const report = message.parts.find((part) => part.type === 'message/feedback-report');
  if (report === undefined) return readJunkMailReport(message);
  const group = readGroups(report.text).flat();
  const type = valueOf(group, 'feedback-type') ?? 'abuse';
  if (!complaints.test(type)) return { kind: 'other', recipients: [] };
  const named = group
    .filter(({ name }) => name === 'original-rcpt-to' || name === 'removal-recipient')
    .flatMap(({ value }) => fieldAddress(value) ?? []);
  const original = message.parts.find((part) => /^(message\/rfc822|text\/rfc822-headers)$/.test(part.type));
  const addresses = named.length > 0 ? named : addressesIn(valueOf(readFields(original?.text ?? ''), 'to') ?? '');
  return complaint(addresses);
}

/** Outlook's junk mail reports are letters with a returned one that names its reader in a header of its own. */
function readJunkMailReport(message: Message): Pick<ReadReturn, 'kind' | 'recipients'> | null {
  const returned = message.parts.find((part) => part.type === 'message/rfc822')?.text ?? '';
  const fields = readFields(returned);
  const reader = fieldAddress(valueOf(fields, 'x-hmxmroriginalrecipient'));
  if (reader !== null) return complaint([reader]);
  return /^complaint about message/i.test(message.header('subject'))
    ? complaint(addressesIn(valueOf(fields, 'to') ?? ''))
    : null;
}

function complaint(addresses: readonly string[]): Pick<ReadReturn, 'kind' | 'recipients'> {
  const unique = [...new Map(addresses.map((address) => [address.toLowerCase(), address])).values()];
  return {
    kind: 'complaint',
    recipients: unique.map((address) => ({ address, final: false, status: null, reason: null })),
  };
}
