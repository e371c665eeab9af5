// The embedded Postgres: one server for all processes that use one data folder on one machine. The
// first process starts it, others attach, the last one stops it. It listens on a Unix socket only.
//
// Every change of the server's life (start, attach, stop) happens under one lock (flag-lock.ts), which
// a SIGKILL of the holder releases. Who is attached is counted by the kernel (postgres-guard.ts).
//   killed while starting it    the guard sees that nobody is attached and stops it; the data is made
//                               by one rename (postgres-cluster.ts)
//   killed while attached       does not count any more; if it was the last, the guard stops the server
//   postmaster killed           `ensureRunning` waits until its last backend is gone, starts it again,
//                               and Postgres recovers: what was committed is there
// Not promised: more than one machine on one data folder.
import { randomBytes } from 'node:crypto';
import { closeSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { CandorError } from '../domain/errors.ts';
import { fromServerOutput } from '../domain/open-files.ts';
import type { Logger } from '../runtime/logger.ts';
import { withLock } from './flag-lock.ts';
import { findPackage, usableBinaries } from './postgres-binaries.ts';
import { ensureCluster, ledgerDatabase, ledgerUser, readPassword, serverArguments } from './postgres-cluster.ts';
import {
  anyoneAttached,
  askGuard,
  guardAnswered,
  openForWriting,
  serverLives,
  startGuarded,
} from './postgres-guard.ts';
import { findPlace, giveToKeeper, type Place } from './postgres-place.ts';
import { probe, socketPort, type Health } from './postgres-probe.ts';

export interface PostgresConnection {
  /** Folder of the Unix socket, as `pg` takes it. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

export interface EmbeddedPostgres {
  readonly connection: PostgresConnection;
  /**
   * Makes sure that the server takes sessions: after it was killed, starts it again. Cheap when all is
   * well; calls at the same time share one start. Throws as `openEmbeddedPostgres` does.
   */
  ensureRunning(): Promise<void>;
  /** Detaches this process; the last one waits until the server has stopped. May be called twice. */
  release(): Promise<void>;
}

export interface EmbeddedPostgresOptions {
  /** Made if missing. */
  readonly dataDir: string;
  readonly logger: Logger;
  /** Tells the person at the terminal, one line at a time, where things are if not in the data folder. */
  readonly say: (line: string) => void;
  /** For root: where things go that the server's user cannot reach otherwise. Default `/var/lib/candor`. */
  readonly sharedFolder?: string;
}

/** Of a folder that is there and takes no files. */
const unwritable: ReadonlySet<string> = new Set(['EROFS', 'ENOSPC', 'EDQUOT']);

function errnoOf(error: unknown): string | null {
  return error instanceof Error && !(error instanceof CandorError) && 'code' in error && typeof error.code === 'string'
    ? error.code
    : null;
}

/** What a server that has just ended left in its log. */
function lastLines(log: string): string {
  try {
    return readFileSync(log, 'utf8').split('\n').slice(-5).join('\n');
  } catch {
    return '';
  }
}

/** A first start takes about a second, a stop less; recovery after a crash may take minutes. */
const lockPatienceMs = 180_000;
/** How long a server may live without taking part in anything before it is called stuck. */
const silencePatienceMs = 60_000;
/** How long the guard may take to acknowledge before it is taken for dead. It needs milliseconds. */
const guardPatienceMs = 3_000;
/** Between two looks: short while it matters, longer while a recovery goes on, as Postgres logs each look. */
const pollMs = (waitedMs: number): number => Math.min(3 + waitedMs / 20, 250);

/**
 * Starts the server of the data folder, or attaches to it, and answers when it takes sessions.
 *
 * @throws CandorError `postgres-*` or `data-folder-unusable`; each says what to do
 */
export async function openEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const attempt = async (): Promise<{ place: Place; attachment: Attachment }> => {
    const place = await findPlace({
      dataDir: options.dataDir,
      say: options.say,
      sharedFolder: options.sharedFolder ?? '/var/lib/candor',
    });
    const attachment = new Attachment(place, options);
    await attachment.ensureRunning();
    return { place, attachment };
  };
  const { place, attachment } = await attempt().catch((cause: unknown) => {
    const reason = errnoOf(cause);
    throw reason !== null && unwritable.has(reason)
      ? new CandorError('data-folder-unusable', { path: options.dataDir, reason }, { cause })
      : cause;
  });
  return {
    connection: {
      host: place.run,
      port: socketPort,
      user: ledgerUser,
      password: readPassword(place),
      database: ledgerDatabase,
    },
    ensureRunning: () => attachment.ensureRunning(),
    release: () => attachment.release(),
  };
}

class Attachment {
  readonly #place: Place;
  readonly #logger: Logger;
  readonly #say: (line: string) => void;
  /** Open for writing: we are attached. */
  #fd: number | null = null;
  #bringingUp: Promise<void> | null = null;
  #released: Promise<void> | null = null;

  constructor(place: Place, options: EmbeddedPostgresOptions) {
    this.#place = place;
    this.#logger = options.logger;
    this.#say = options.say;
  }

  async ensureRunning(): Promise<void> {
    if (this.#released !== null) throw new Error('the embedded Postgres was released by this process');
    if (this.#fd !== null && (await this.#health()) === 'ready') return;
    this.#bringingUp ??= withLock(this.#place.lock, () => this.#bringUp(), lockPatienceMs).finally(
      () => (this.#bringingUp = null),
    );
    await this.#bringingUp;
  }

  release(): Promise<void> {
    return (this.#released ??= this.#detach());
  }

  async #bringUp(): Promise<void> {
    try {
      do {
        this.#fd ??= openForWriting(this.#place);
        if (!serverLives(this.#place)) await this.#start();
      } while (!(await this.#taken()));
    } catch (error) {
      this.#close();
      throw error;
    }
  }

  async #start(): Promise<void> {
    const place = this.#place;
    const npm = findPackage();
    const binaries = await usableBinaries({
      package: npm,
      user: place.user,
      linksFolder: place.libraries,
      copyFolder: () => place.copies(),
      say: this.#say,
    });
    giveToKeeper(place.libraries, place.keeper);
    await ensureCluster(place, binaries, npm.major);
    const { guard, fd } = startGuarded(place, binaries, serverArguments(place));
    if (this.#fd !== null) closeSync(this.#fd);
    this.#fd = fd;
    this.#logger.debug({ pid: guard.pid }, 'starting the embedded Postgres');
    let ended: number | string | null = null;
    guard.once('exit', (code, signal) => (ended = code ?? signal));
    guard.once('error', () => (ended = 'not started'));
    guard.unref();
    const since = performance.now();
    while ((await this.#health()) !== 'ready') {
      if (ended !== null)
        throw (
          fromServerOutput(lastLines(place.log)) ??
          new CandorError('postgres-start-failed', { path: place.log }, { details: ended })
        );
      await pause(pollMs(performance.now() - since));
    }
  }

  /** True when we are attached to a server that takes sessions; false when it ended meanwhile. */
  async #taken(): Promise<boolean> {
    const name = randomBytes(8).toString('hex');
    if (this.#fd === null) return false;
    askGuard(this.#fd, name);
    const since = performance.now();
    let guarded = false;
    for (;;) {
      guarded ||= guardAnswered(this.#place, name);
      const health = await this.#health();
      const waitedMs = performance.now() - since;
      if (health === 'ready' && guarded) return true;
      if (health === 'ready' && waitedMs > guardPatienceMs) {
        this.#logger.warn(
          {},
          'the guard of the embedded Postgres does not answer; if all processes are killed, the server stays until the next start',
        );
        return true;
      }
      if (!serverLives(this.#place)) return false;
      if (health === 'absent' && waitedMs > silencePatienceMs)
        throw new CandorError('postgres-stuck', { path: this.#place.log });
      await pause(pollMs(waitedMs));
    }
  }

  async #detach(): Promise<void> {
    await this.#bringingUp?.catch(() => undefined);
    if (this.#fd === null) return;
    await withLock(
      this.#place.lock,
      async () => {
        this.#close();
        if (!anyoneAttached(this.#place)) await this.#stopped();
      },
      lockPatienceMs,
    ).finally(() => this.#close());
  }

  /** The guard has read the end of file and stops the server; where there is no guard, we do. */
  async #stopped(): Promise<void> {
    const since = performance.now();
    let asked = false;
    while (serverLives(this.#place)) {
      const waitedMs = performance.now() - since;
      if (waitedMs > silencePatienceMs) {
        this.#logger.warn({}, 'the embedded Postgres does not stop');
        return;
      }
      if (!asked && waitedMs > guardPatienceMs && (await this.#health()) === 'ready') {
        asked = true;
        // It answers on its socket, so the pid in its file is its own.
        process.kill(Number.parseInt(readFileSync(join(this.#place.cluster, 'postmaster.pid'), 'utf8'), 10), 'SIGINT');
      }
      await pause(pollMs(waitedMs));
    }
  }

  #health(): Promise<Health> {
    return probe(this.#place.run, ledgerUser, ledgerDatabase);
  }

  #close(): void {
    if (this.#fd !== null) closeSync(this.#fd);
    this.#fd = null;
  }
}
