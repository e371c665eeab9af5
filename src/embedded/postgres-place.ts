// Where the embedded Postgres keeps its files, and which user runs it. Promises that the same data
// folder leads every process, today and after a restart, to the same place, and that a ledger which
// cannot be reached is an error, never silently a new one.
//
//   <data>/postgres/            the place; or, where root's other user cannot come here,
//   /var/lib/candor/<name>/     the place, with its path noted in <data>/postgres.moved
//     cluster/                  Postgres' data; belongs to the server's user
//     password                  for the ledger's user, mode 0600
//     attached                  FIFO: who has it open for writing is attached (postgres-guard.ts)
//     server.log  libraries/    what Postgres said; links for the dynamic loader
//     lock/  run/               Unix sockets; in /tmp/candor-<name>/ where the path does not suit them
import { createHash, randomBytes } from 'node:crypto';
import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  rmdirSync,
  statSync,
  writeFileSync,
  chmodSync,
  lchownSync,
} from 'node:fs';
import { join } from 'node:path';
import { CandorError } from '../domain/errors.ts';
import { flagNameBytes } from './flag-lock.ts';
import { socketName } from './postgres-probe.ts';
import { canEnter, isRoot, systemUser, type ServerUser } from './server-user.ts';

export interface Place {
  readonly folder: string;
  readonly cluster: string;
  readonly password: string;
  readonly fifo: string;
  readonly log: string;
  readonly libraries: string;
  /** Unix sockets of the lock; ours alone. */
  readonly lock: string;
  /** The server's socket, and its acknowledgements; the server user's alone. */
  readonly run: string;
  /** Who runs the server. */
  readonly user: ServerUser;
  /** Who owns the place and what we make in it; root makes no file there that they could not replace. */
  readonly keeper: { readonly uid: number; readonly gid: number };
  /** The folder that programs may be copied to, made when asked for. */
  copies(): string;
}

export interface PlaceWanted {
  readonly dataDir: string;
  /** For root, when the data folder is closed to the server's user. */
  readonly sharedFolder: string;
  readonly say: (line: string) => void;
}

/** The longest path that bind(2) takes is 107 bytes on Linux and 103 on macOS. */
const longestSocketPath = 100;

/**
 * Finds the place of the data folder, or makes it. May be called by several processes at once.
 *
 * @throws CandorError `data-folder-unusable`, `postgres-foreign`, `postgres-unreachable`,
 *   `postgres-data-lost`, `postgres-no-user`, `postgres-socket-folder`
 */
export async function findPlace(wanted: PlaceWanted): Promise<Place> {
  const dataDir = usableFolder(wanted.dataDir);
  const folder = isRoot() ? await placeForRoot(dataDir, wanted) : placeForSelf(dataDir);
  const user = isRoot() ? await serverUserOf(folder) : null;
  const sockets = socketFolders(folder, user);
  return {
    folder,
    cluster: join(folder, 'cluster'),
    password: join(folder, 'password'),
    fifo: join(folder, 'attached'),
    log: join(folder, 'server.log'),
    libraries: join(folder, 'libraries'),
    ...sockets,
    user,
    keeper: statSync(folder),
    copies: () => (isRoot() ? ownSharedFolder(wanted.sharedFolder) : folder),
  };
}

function usableFolder(path: string): string {
  try {
    mkdirSync(path, { recursive: true, mode: isRoot() ? 0o711 : 0o700 });
    return realpathSync(path);
  } catch (cause) {
    throw new CandorError('data-folder-unusable', { path, reason: errno(cause) }, { cause });
  }
}

function placeForSelf(dataDir: string): string {
  const folder = join(dataDir, 'postgres');
  if (movedTo(dataDir) !== null) throw new CandorError('postgres-foreign', { path: join(dataDir, 'postgres.moved') });
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new CandorError('data-folder-unusable', { path: folder, reason: errno(cause) }, { cause });
  }
  if (statSync(folder).uid !== process.getuid?.()) throw new CandorError('postgres-foreign', { path: folder });
  return folder;
}

async function placeForRoot(dataDir: string, wanted: PlaceWanted): Promise<string> {
  const moved = movedTo(dataDir);
  if (moved !== null) {
    if (!existsSync(moved))
      throw new CandorError('postgres-data-lost', { path: moved, pointer: join(dataDir, 'postgres.moved') });
    wanted.say(movedLine(dataDir, moved));
    return moved;
  }
  const here = join(dataDir, 'postgres');
  mkdirSync(here, { recursive: true, mode: 0o711 });
  if (await canEnter(await serverUserOf(here), here)) return here;
  if (existsSync(join(here, 'cluster'))) throw new CandorError('postgres-unreachable', { path: here });
  const there = moveOut(dataDir, wanted.sharedFolder);
  removeIfEmpty(here);
  wanted.say(movedLine(dataDir, there));
  return there;
}

function movedLine(dataDir: string, there: string): string {
  return `Postgres does not run as root, and the user that runs it cannot reach ${dataDir}: the ledger's files are in ${there}. Keep both.`;
}

/** Notes the new place in the data folder; the first process to do so decides. */
function moveOut(dataDir: string, sharedFolder: string): string {
  ownSharedFolder(sharedFolder);
  const id = randomBytes(4).toString('hex');
  // The hash says whose it is; the rest keeps a data folder that was deleted and made anew from finding the old ledger.
  const there = join(sharedFolder, `${shortHash(dataDir)}-${id}`);
  const pointer = join(dataDir, 'postgres.moved');
  mkdirSync(there, { mode: 0o711 });
  const note = `${pointer}.${id}`;
  writeFileSync(note, `${there}\n`, { mode: 0o600, flush: true });
  try {
    linkSync(note, pointer);
    return there;
  } catch (error) {
    if (errno(error) !== 'EEXIST') throw error;
    rmdirSync(there);
    return movedTo(dataDir) ?? there;
  } finally {
    rmSync(note, { force: true });
  }
}

/** Others may pass through it and change nothing in it: what stands there is run. */
function ownSharedFolder(path: string): string {
  try {
    mkdirSync(path, { recursive: true, mode: 0o711 });
  } catch (cause) {
    throw new CandorError('data-folder-unusable', { path, reason: errno(cause) }, { cause });
  }
  const found = lstatSync(path);
  if (!found.isDirectory() || found.uid !== 0 || (found.mode & 0o022) !== 0)
    throw new CandorError('postgres-foreign', { path });
  return path;
}

function movedTo(dataDir: string): string | null {
  const pointer = join(dataDir, 'postgres.moved');
  try {
    return readFileSync(pointer, 'utf8').trim();
  } catch (error) {
    if (errno(error) === 'EACCES') throw new CandorError('postgres-foreign', { path: pointer });
    return null;
  }
}

/** Whoever owns the data goes on running it; a place that is not root's belongs to the user who made it. */
async function serverUserOf(folder: string): Promise<{ uid: number; gid: number }> {
  for (const path of [join(folder, 'cluster'), folder]) {
    // Another process may be moving out of here: what was there a moment ago need not be any more.
    const found = statSync(path, { throwIfNoEntry: false });
    if (found !== undefined && found.uid !== 0) return { uid: found.uid, gid: found.gid };
  }
  return systemUser();
}

function socketFolders(folder: string, user: ServerUser): { lock: string; run: string } {
  const keeper = statSync(folder);
  const needed = Math.max(`/lock`.length + flagNameBytes, `/run/${socketName}`.length);
  // A comma would end the path in `unix_socket_directories`.
  const fits = Buffer.byteLength(folder) + needed <= longestSocketPath && !folder.includes(',');
  const base = fits ? folder : `/tmp/candor-${shortHash(`${folder}\0${keeper.uid}`)}`;
  const owner = { uid: keeper.uid, gid: keeper.gid };
  if (!fits) ownFolder(base, owner, user === null ? 0o700 : 0o711);
  ownFolder(join(base, 'lock'), owner, 0o700);
  ownFolder(join(base, 'run'), user ?? owner, 0o700);
  return { lock: join(base, 'lock'), run: join(base, 'run') };
}

/** Gives what root has just made in the place to the place's owner. */
export function giveToKeeper(path: string, keeper: { readonly uid: number; readonly gid: number }): void {
  if (isRoot() && keeper.uid !== 0) lchownSync(path, keeper.uid, keeper.gid);
}

/** Makes the folder if it is missing; refuses one that somebody else put there first. */
function ownFolder(path: string, owner: { uid: number; gid: number }, mode: number): void {
  try {
    mkdirSync(path, { mode });
    chmodSync(path, mode);
    if (isRoot()) lchownSync(path, owner.uid, owner.gid);
  } catch (error) {
    if (errno(error) !== 'EEXIST') throw error;
    const found = lstatSync(path);
    // Root's own: another process of ours is between making and handing over, or died there.
    if (isRoot() && found.isDirectory() && found.uid === 0) lchownSync(path, owner.uid, owner.gid);
    else if (!found.isDirectory() || found.uid !== owner.uid || (found.mode & 0o022) !== 0)
      throw new CandorError('postgres-socket-folder', { path });
  }
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // Something of somebody's is in it: it stays.
  }
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}

function errno(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown';
}
