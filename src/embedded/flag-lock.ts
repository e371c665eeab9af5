// Mutual exclusion between the processes of one machine, which a SIGKILL of the holder releases.
//
// Node has no flock. A flag is a Unix socket that somebody listens on, under a name never used twice:
// it is up exactly as long as its process lives, whatever happens to pids, namespaces or the clock.
// Who wants the lock raises its flag and *then* looks for others: with one up it lowers its own and
// tries again a little later. Of two who both got in, the later one would have seen the earlier one.
// A flag is published by a rename once it listens, so a flag that refuses is dead for good.
import { randomBytes, randomInt } from 'node:crypto';
import { chmodSync, lchownSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { createServer, connect, type Server } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { CandorError } from '../domain/errors.ts';

const published = 'flag-';
const hidden = '.new-';

/** Bytes that a flag's name takes below its folder: paths of Unix sockets are short. */
export const flagNameBytes = '/'.length + published.length + 16;

/**
 * Runs `work` while no other process (or other caller in this one) runs work under the same folder.
 * The folder exists, is ours alone to write, and its path leaves room for `flagNameBytes`.
 *
 * @throws CandorError `postgres-busy` when the lock could not be had within `patienceMs`
 */
export async function withLock<T>(folder: string, work: () => Promise<T>, patienceMs: number): Promise<T> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    if (!(await anyOtherFlag(folder, null))) {
      const flag = await raise(folder);
      try {
        if (!(await anyOtherFlag(folder, flag.name))) return await work();
      } finally {
        flag.lower();
      }
    }
    if (performance.now() > deadline)
      throw new CandorError('postgres-busy', { seconds: Math.round(patienceMs / 1000) });
    await pause(randomInt(3, 25));
  }
}

async function raise(folder: string): Promise<{ name: string; lower(): void }> {
  const id = randomBytes(8).toString('hex');
  const path = join(folder, hidden + id);
  const name = published + id;
  const server = createServer((socket) => socket.destroy());
  await listen(server, path);
  server.unref();
  const owner = statSync(folder);
  if (process.getuid?.() === 0 && owner.uid !== 0) lchownSync(path, owner.uid, owner.gid);
  else chmodSync(path, 0o600);
  renameSync(path, join(folder, name));
  return {
    name,
    lower: () => {
      rmSync(join(folder, name), { force: true });
      server.close();
    },
  };
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

async function anyOtherFlag(folder: string, own: string | null): Promise<boolean> {
  for (const name of readdirSync(folder)) {
    if (name === own || !name.startsWith(published)) continue;
    if (await isUp(join(folder, name))) return true;
    rmSync(join(folder, name), { force: true });
  }
  return false;
}

/** False only when the kernel says that nobody listens; a full backlog, say, is a busy holder. */
function isUp(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', (error: NodeJS.ErrnoException) =>
      resolve(error.code !== 'ECONNREFUSED' && error.code !== 'ENOENT'),
    );
  });
}
