// Which relays are on this machine. Only there may a password go without TLS by default.
import { BlockList, isIP } from 'node:net';

const loopbackAddresses = new BlockList();
loopbackAddresses.addSubnet('127.0.0.0', 8, 'ipv4');
loopbackAddresses.addAddress('::1', 'ipv6');

/** True for `localhost`, names below it, 127.0.0.0/8 and ::1. Other names are not resolved: DNS is not evidence. */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase().replace(/\.$/, '');
  if (name === 'localhost' || name.endsWith('.localhost')) return true;
  const family = isIP(name);
  return family !== 0 && loopbackAddresses.check(name, family === 6 ? 'ipv6' : 'ipv4');
}
