// Child processes of the embedded Postgres: which user they run as and what they inherit, which is
// nothing. Each gets its own session, so that Ctrl-C in our terminal never reaches it, the folder /
// to stand in, and an environment of a few harmless names: no secret of ours is in /proc/<pid>/environ.
import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { CandorError } from '../domain/errors.ts';
import { asTooManyOpenFiles } from '../domain/open-files.ts';

/** A user that is not us; null where the server runs as ourselves. */
export type ServerUser = { readonly uid: number; readonly gid: number } | null;

export interface Ran {
  /** Exit code; null when a signal ended it or it could not be started. */
  readonly code: number | null;
  /** Both outputs, at most 64 KB. For `details`, never for a person. */
  readonly output: string;
}

/** True when this process may become another user, and Postgres, which refuses root, has to be one. */
export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/** Starts a program as the user, detached. `libraryPath` is where the dynamic loader looks first. */
export function spawnAs(
  user: ServerUser,
  command: string,
  args: readonly string[],
  stdio: StdioOptions,
  libraryPath?: string,
): ChildProcess {
  return spawn(command, args, {
    cwd: '/',
    env: {
      PATH: '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin',
      LC_ALL: 'C',
      TZ: 'UTC',
      ...(libraryPath === undefined
        ? {}
        : { [process.platform === 'darwin' ? 'DYLD_LIBRARY_PATH' : 'LD_LIBRARY_PATH']: libraryPath }),
    },
    detached: true,
    stdio,
    ...user,
  });
}

/** Runs a program as the user to its end. What could not be started has the code null; rejects only with `too-many-open-files`. */
export function runAs(user: ServerUser, command: string, args: readonly string[], libraryPath?: string): Promise<Ran> {
  return new Promise((resolve, reject) => {
    let output = '';
    const keep = (chunk: Buffer): void => {
      if (output.length < 65_536) output += chunk.toString('utf8');
    };
    const child = spawnAs(user, command, args, ['ignore', 'pipe', 'pipe'], libraryPath);
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    child.on('error', (error) => {
      const shortage = asTooManyOpenFiles(error);
      if (shortage === null) resolve({ code: null, output: error.message });
      else reject(shortage);
    });
    child.on('close', (code) => resolve({ code, output }));
  });
}

/** True when the user can reach the folder: asked of the kernel, so that modes, ACLs and mounts all count. */
export async function canEnter(user: ServerUser, folder: string): Promise<boolean> {
  return (await runAs(user, '/bin/sh', ['-c', 'cd -- "$1"', 'sh', folder])).code === 0;
}

/**
 * The system user that root hands the server to: `postgres` where there is one, else `nobody`.
 * @throws CandorError `postgres-no-user`
 */
export async function systemUser(): Promise<{ uid: number; gid: number }> {
  for (const name of ['postgres', 'nobody']) {
    const [uid, gid] = await Promise.all([runAs(null, 'id', ['-u', name]), runAs(null, 'id', ['-g', name])]);
    if (uid.code !== 0 || gid.code !== 0) continue;
    const user = { uid: Number(uid.output), gid: Number(gid.output) };
    if (user.uid > 0 && (await canEnter(user, '/'))) return user;
  }
  throw new CandorError('postgres-no-user');
}
