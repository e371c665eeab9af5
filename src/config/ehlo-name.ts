// The name by which this machine greets the relay (SMTP_NAME), as RFC 5321 section 4.1.4 allows it.
import { isIPv4, isIPv6 } from 'node:net';
import { normalHost } from './host-name.ts';
import { bad, good, type Reading } from './reading.ts';

/** Reads a full host name (an international one becomes A-labels) or an address literal: `[192.0.2.1]`, `[IPv6:2001:db8::1]`. */
export function parseEhloName(text: string): Reading<string> {
  const literal = /^\[(IPv6:)?([^\]]*)\]$/i.exec(text);
  if (literal !== null) {
    const [, six, address = ''] = literal;
    if (six === undefined && isIPv4(address)) return good(text);
    if (six !== undefined && isIPv6(address) && !address.includes('%')) return good(`[IPv6:${address.toLowerCase()}]`);
    return bad('not an address in brackets');
  }
  if (isIPv4(text) || isIPv6(text)) return bad('an address without its brackets');
  const name = normalHost(text);
  if (name === null || name.includes('_')) return bad('not a host name');
  if (!name.includes('.')) return bad('not a full name: it has no domain');
  return good(name);
}
