// Postfix as many would put it between a script and the world: a relay that writes every letter to its queue, with
// fsync, before it answers, and passes it on by itself. A private one: its own folders, a free port, Debian's
// defaults otherwise; the system's Postfix is not touched. Its master runs as root only.
import { execFile, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { eventually } from '../tests/support/eventually.ts';
import { freePort } from '../tests/support/redis.ts';
import { greets } from './sink.ts';

const run = promisify(execFile);
const master = '/usr/lib/postfix/sbin/master';

export interface Postfix {
  readonly port: number;
  /** Its root process. */
  readonly pid: number;
  stop(): Promise<void>;
}

/** Null where a durable relay can run; else why it can't, as a sentence. */
export function whyNoPostfix(): string | null {
  if (!existsSync(master) || !existsSync('/usr/sbin/smtp-source')) return 'Postfix is not installed';
  return process.getuid?.() === 0 ? null : 'Postfix’s master runs as root only';
}

/** Starts one that hands everything to the sink. */
export async function startPostfix(folder: string, sinkPort: number): Promise<Postfix> {
  const port = await freePort();
  const settings = join(folder, 'etc');
  for (const name of ['etc', 'queue', 'data']) mkdirSync(join(folder, name), { recursive: true, mode: 0o755 });
  chmodSync(folder, 0o755);
  const owner = Number((await run('id', ['-u', 'postfix'])).stdout);
  await run('chown', [String(owner), join(folder, 'data')]);
  writeFileSync(join(settings, 'main.cf'), mainOf(folder, sinkPort));
  writeFileSync(join(settings, 'master.cf'), masterOf(port));
  // Makes the queue's folders.
  await run('postfix', ['-c', settings, 'check'], {
    env: { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin` },
  });
  const child = spawn(master, ['-c', settings, '-s'], { stdio: 'ignore' });
  // It ends its children, too.
  const end = (): void => void child.kill('SIGTERM');
  process.once('exit', end);
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await eventually(() => greets('127.0.0.1', port), { timeoutMs: 30_000 });
  return {
    port,
    pid: child.pid ?? 0,
    async stop() {
      process.off('exit', end);
      end();
      await gone;
    },
  };
}

function mainOf(folder: string, sinkPort: number): string {
  return [
    'compatibility_level = 3.6',
    `queue_directory = ${folder}/queue`,
    `data_directory = ${folder}/data`,
    'command_directory = /usr/sbin',
    'daemon_directory = /usr/lib/postfix/sbin',
    'mail_owner = postfix',
    'setgid_group = postdrop',
    'inet_interfaces = 127.0.0.1',
    'inet_protocols = ipv4',
    'myhostname = relay.example',
    'mydestination =',
    'mynetworks = 127.0.0.0/8',
    'smtpd_relay_restrictions = permit_mynetworks, reject',
    `relayhost = [127.0.0.1]:${sinkPort}`,
    'disable_dns_lookups = yes',
    'smtp_host_lookup = native',
    `maillog_file_prefixes = ${folder}`,
    `maillog_file = ${folder}/log`,
    '',
  ].join('\n');
}

/** Debian's services as far as a relay uses them, without chroot: that needs files of the system in the queue. */
function masterOf(port: number): string {
  const service = (name: string, kind: string, open: string, wakeup: string, most: string, program: string): string =>
    `${name} ${kind} ${open} - n ${wakeup} ${most} ${program}`;
  return [
    service(`127.0.0.1:${port}`, 'inet', 'n', '-', '-', 'smtpd'),
    service('cleanup', 'unix', 'n', '-', '0', 'cleanup'),
    service('qmgr', 'unix', 'n', '300', '1', 'qmgr'),
    service('tlsmgr', 'unix', '-', '1000?', '1', 'tlsmgr'),
    service('rewrite', 'unix', '-', '-', '-', 'trivial-rewrite'),
    ...['bounce', 'defer', 'trace'].map((name) => service(name, 'unix', '-', '-', '0', 'bounce')),
    service('proxymap', 'unix', '-', '-', '-', 'proxymap'),
    service('smtp', 'unix', '-', '-', '-', 'smtp'),
    service('relay', 'unix', '-', '-', '-', 'smtp'),
    ...['error', 'retry'].map((name) => service(name, 'unix', '-', '-', '-', 'error')),
    service('anvil', 'unix', '-', '-', '1', 'anvil'),
    service('scache', 'unix', '-', '-', '1', 'scache'),
    service('postlog', 'unix-dgram', 'n', '-', '1', 'postlogd'),
    '',
  ].join('\n');
}
