// Host names and addresses as settings hold them, and the question whether one is this machine.
import { isIP, isIPv4 } from 'node:net';
import { domainToASCII } from 'node:url';

/**
 * The host in lower case, an international name as A-labels, IPv6 without brackets; null when it is
 * neither a name nor an address.
 */
export function normalHost(text: string): string | null {
  const bracketed = /^\[(.*)\]$/.exec(text)?.[1];
  if (bracketed !== undefined) return isIP(bracketed) === 6 ? bracketed.toLowerCase() : null;
  if (isIP(text) !== 0) return text.toLowerCase();
  // domainToASCII reads percent-escapes, ports and odd spellings of IPv4 numbers too: only plain labels reach it.
  if (!/^[\p{L}\p{M}\p{N}._-]+$/u.test(text)) return null;
  const ascii = domainToASCII(text).replace(/\.$/, '');
  const labels = ascii.split('.');
  const plain = ascii.length <= 253 && labels.every((label) => /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/.test(label));
  return plain && !/^(?:\d+|0x[0-9a-f]*)$/.test(labels.at(-1) ?? '') ? ascii : null;
}

/** True when connections to the host (as `normalHost` answers it) cannot leave this machine. */
export function isLoopback(host: string): boolean {
  if (isIPv4(host)) return host.startsWith('127.');
  return host === '::1' || host === 'localhost' || host.endsWith('.localhost');
}
