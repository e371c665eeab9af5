// Another program's word on a DKIM signature: python3-dkim, of the system's packages (scripts/test installs it).
import { execFileSync } from 'node:child_process';

const program = 'import sys, dkim; print(dkim.verify(sys.stdin.buffer.read(), dnsfunc=lambda name, timeout=5: sys.argv[2].encode() if name.decode() == sys.argv[1] + "." else None))';

/** True when it takes the message's signature for good, with one record in the place of the DNS. */
export function isWellSigned(message: Buffer, dns: { name: string; record: string }): boolean {
  // By its path and with -I: another Python, or what somebody has installed for themselves, has another verifier or none.
  return execFileSync('/usr/bin/python3', ['-I', '-c', program, dns.name, dns.record], { input: message, encoding: 'utf8' }).trim() === 'True';
}
