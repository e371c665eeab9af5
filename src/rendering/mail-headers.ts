// The header fields that differ from notice to notice, checked: nothing that a recipient file, a setting
// or a ledger row can hold becomes a second header, a second recipient or a broken line.
import { parseAddress } from '../domain/address.ts';
import { CandorError } from '../domain/errors.ts';

/**
 * An address as it stands in To: one bare addr-spec, by the same rules that intake accepts addresses by.
 * A local part keeps its spelling, raw UTF-8 included (RFC 6532); an international domain is in A-labels.
 * Errors: `header-unsafe` for anything else.
 */
export function addressField(address: string): string {
  const parsed = parseAddress(address);
  if (!parsed.ok) throw new CandorError('header-unsafe', { header: 'To' });
  return parsed.address;
}

/** A Message-ID with its angle brackets. Errors: `header-unsafe`. */
export function messageIdField(messageId: string): string {
  if (!/^<[\x21-\x3b\x3d\x3f-\x7e]{1,500}>$/.test(messageId))
    throw new CandorError('header-unsafe', { header: 'Message-ID' });
  return messageId;
}

/** A notice's token. Errors: `header-unsafe`. */
export function tokenField(token: string): string {
  if (!/^[\x21-\x7e]{1,200}$/.test(token)) throw new CandorError('header-unsafe', { header: 'X-Candor-Notice' });
  return token;
}

/** A time as RFC 5322 section 3.3 has it, in UTC. Errors: `header-unsafe` for no time at all. */
export function dateField(date: Date): string {
  if (Number.isNaN(date.getTime())) throw new CandorError('header-unsafe', { header: 'Date' });
  return date.toUTCString().replace('GMT', '+0000');
}

/** A fixed header's value, which comes from a setting or a kit. Errors: `header-unsafe` for control characters. */
export function fixedField(header: string, value: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what is being refused
  if (/[\u0000-\u001f\u007f\u2028\u2029]/.test(value)) throw new CandorError('header-unsafe', { header });
  return value;
}
