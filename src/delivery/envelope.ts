// The envelope as it goes into MAIL FROM and RCPT TO. Promises that nothing but an address can get in:
// no line break, no bracket, no parameter. Addresses were checked at intake; here it is the last door.
import { domainToASCII } from 'node:url';

export interface Envelope {
  /** Empty for the null sender. */
  readonly from: string;
  readonly to: string;
}

export interface WireEnvelope extends Envelope {
  /** True when a local part is not ASCII: the relay must offer SMTPUTF8 (RFC 6531). */
  readonly needsSmtpUtf8: boolean;
}

// Control characters, blanks of any kind, brackets and invisible characters.
const forbidden = /[\p{Cc}\p{Zs}\p{Zl}\p{Zp}\p{Cf}\p{Cs}<>\\"]/u;

/**
 * The envelope with domains in A-labels. Throws a plain error (a bug of the caller, which never
 * quotes the address) when an address holds anything that could end or extend the command.
 */
export function wireEnvelope(envelope: Envelope): WireEnvelope {
  const from = envelope.from === '' ? '' : wireAddress(envelope.from, 'sender');
  const to = wireAddress(envelope.to, 'recipient');
  return { from, to, needsSmtpUtf8: !isAscii(from) || !isAscii(to) };
}

function wireAddress(address: string, role: string): string {
  const at = address.lastIndexOf('@');
  if (at < 1 || at === address.length - 1 || forbidden.test(address))
    throw new TypeError(`the ${role} is not a plain address`);
  const domain = address.slice(at + 1);
  if (isAscii(domain)) return address;
  const labels = domainToASCII(domain);
  if (labels === '') throw new TypeError(`the domain of the ${role} has no ASCII form`);
  return `${address.slice(0, at)}@${labels}`;
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i += 1) if (text.charCodeAt(i) > 127) return false;
  return true;
}
