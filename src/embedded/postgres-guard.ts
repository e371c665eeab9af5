// Who is attached to the server, counted by the kernel, so that no SIGKILL, reused pid or stale file
// can make the count wrong.
//
// One FIFO in the place. Attached is who has it open for writing. The guard, a small shell that is the
// server's parent, has it open for reading, and so have the server and all its backends, which inherit
// it. Hence:
//   - opened for writing without a wait: ENXIO means that no process of this server lives, backends
//     that outlived a killed postmaster included. Only then may a new server be started.
//   - opened for reading without a wait: end of file means that nobody is attached.
//   - the guard reads end of file when the last attached process is gone, however it went, and stops
//     the server. A line that it read before that is acknowledged by a file: who wrote it is attached
//     to a server that will not be stopped under it.
// Killed guard: the server runs on and is stopped by the last release, or found by the next process.
import { spawnSync, type ChildProcess } from 'node:child_process';
import {
  closeSync,
  constants,
  existsSync,
  openSync,
  readSync,
  readdirSync,
  rmSync,
  statSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { CandorError } from '../domain/errors.ts';
import type { Binaries } from './postgres-binaries.ts';
import { giveToKeeper, type Place } from './postgres-place.ts';
import { socketName } from './postgres-probe.ts';
import { spawnAs } from './server-user.ts';

const acknowledged = 'seen-';

/**
 * $1 is where acknowledgements go, the rest is the server. The listener ends the server with SIGINT
 * ("fast": sessions are ended, everything is written out), again every second, because a server that
 * has only just begun does not hear the first one. The server is a child of this shell, so its pid stays
 * its own until `wait`; after that the listener is ended with the rest of this session's group.
 *
 * The server is of the kernel's batch class, where there is `chrt`: a backend that a query wakes does not take the core from
 * the very thread that sends letters, while another core is free (ADR 0024). Its share of the cores stays the same.
 */
const guardScript = `
chrt --batch --pid 0 $$ >/dev/null 2>&1
acknowledgements=$1; shift
"$@" &
server=$!
{
  while read -r name <&3; do true >"$acknowledgements/$name"; done
  while kill -INT "$server"; do sleep 1 3<&-; done
} &
wait "$server"; code=$?
trap '' TERM; kill -TERM 0
exit "$code"
`;

/** True while any process of the server lives. */
export function serverLives(place: Place): boolean {
  const fd = openForWriting(place);
  if (fd === null) return false;
  closeSync(fd);
  return true;
}

/** Attaches this process: a descriptor to keep until it detaches, or null when no server lives. */
export function openForWriting(place: Place): number | null {
  try {
    return openSync(place.fifo, constants.O_WRONLY | constants.O_NONBLOCK);
  } catch (error) {
    if (hasErrno(error, 'ENXIO') || hasErrno(error, 'ENOENT')) return null;
    throw error;
  }
}

/** True when some process, this one included, is attached. Asked under the lock: it reads what is in the FIFO. */
export function anyoneAttached(place: Place): boolean {
  const fd = openSync(place.fifo, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const scrap = Buffer.alloc(4096);
    while (readSync(fd, scrap) > 0);
    return false;
  } catch (error) {
    if (hasErrno(error, 'EAGAIN')) return true;
    throw error;
  } finally {
    closeSync(fd);
  }
}

/** Asks the guard for an acknowledgement. The name is 16 hex digits. */
export function askGuard(fd: number, name: string): void {
  try {
    writeSync(fd, `${acknowledged}${name}\n`);
  } catch (error) {
    // Nobody reads: the server has just ended, or its guard was killed. Both show in what follows.
    if (!hasErrno(error, 'EPIPE') && !hasErrno(error, 'EAGAIN')) throw error;
  }
}

/** True once, when the guard has acknowledged the name. */
export function guardAnswered(place: Place, name: string): boolean {
  const path = join(place.run, acknowledged + name);
  if (!existsSync(path)) return false;
  rmSync(path, { force: true });
  return true;
}

/**
 * Starts the guard with the server. The caller holds the lock and has seen that no server lives: so
 * what an earlier one left behind (its pid files, which could name a stranger by now) is removed.
 *
 * @returns the guard, and this process's descriptor
 * @throws CandorError `postgres-start-failed` when there can be no FIFO here
 */
export function startGuarded(
  place: Place,
  binaries: Binaries,
  serverArguments: readonly string[],
): { guard: ChildProcess; fd: number } {
  makeFifo(place);
  for (const path of [
    join(place.cluster, 'postmaster.pid'),
    join(place.run, socketName),
    join(place.run, `${socketName}.lock`),
  ])
    rmSync(path, { force: true });
  for (const name of readdirSync(place.run))
    if (name.startsWith(acknowledged)) rmSync(join(place.run, name), { force: true });
  const log = openLog(place);
  // Both ends at once, so that neither open waits for the other; the guard's end must be a blocking one.
  const both = openSync(place.fifo, constants.O_RDWR | constants.O_NONBLOCK);
  const reading = openSync(place.fifo, constants.O_RDONLY);
  const fd = openSync(place.fifo, constants.O_WRONLY | constants.O_NONBLOCK);
  try {
    const command = [
      '-c',
      guardScript,
      'candor-postgres',
      place.run,
      join(binaries.bin, 'postgres'),
      ...serverArguments,
    ];
    return { guard: spawnAs(place.user, '/bin/sh', command, ['ignore', log, log, reading], binaries.libraryPath), fd };
  } catch (error) {
    closeSync(fd);
    throw error;
  } finally {
    for (const descriptor of [both, reading, log]) closeSync(descriptor);
  }
}

function makeFifo(place: Place): void {
  if (existsSync(place.fifo)) return;
  const made = spawnSync('mkfifo', ['-m', '600', place.fifo], {
    cwd: '/',
    env: { PATH: '/usr/bin:/bin' },
    stdio: 'ignore',
  });
  if (made.status !== 0) throw new CandorError('postgres-start-failed', { path: place.fifo }, { cause: made.error });
  giveToKeeper(place.fifo, place.keeper);
}

/** Appends; keeps one older file once it is over 1 MB. */
function openLog(place: Place): number {
  if (existsSync(place.log) && statSync(place.log).size > 1_000_000) renameSync(place.log, `${place.log}.1`);
  const log = openSync(
    place.log,
    constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW,
    0o600,
  );
  giveToKeeper(place.log, place.keeper);
  return log;
}

function hasErrno(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
