// A Postgres that a test may kill and start again: durable, on a port of loopback, in a new folder.
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execFileSync, type ChildProcess } from 'node:child_process';
import { findPackage, usableBinaries } from '../../src/embedded/postgres-binaries.ts';
import { isRoot, spawnAs, systemUser } from '../../src/embedded/server-user.ts';
import { makeCluster } from './cluster.ts';
import { eventually } from './eventually.ts';
import { freePort } from './redis.ts';

export interface DurablePostgres {
  /** For DATABASE_URL. */
  readonly url: string;
  /** SIGKILL to the server, as a crash; its backends notice and end. */
  kill(): Promise<void>;
  start(): Promise<void>;
  /** Keeps a copy of what the server has now; it is down for that moment, as after a crash. */
  keepCopy(): Promise<void>;
  /** Replaces the server by the copy, as by a standby that is as far behind. */
  replaceByCopy(): Promise<void>;
  stop(): Promise<void>;
}

/** Makes a cluster and starts it. */
export async function startDurablePostgres(): Promise<DurablePostgres> {
  const root = mkdtempSync(join(tmpdir(), 'candor-durable-'));
  chmodSync(root, 0o755);
  const user = isRoot() ? await systemUser() : null;
  const data = join(root, 'data');
  for (const folder of [data, join(root, 'copy')]) {
    mkdirSync(folder, { mode: 0o700 });
    if (user) chownSync(folder, user.uid, user.gid);
  }
  const { bin, libraryPath } = await usableBinaries({
    package: findPackage(),
    user,
    linksFolder: join(root, 'links'),
    copyFolder: () => join(root, 'copy'),
    say: () => undefined,
  });
  await makeCluster({ data, user, bin, libraryPath });
  const port = await freePort();
  let server: ChildProcess | null = null;

  /** One try; a killed server's backends may still hold its memory, and then it refuses to start. */
  const tryToStart = async (): Promise<ChildProcess> => {
    const child = spawnAs(
      user,
      join(bin, 'postgres'),
      ['-D', data, '-k', '', '-h', '127.0.0.1', '-p', String(port)],
      ['ignore', 'ignore', 'pipe'],
      libraryPath,
    );
    await new Promise<void>((resolve, reject) => {
      child.stderr?.on('data', (chunk: Buffer) => {
        if (chunk.toString('utf8').includes('ready to accept connections')) resolve();
      });
      child.once('exit', () => reject(new Error('postgres ended')));
    });
    return child;
  };
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    const running = server;
    server = null;
    if (running === null || running.exitCode !== null) return;
    const ended = new Promise<void>((resolve) => running.once('exit', () => resolve()));
    running.kill(signal);
    await ended;
  };
  const start = async (): Promise<void> => {
    server = await eventually(tryToStart, { timeoutMs: 30_000, everyMs: 50 });
  };
  await start();
  const kept = join(root, 'kept');
  const copy = async (from: string, to: string): Promise<void> => {
    await end('SIGKILL');
    rmSync(to, { recursive: true, force: true });
    execFileSync('cp', ['-a', from, to]);
    rmSync(join(to, 'postmaster.pid'), { force: true });
    await start();
  };
  return {
    keepCopy: () => copy(data, kept),
    replaceByCopy: () => copy(kept, data),
    url: `postgres://candor@127.0.0.1:${port}/postgres`,
    start,
    kill: () => end('SIGKILL'),
    async stop() {
      await end('SIGINT');
      rmSync(root, { recursive: true, force: true });
    },
  };
}
