// One relay's machinery in this process: feeder, worker, queue, lease, pace. Started for `send`, `resume`,
// `worker` and `serve` alike; any number of processes may run one for the same relay.
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Relay } from '../delivery/relay.ts';
import { createConnectionPool, type PoolFigures } from '../delivery/connection-pool.ts';
import { startFeeder } from '../dispatch/feeder.ts';
import { createLeaseKeeper } from '../dispatch/lease-keeper.ts';
import { createPacer } from '../dispatch/pacer.ts';
import { openSliceQueue, type QueueBackend } from '../queue/slice-queue.ts';
import type { HoldCause } from '../dispatch/ports.ts';
import { createThrottle } from '../dispatch/throttle.ts';
import { startWorker } from '../dispatch/worker.ts';
import type { HoldReason } from '../domain/delivery-result.ts';
import type { CampaignNo, SliceId } from '../domain/ids.ts';
import type { SigningKey } from '../domain/signing-key.ts';
import type { RefusalLimit } from '../domain/refusals.ts';
import type { Database } from '../ledger/database.ts';
import { createFeederLock } from '../ledger/feeder-lock.ts';
import type { Keyring } from '../ledger/keyring.ts';
import { markUnreachable, setLimit } from '../ledger/pace.ts';
import { systemClock } from '../runtime/clock.ts';
import { keepHeapSmall } from '../runtime/heap.ts';
import type { Logger } from '../runtime/logger.ts';
import { createAlert } from './alert.ts';
import { bindLedger } from './ledger-ports.ts';
import type { LedgerWitness } from './ledger-witness.ts';
import { queueName } from '../queue/queue-name.ts';

export interface EngineSettings {
  /** SMTP_CONNECTIONS; null: as many as the rate needs. */
  readonly connections: number | null;
  readonly sliceSize: number;
  readonly recoveryMs: number;
  readonly queueBackend: QueueBackend;
  /** CANDOR_HOLD_REFUSED; null: off. */
  readonly refusalLimit: RefusalLimit | null;
  /** ALERT_WEBHOOK; null: none. */
  readonly alertWebhook: string | null;
  /** Signs the letters of campaigns that were launched with it. */
  readonly signingKey: SigningKey | null;
}

export interface Engine {
  /** Looks for work now. */
  nudge(): void;
  /** Holds a running campaign, and tells the webhook. */
  hold(campaign: CampaignNo, reason: HoldReason, detail: string | null, cause?: HoldCause): Promise<void>;
  /** Connections to the relay as they are now. */
  connections(): PoolFigures;
  /** Takes nothing new, finishes the wire, gives the rest back. `now` cuts the wire, too. */
  stop(now?: AbortSignal): Promise<void>;
}

/** An idle connection is given up after this: some relays drop idle ones after a minute without a word. */
const idleConnectionMs = 30_000;
/** How long a stopping process waits for replies that are due. Container runtimes commonly kill after 30 s. */
const drainMs = 25_000;
/** Enough for 0.5 s of full speed; it bounds the queue whatever the size of the campaign. */
const queuedNotices = 2_000;

/** Without SMTP_CONNECTIONS: the most for a rate, and how many where there is none. */
const unstated = { most: 100, usual: 10 } as const;

/** Starts the machinery for one relay. */
export async function startEngine(
  parts: {
    database: Database;
    keyring: Keyring;
    ledgerId: string;
    witness: LedgerWitness;
    relay: Relay;
    relayIdentity: string;
    logger: Logger;
  },
  settings: EngineSettings,
): Promise<Engine> {
  const { database, keyring, witness, relay, relayIdentity, logger } = parts;
  keepHeapSmall();
  await setLimit(database, keyring, relayIdentity, null);
  // What an earlier process could not reach says nothing about now.
  await markUnreachable(database, relayIdentity, false);
  const alert = createAlert(settings.alertWebhook, database, logger);
  const lock = createFeederLock(database, relayIdentity, logger, settings.recoveryMs);
  const ports = bindLedger(database, keyring, relayIdentity, {
    worker: `${hostname()}:${process.pid}`,
    lock,
    witness,
    alert,
    logger,
    signingKey: settings.signingKey,
    refusalLimit: settings.refusalLimit,
  });
  const queue = openSliceQueue(
    settings.queueBackend,
    queueName(parts.ledgerId, relayIdentity),
    logger,
    settings.recoveryMs,
  );
  const lanes = settings.connections === null ? unstated : { most: settings.connections, usual: settings.connections };
  const pool = createConnectionPool(relay, { max: lanes.most, idleMs: idleConnectionMs, clock: systemClock, logger });
  const leases = createLeaseKeeper(ports.leases, settings.recoveryMs, systemClock, logger);
  witness.onLost(() => leases.drop());
  const throttle = createThrottle(ports.pace, systemClock, logger);
  const feeder = startFeeder(
    { ledger: ports.feeder, queue, newSliceId: () => randomUUID() as SliceId, clock: systemClock, logger },
    {
      sliceSize: settings.sliceSize,
      window: Math.max(queuedNotices, settings.sliceSize),
      reconcileMs: Math.min(10_000, settings.recoveryMs / 4),
    },
  );
  const worker = startWorker({
    ledger: ports.worker,
    queue,
    connections: pool,
    leases,
    pacer: createPacer(ports.pace, systemClock, logger),
    throttle,
    domains: ports.domains,
    newSliceId: () => randomUUID() as SliceId,
    clock: systemClock,
    random: Math.random,
    logger,
    lanes,
    // With very small slices: as many as there are lanes.
    slices: Math.max(3, Math.ceil((1.5 * lanes.most) / settings.sliceSize) + 1),
    onSliceDone: () => feeder.sliceDone(),
  });
  return {
    nudge: () => feeder.nudge(),
    hold: (campaign, reason, detail, cause) => ports.worker.hold(campaign, reason, detail, cause),
    connections: () => pool.figures(),
    async stop(now) {
      // First no new slices, then no new letters, then nothing that either needs.
      await feeder.stop();
      const cut = (): void => void worker.abandon();
      if (now?.aborted) cut();
      now?.addEventListener('abort', cut, { once: true });
      await worker.drain(drainMs);
      // Now that all is settled: what crossed a hold goes back before the last look at the account. Else the next feeder does it.
      await ports.feeder
        .takeBackRefused()
        .catch((err: unknown) => logger.debug({ err }, 'what crossed a hold could not be taken back'));
      throttle.stop();
      await queue.close().catch((err: unknown) => logger.debug({ err }, 'the queue could not be closed'));
      await lock.release();
      await alert.told();
    },
  };
}
