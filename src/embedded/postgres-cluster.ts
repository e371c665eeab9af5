// The data of the embedded Postgres: made once, and never made over. initdb works in a folder of its
// own that becomes `cluster` by one rename, so a folder of that name is whole: a crash on the way
// leaves only a half-made one with nothing in it, which the next start throws away.
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  lchownSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  rmdirSync,
  writeFileSync,
  linkSync,
} from 'node:fs';
import { join } from 'node:path';
import { CandorError } from '../domain/errors.ts';
import { fromServerOutput } from '../domain/open-files.ts';
import type { Binaries } from './postgres-binaries.ts';
import { giveToKeeper, type Place } from './postgres-place.ts';
import { isRoot, runAs, type ServerUser } from './server-user.ts';

/** The ledger's user, a superuser of this server, and its database. */
export const ledgerUser = 'candor';
export const ledgerDatabase = 'postgres';

const half = 'cluster.half-';

/**
 * Makes sure that there is data of the right version. The caller holds the lock and no server runs.
 *
 * @throws CandorError `postgres-init-failed`, `postgres-no-name`, `postgres-version`, `postgres-data-damaged`
 */
export async function ensureCluster(place: Place, binaries: Binaries, major: number): Promise<void> {
  await clearHalfMade(place);
  if (!existsSync(place.cluster)) await makeCluster(place, binaries);
  const found = readVersion(place.cluster);
  if (found === null || !existsSync(place.password))
    throw new CandorError('postgres-data-damaged', { path: place.folder });
  if (found !== String(major)) throw new CandorError('postgres-version', { found, needed: major, path: place.folder });
}

/** The password of the ledger's user. The server has been started once. */
export function readPassword(place: Place): string {
  return readFileSync(place.password, 'utf8').trim();
}

/** Arguments of `postgres`. Nothing secret: every user of the machine can read them. */
export function serverArguments(place: Place): string[] {
  const settings: Record<string, string> = {
    listen_addresses: '',
    unix_socket_directories: place.run,
    unix_socket_permissions: '0700',
    max_connections: '100',
    shared_buffers: '128MB',
    fsync: 'on',
    synchronous_commit: 'on',
    full_page_writes: 'on',
    // Small transactions on few cores: helpers would cost more than they bring.
    io_method: 'sync',
    jit: 'off',
    max_parallel_workers_per_gather: '0',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_checkpoints: 'off',
    // Errors and statements quote values, and the log is not sealed: only the server's own life is told.
    log_min_messages: 'log',
    log_min_error_statement: 'panic',
    log_error_verbosity: 'terse',
    cluster_name: 'candor',
  };
  return ['-D', place.cluster, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
}

async function makeCluster(place: Place, binaries: Binaries): Promise<void> {
  const id = randomBytes(4).toString('hex');
  const folder = join(place.folder, half + id);
  const passwordFile = join(place.folder, `${half}${id}.password`);
  ensurePassword(place);
  writeFileSync(passwordFile, readFileSync(place.password), { mode: 0o600, flag: 'wx' });
  mkdirSync(folder, { mode: 0o700 });
  handOver(passwordFile, place.user);
  handOver(folder, place.user);
  const made = await runAs(
    place.user,
    join(binaries.bin, 'initdb'),
    [
      '-D',
      folder,
      '-U',
      ledgerUser,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--no-instructions',
    ],
    binaries.libraryPath,
  );
  rmSync(passwordFile, { force: true });
  // Containers are often run under a number that nobody wrote into /etc/passwd.
  if (/look up effective user ID/.test(made.output))
    throw new CandorError('postgres-no-name', { uid: process.getuid?.() ?? 0 }, { details: made.output });
  if (made.code !== 0)
    throw (
      fromServerOutput(made.output) ??
      new CandorError('postgres-init-failed', { path: place.folder }, { details: made.output })
    );
  renameSync(folder, place.cluster);
}

/** 256 random bits, made once for the place and kept beside the data that it opens. */
function ensurePassword(place: Place): void {
  if (existsSync(place.password)) return;
  const draft = join(place.folder, `${half}${randomBytes(4).toString('hex')}.password`);
  writeFileSync(draft, `${randomBytes(32).toString('base64url')}\n`, { mode: 0o600, flag: 'wx', flush: true });
  giveToKeeper(draft, place.keeper);
  linkSync(draft, place.password);
  rmSync(draft);
}

async function clearHalfMade(place: Place): Promise<void> {
  for (const name of readdirSync(place.folder)) {
    if (!name.startsWith(half)) continue;
    const path = join(place.folder, name);
    // As the user that owns it: root follows nothing that somebody else could have put in there. An
    // initdb whose starter was killed may still be at work in it; then it stays until the next start.
    await runAs(place.user, 'find', [path, '-mindepth', '1', '-delete']);
    try {
      if (name.endsWith('.password')) rmSync(path, { force: true });
      else rmdirSync(path);
    } catch {
      continue;
    }
  }
}

function handOver(path: string, user: ServerUser): void {
  if (user !== null && isRoot()) lchownSync(path, user.uid, user.gid);
  else chmodSync(path, path.endsWith('.password') ? 0o600 : 0o700);
}

function readVersion(cluster: string): string | null {
  try {
    return readFileSync(join(cluster, 'PG_VERSION'), 'utf8').trim();
  } catch {
    return null;
  }
}
