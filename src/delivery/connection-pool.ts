// The connections of this process to one relay. Promises: never more than the limit; a relay that is
// down or refuses the login is tried by one connection at a time, with growing pauses; a connection
// in doubt is never lent again. A relay that takes no more connections while others work is not
// down: the pool makes do with those for a while.
import { setMaxListeners } from 'node:events';
import { classifyConnectFailure } from '../domain/classify.ts';
import type { ConnectFailure } from '../domain/delivery-result.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Logger } from '../runtime/logger.ts';
import type { RelayConnection } from './connection.ts';
import { createLetterLimit } from './letter-limit.ts';
import { connectionsToOpen, probePauseMs } from './pool-policy.ts';
import type { Relay } from './relay.ts';

export interface PoolOptions {
  /** The most connections (SMTP_CONNECTIONS). */
  readonly max: number;
  /** An idle connection is closed after this long: relays drop them after some minutes. */
  readonly idleMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Called once for each failed opening that says something about the relay as a whole. */
  readonly onConnectFailure?: (failure: ConnectFailure) => void;
  /** How long a lowered limit lasts before one more connection is tried. Default 60 s. */
  readonly lowerLimitMs?: number;
}

export type Acquired =
  | { readonly ok: true; readonly connection: RelayConnection }
  | { readonly ok: false; readonly failure: ConnectFailure };

export interface PoolFigures {
  readonly open: number;
  readonly idle: number;
  readonly opening: number;
  readonly waiting: number;
  readonly limit: number;
}

export interface ConnectionPool {
  /**
   * Lends a connection: an idle one, a new one, or the next one given back. When the relay can't be
   * reached, everybody who waits gets the same failure; who asks again waits for the next try, so a
   * loop around `acquire` does not spin. Rejects with the signal's reason when it aborts, and with a
   * plain error after `drain` or `destroyAll`.
   */
  acquire(signal: AbortSignal): Promise<Acquired>;
  /** Takes a connection back, in whatever condition. */
  release(connection: RelayConnection): void;
  /** Forgets the pause after a failure: a person said that the relay is in order again. */
  retryNow(): void;
  /** No more lending; idle connections say QUIT, lent ones may be given back until the deadline, then they are destroyed. */
  drain(deadlineMs: number): Promise<void>;
  /** No more lending; every connection is destroyed now. */
  destroyAll(): void;
  figures(): PoolFigures;
  /** How many connections there may be now: `max`, or fewer while the relay takes no more. */
  limit(): number;
}

/** A pool; it opens nothing until somebody asks. */
export function createConnectionPool(relay: Relay, options: PoolOptions): ConnectionPool {
  return new Pool(relay, options);
}

/** A connection that ended after this long without a letter tells nothing about how many it may carry. */
const longIdleMs = 2_000;

/** So many openings in a row may fail, so soon after one that did not, as if nothing had happened. */
const blip = { most: 2, withinMs: 10_000, pauseMs: 200 } as const;
/** After so long without an opening the relay is unproven again: its password may have changed. */
const provenForMs = 10_000;
/** Between two tries while the relay does not answer at all, and connections to it stand. */
const silentPauseMs = 1_000;

interface Waiter {
  settle(acquired: Acquired): void;
  abandon(reason: unknown): void;
}

class Pool implements ConnectionPool {
  readonly #relay: Relay;
  readonly #options: PoolOptions;
  /** Lent and idle ones, and those whose leftovers are being read. */
  readonly #open = new Set<RelayConnection>();
  /** The last one given back is lent first, so that the surplus grows old and is closed. */
  readonly #idle: { readonly connection: RelayConnection; readonly sinceMs: number }[] = [];
  readonly #waiters = new Set<Waiter>();
  readonly #whenEmpty = new Set<() => void>();
  #opening = 0;
  #failures = 0;
  /** Openings that failed since the last one that did not, and when that was. */
  #missed = 0;
  #openedAtMs = -Infinity;
  /** Twice as many as were opened since the last failure: where each ends after a letter, their number alone would never grow. */
  #proven = 0;
  #probeAtMs = 0;
  #lowered: { readonly limit: number; readonly untilMs: number } | null = null;
  readonly #letterLimit = createLetterLimit();
  /** Lent, and on the last letter that the relay takes over them. */
  readonly #ending = new Set<RelayConnection>();
  #closed = false;
  /** Ends what is being opened: nobody waits for it any more. */
  readonly #closing = new AbortController();
  #wake: NodeJS.Timeout | undefined;
  #sweep: NodeJS.Timeout | undefined;

  constructor(relay: Relay, options: PoolOptions) {
    this.#relay = relay;
    this.#options = options;
    // Every opening listens to it; more than ten are no leak here.
    setMaxListeners(0, this.#closing.signal);
  }

  acquire(signal: AbortSignal): Promise<Acquired> {
    if (signal.aborted) return Promise.reject(signal.reason as Error);
    if (this.#closed) return Promise.reject(new Error('the connection pool is closed'));
    const idle = this.#takeIdle();
    if (idle !== null) {
      this.#lent(idle);
      return Promise.resolve({ ok: true, connection: idle });
    }
    return new Promise((resolve, reject) => {
      const onAbort = (): void => waiter.abandon(signal.reason);
      const leave = (): void => {
        this.#waiters.delete(waiter);
        signal.removeEventListener('abort', onAbort);
      };
      const waiter: Waiter = {
        settle: (acquired) => {
          leave();
          resolve(acquired);
        },
        abandon: (reason) => {
          leave();
          reject(reason);
        },
      };
      signal.addEventListener('abort', onAbort, { once: true });
      this.#waiters.add(waiter);
      this.#grow();
    });
  }

  release(connection: RelayConnection): void {
    if (!this.#open.has(connection)) return;
    this.#ending.delete(connection);
    if (!connection.usable) return this.#retire(connection);
    connection.settled().then(
      (usable) => {
        if (!usable) this.#retire(connection);
        else if (this.#letterLimit.isReached(connection.letters)) this.#bidFarewell(connection);
        else this.#lend(connection);
      },
      () => this.#retire(connection),
    );
  }

  retryNow(): void {
    this.#failures = 0;
    this.#probeAtMs = 0;
    this.#lowered = null;
    this.#grow();
  }

  async drain(deadlineMs: number): Promise<void> {
    this.#close();
    const quits = this.#idle
      .splice(0)
      .map(({ connection }) => connection.close().finally(() => this.#retire(connection)));
    await this.#emptyOrLate(deadlineMs);
    this.destroyAll();
    await Promise.allSettled(quits);
  }

  destroyAll(): void {
    this.#close();
    this.#idle.length = 0;
    for (const connection of [...this.#open]) this.#retire(connection);
  }

  figures(): PoolFigures {
    return {
      open: this.#open.size,
      idle: this.#idle.length,
      opening: this.#opening,
      waiting: this.#waiters.size,
      limit: this.limit(),
    };
  }

  limit(): number {
    if (this.#lowered !== null && this.#options.clock.monotonicMs() >= this.#lowered.untilMs) {
      // One more is tried; when it is refused again, the limit is lowered again.
      const limit = this.#lowered.limit + 1;
      this.#lowered =
        limit >= this.#options.max
          ? null
          : { limit, untilMs: this.#options.clock.monotonicMs() + this.#lowerLimitMs() };
    }
    return Math.min(this.#options.max, this.#lowered?.limit ?? this.#options.max);
  }

  #lowerLimitMs(): number {
    return this.#options.lowerLimitMs ?? 60_000;
  }

  #takeIdle(): RelayConnection | null {
    const now = this.#options.clock.monotonicMs();
    for (let entry = this.#idle.pop(); entry !== undefined; entry = this.#idle.pop()) {
      if (entry.connection.usable && now - entry.sinceMs < this.#options.idleMs) return entry.connection;
      this.#retire(entry.connection);
    }
    return null;
  }

  #grow(): void {
    clearTimeout(this.#wake);
    if (this.#closed || (this.#waiters.size === 0 && this.#ending.size === 0)) return;
    const now = this.#options.clock.monotonicMs();
    if (now < this.#probeAtMs) return this.#growIn(this.#probeAtMs - now);
    const limit = this.limit();
    for (
      let more = connectionsToOpen({
        waiting: this.#waiters.size,
        open: this.#open.size,
        opening: this.#opening,
        limit,
        proven: now - this.#openedAtMs < provenForMs ? this.#proven : 0,
        ending: this.#ending.size,
        spare: this.#idle.length,
      });
      more > 0;
      more -= 1
    ) {
      this.#opening += 1;
      this.#relay.connect({ signal: this.#closing.signal }).then(
        (connected) => (connected.ok ? this.#opened(connected.connection) : this.#failed(connected.failure)),
        // `connect` promises not to throw; a bug in it must not leave the waiters hanging.
        (error: unknown) => this.#broke(error),
      );
    }
    if (this.#lowered !== null) this.#growIn(Math.max(0, this.#lowered.untilMs - now));
  }

  #growIn(ms: number): void {
    clearTimeout(this.#wake);
    // Kept alive while somebody waits: a waiter is work.
    this.#wake = setTimeout(() => this.#grow(), Math.min(ms + 1, 2 ** 31 - 1));
  }

  #opened(connection: RelayConnection): void {
    this.#opening -= 1;
    this.#failures = 0;
    this.#missed = 0;
    this.#openedAtMs = this.#options.clock.monotonicMs();
    this.#probeAtMs = 0;
    this.#open.add(connection);
    this.#proven = Math.min(this.#proven + 2, this.#options.max);
    if (this.#closed) return this.#retire(connection);
    this.#lend(connection);
    this.#grow();
  }

  #failed(failure: ConnectFailure): void {
    this.#opening -= 1;
    if (this.#closed) return;
    const needsPerson = classifyConnectFailure(failure).kind === 'hold';
    if (!needsPerson && this.#isBlip()) {
      this.#probeAtMs = this.#options.clock.monotonicMs() + blip.pauseMs;
      return this.#grow();
    }
    this.#proven = 0;
    const working = [...this.#open].filter((connection) => connection.usable).length;
    if (working > 0 && !needsPerson && failure.loss === 'timeout') {
      // Silence is no limit: those that seem to work may be as mute.
      this.#probeAtMs = this.#options.clock.monotonicMs() + silentPauseMs;
      return this.#grow();
    }
    if (working > 0 && !needsPerson) {
      this.#lowered = { limit: working, untilMs: this.#options.clock.monotonicMs() + this.#lowerLimitMs() };
      this.#options.logger.info(
        { relay: this.#relay.identity, connections: working },
        'the relay takes no more connections for now',
      );
      return this.#grow();
    }
    const now = this.#options.clock.monotonicMs();
    // Several openings that fail together are one failure.
    const known = now < this.#probeAtMs;
    if (!known) this.#failures += 1;
    this.#probeAtMs = Math.max(this.#probeAtMs, now + probePauseMs(this.#failures, needsPerson));
    if (!known || needsPerson) this.#options.onConnectFailure?.(failure);
    for (const waiter of [...this.#waiters]) waiter.settle({ ok: false, failure });
  }

  /** A relay that has just taken connections and refuses one or two has not come to its limit for that. */
  #isBlip(): boolean {
    if (this.#lowered !== null || this.#options.clock.monotonicMs() - this.#openedAtMs > blip.withinMs) return false;
    this.#missed += 1;
    return this.#missed <= blip.most;
  }

  #broke(error: unknown): void {
    this.#opening -= 1;
    for (const waiter of [...this.#waiters]) waiter.abandon(error);
  }

  /** One that is on its last letter will be missed: the next one is opened meanwhile, where the limit has room for it. */
  #lent(connection: RelayConnection): void {
    if (!this.#letterLimit.isLast(connection.letters)) return;
    this.#ending.add(connection);
    this.#grow();
  }

  /** Gives a usable connection to who waits longest, or keeps it. */
  #lend(connection: RelayConnection): void {
    if (this.#closed) return this.#bidFarewell(connection);
    const [next] = this.#waiters;
    if (next !== undefined) {
      next.settle({ ok: true, connection });
      return this.#lent(connection);
    }
    this.#idle.push({ connection, sinceMs: this.#options.clock.monotonicMs() });
    this.#sweep ??= setTimeout(() => this.#closeOld(), this.#options.idleMs).unref();
  }

  #closeOld(): void {
    this.#sweep = undefined;
    const now = this.#options.clock.monotonicMs();
    while (this.#idle[0] !== undefined && now - this.#idle[0].sinceMs >= this.#options.idleMs) {
      const { connection } = this.#idle.shift() as { connection: RelayConnection };
      this.#bidFarewell(connection);
    }
    const oldest = this.#idle[0];
    if (oldest !== undefined)
      this.#sweep = setTimeout(
        () => this.#closeOld(),
        Math.max(1, oldest.sinceMs + this.#options.idleMs - now),
      ).unref();
  }

  /** Says QUIT. It counts as open until the relay has let go of it. */
  #bidFarewell(connection: RelayConnection): void {
    void connection.close().finally(() => this.#retire(connection));
  }

  #retire(connection: RelayConnection): void {
    // One that was left alone for long ended for that.
    const idleMs = this.#options.clock.now().getTime() - connection.lastUsedAt.getTime();
    if (connection.endedBetweenLetters && idleMs < longIdleMs) this.#learn(connection.letters);
    this.#ending.delete(connection);
    connection.destroy();
    if (!this.#open.delete(connection)) return;
    if (this.#open.size === 0) for (const resolve of this.#whenEmpty) resolve();
    this.#grow();
  }

  #learn(letters: number): void {
    if (this.#letterLimit.ended(letters))
      this.#options.logger.info(
        { relay: this.#relay.identity, letters },
        'the relay takes so many letters over one connection; it is ended after them',
      );
  }

  #close(): void {
    this.#closed = true;
    this.#closing.abort(new Error('the connection pool is closed'));
    clearTimeout(this.#wake);
    clearTimeout(this.#sweep);
    for (const waiter of [...this.#waiters]) waiter.abandon(new Error('the connection pool is closed'));
  }

  async #emptyOrLate(deadlineMs: number): Promise<void> {
    if (this.#open.size === 0) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#whenEmpty.delete(done);
        resolve();
      };
      const timer = setTimeout(done, deadlineMs);
      this.#whenEmpty.add(done);
    });
  }
}
