// Keeps this process's right to claim alive, and knows for certain when it may have lost it.
import { isUnreachable } from '../domain/errors.ts';
import type { LeaseId } from '../domain/ids.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Logger } from '../runtime/logger.ts';
import type { LeaseLedger } from './ports.ts';

export interface LeaseKeeper {
  /** The lease; waits while there is none (ledger away, schema of another version). Rejects when stopped. */
  current(): Promise<LeaseId>;
  /**
   * True while this process may start a MAIL FROM under this lease. Counted from before the last
   * heartbeat was asked for, so it turns false earlier than the ledger's own clock does.
   */
  holds(lease: LeaseId): boolean;
  /** Gives the lease up at once, because the ledger lost what was done under it; a new one is taken. */
  drop(): void;
  /** Ends the lease. Call when every attempt is settled: what is still open will be recovered as unconfirmed. */
  end(): Promise<void>;
}

/** Each beat proves that the ledger has what it answered before; so much may be lost unseen while nothing is claimed. */
const beatMs = 1_000;

/**
 * @param recoveryMs how long a silent worker keeps its attempts (RECOVERY_SECONDS); a heartbeat each second, or every quarter of it
 */
export function createLeaseKeeper(ledger: LeaseLedger, recoveryMs: number, clock: Clock, logger: Logger): LeaseKeeper {
  let lease: LeaseId | null = null;
  let safeUntil = -Infinity;
  let stopped = false;
  let misfit = false;
  /** What the ledger last said instead of an answer. */
  let away: string | null = null;
  const wake: (() => void)[] = [];
  let timer: NodeJS.Timeout | undefined;

  const beat = async (): Promise<void> => {
    const askedAt = clock.monotonicMs();
    try {
      if (lease !== null && (await ledger.keep(lease, recoveryMs))) {
        safeUntil = askedAt + recoveryMs;
      } else if (!stopped) {
        if (lease !== null)
          logger.warn({ lease }, 'the lease had run out; what was open under it is recovered as unconfirmed');
        lease = null;
        const fits = await ledger.schemaFits();
        if (!fits && !misfit)
          logger.error(
            { code: 'schema-mismatch' },
            'this version of Candor does not fit the ledger; it claims nothing',
          );
        misfit = !fits;
        if (fits) {
          lease = await ledger.take(recoveryMs);
          safeUntil = askedAt + recoveryMs;
          for (const each of wake.splice(0)) each();
        }
      }
      if (away !== null) logger.info('the ledger is back');
      away = null;
    } catch (error) {
      if (!isUnreachable(error)) {
        logger.error({ err: error }, 'a heartbeat failed');
      } else if (away !== error.message) {
        // Once, and again when the reason changes: it comes round twice a second.
        away = error.message;
        logger.warn({ code: error.code }, `${error.message} Work waits for it.`);
      }
    }
    if (!stopped)
      timer = setTimeout(
        () => void beat(),
        lease === null || clock.monotonicMs() > safeUntil - recoveryMs / 2 ? 500 : Math.min(beatMs, recoveryMs / 4),
      );
  };
  void beat();

  return {
    async current() {
      while (lease === null) {
        if (stopped) throw new Error('the worker is stopping');
        await new Promise<void>((resolve) => wake.push(resolve));
      }
      return lease;
    },
    // A tenth of the lease is kept back for what lies between this look and the write to the socket.
    holds: (which) => which === lease && clock.monotonicMs() < safeUntil - recoveryMs / 10,
    drop() {
      lease = null;
      safeUntil = -Infinity;
    },
    async end() {
      stopped = true;
      clearTimeout(timer);
      for (const each of wake.splice(0)) each();
      if (lease !== null)
        await ledger.end(lease).catch((error: unknown) => logger.debug({ err: error }, 'the lease could not be ended'));
    },
  };
}
