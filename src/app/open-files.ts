// Whether this process may open as many files and connections as it will need.
import { readFile } from 'node:fs/promises';
import type { DoctorFinding } from '../campaigns/application.ts';

/** The ledger's connections, the queue's, the embedded server's, the built-in inbox, the console's readers. */
const besideRelay = 150;
/** Where SMTP_CONNECTIONS is not set, the most that a rate can ask for. */
const mostConnections = 100;

/** What `doctor` says of the limit. `connections`: SMTP_CONNECTIONS, or null. `read` answers the text of Linux's `limits`. */
export async function examineOpenFiles(
  connections: number | null,
  read: () => Promise<string> = () => readFile('/proc/self/limits', 'utf8'),
): Promise<DoctorFinding> {
  const needed = (connections ?? mostConnections) + besideRelay;
  const line = await read().then(
    (text) => /^Max open files\s+(\d+|unlimited)/m.exec(text)?.[1] ?? null,
    () => null,
  );
  const subject = 'open files';
  if (line === null)
    return {
      subject,
      verdict: 'unknown',
      finding: `the limit cannot be read here; up to ${needed} may be needed`,
      help: 'Compare it with what `ulimit -n` prints.',
    };
  const limit = line === 'unlimited' ? Infinity : Number(line);
  if (limit >= needed) return { subject, verdict: 'ok', finding: `${line} may be open`, help: null };
  return {
    subject,
    verdict: 'warning',
    finding: `only ${line} files and connections may be open; up to ${needed} may be needed`,
    help: 'Raise it: `ulimit -n 4096` in the shell, LimitNOFILE= in a systemd unit, `ulimits: nofile` in a compose file. Or set a smaller SMTP_CONNECTIONS.',
  };
}
