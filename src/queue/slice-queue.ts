// The queue on BullMQ 6, over Redis or over the ledger's Postgres: one implementation, one conformance suite.
//
// BullMQ is trusted with three things: to hand a slice to some worker, to hand it out again when that
// worker stalled, and to say whether a slice still has a job. A job is a slice's id and nothing else, and goes when it ends.
import { Queue, withBackend, Worker, type Job } from 'bullmq';
import { Redis } from 'ioredis';
import type { SliceId } from '../domain/ids.ts';
import type { Logger } from '../runtime/logger.ts';
import { replyWord } from '../runtime/redis-answer.ts';
import type { SliceConsumer, SliceQueue } from '../dispatch/ports.ts';
import { asAwayError } from './queue-away.ts';
import { createRefusalLog } from './queue-refusals.ts';
import { watchConsumer, type Activity } from './queue-watchdog.ts';
import { createReopening } from './reopening.ts';
import { createSurvivingBackend } from './surviving-backend.ts';

export type QueueBackend =
  | { readonly kind: 'redis'; readonly url: string }
  /** Connection settings of the `pg` driver, without options in the connection string; the schema is BullMQ's own. */
  | { readonly kind: 'postgres'; readonly connection: Readonly<Record<string, unknown>>; readonly schema: string };

/** Nothing: the id of the job is the slice's. */
type SliceJob = Record<string, never>;

/** What both backends have in common, as far as we use it. */
interface Engine {
  addBulk(jobs: { name: string; data: SliceJob; opts: Record<string, unknown> }[]): Promise<unknown>;
  getJobState(id: string): Promise<string>;
  /** Jobs that no worker has taken. */
  waiting(): Promise<number>;
  work(handler: (job: Job<SliceJob>) => Promise<void>, options: WorkerSettings): SliceConsumer;
  close(): Promise<void>;
}

interface WorkerSettings {
  readonly concurrency: number;
  readonly lockDuration: number;
  readonly stalledInterval: number;
  readonly maxStalledCount: number;
  readonly drainDelay: number;
}

/** A lock that is renewed twice in its time: below a second a busy process would lose its own. */
const lockBoundsMs = [1_000, 30_000] as const;
/** Between two looks of the watchdog: a stuck worker is replaced after at most three. */
const watchMs = 10_000;
const jobName = 'slice';

/**
 * Opens the queue of one relay. Connecting happens in the background: the queue may be away at this
 * moment and come back later.
 *
 * @param name unique for the pair of ledger and relay, so that two ledgers on one Redis never meet
 * @param recoveryMs RECOVERY_SECONDS: the slices of a killed worker are handed out again after one to two of
 *   these, and after a minute at the latest. The same for every worker, because BullMQ throttles its stalled
 *   check by whoever ran it last
 */
export function openSliceQueue(backend: QueueBackend, name: string, logger: Logger, recoveryMs = 60_000): SliceQueue {
  const lockMs = Math.min(Math.max(recoveryMs, lockBoundsMs[0]), lockBoundsMs[1]);
  const quiet = { logged: 0 };
  // A stalled job is found by the second check after its lock is gone.
  const stalledCheckMs = lockMs / 2;
  const refusals = createRefusalLog(logger, stalledCheckMs);
  const onError = (err: Error): void => {
    if (refusals.note(asAwayError(err))) return;
    // Nor is what comes of it worth a line: locks that could not be renewed.
    if (refusals.lasts() && !fromTheSystem(err)) return;
    // One line a while: a queue that is away reports itself many times a second.
    if (Date.now() - quiet.logged < 10_000) return;
    quiet.logged = Date.now();
    logger.warn(
      { err },
      replyWord(err) === null
        ? 'the queue does not answer; work goes on when it is back'
        : 'the queue answers with an error; it is asked again',
    );
  };
  const rethrow = (error: unknown): never => {
    const meant = asAwayError(error);
    refusals.note(meant);
    throw meant;
  };
  const engine =
    backend.kind === 'redis' ? redisEngine(backend.url, name, onError) : postgresEngine(backend, name, onError);

  return {
    async add(slices) {
      const jobs = engine.addBulk(
        slices.map((slice) => ({
          name: jobName,
          data: {},
          opts: { jobId: slice, removeOnComplete: true, removeOnFail: true, attempts: 1 },
        })),
      );
      await jobs.catch(rethrow);
      if (slices.length > 0) refusals.took();
    },
    async missing(ids) {
      const states = await Promise.all(ids.map((id) => engine.getJobState(id))).catch(rethrow);
      return ids.filter((_, index) => !presentStates.has(states[index]!));
    },
    consume(handler, concurrency) {
      const activity: Activity = { begun: 0, active: 0 };
      let closed = false;
      const take = async (job: Job<SliceJob>): Promise<void> => {
        // Fetched while it was told to close: the reconciler finds a slice without a job.
        if (closed) return;
        activity.begun += 1;
        activity.active += 1;
        refusals.took();
        try {
          await handler(job.id as SliceId);
        } finally {
          activity.active -= 1;
        }
      };
      const begin = (): SliceConsumer =>
        engine.work(take, {
          concurrency,
          lockDuration: lockMs,
          stalledInterval: stalledCheckMs,
          // A stalled slice is never given up by the queue: whether its notices are due stands in the ledger.
          maxStalledCount: 1_000_000,
          drainDelay: 1,
        });
      // A refused worker is not stuck.
      const waiting = async (): Promise<number> => (refusals.lasts() ? 0 : engine.waiting());
      const consumer = watchConsumer({ begin, waiting }, activity, concurrency, watchMs, logger);
      return {
        close() {
          closed = true;
          return consumer.close();
        },
      };
    },
    async close() {
      refusals.close();
      await engine.close();
    },
  };
}

/** True for a connection's error, as the system words it; BullMQ's own have no code, or a number. */
function fromTheSystem(error: Error): boolean {
  return 'code' in error && typeof error.code === 'string';
}

const presentStates: ReadonlySet<string> = new Set([
  'waiting',
  'active',
  'delayed',
  'prioritized',
  'waiting-children',
  'paused',
]);

/** A queue that is not there is asked again soon: connections that a broken network has swallowed end no other way. */
const connectMs = 3_000;
/** The longest answer is that to a waiting worker, which comes after `drainDelay`. What was asked is asked again after this. */
const answerMs = 5_000;

function redisEngine(url: string, name: string, onError: (error: Error) => void): Engine {
  const clients: Redis[] = [];
  const connect = (options: { enableOfflineQueue: boolean }): Redis => {
    // BullMQ wants null here for workers: a command waits for the connection instead of failing.
    const client = new Redis(url, {
      maxRetriesPerRequest: null,
      ...options,
      connectTimeout: connectMs,
      socketTimeout: answerMs,
      retryStrategy: (times) => Math.min(50 * 2 ** Math.min(times, 6), 2_000),
    });
    client.on('error', onError);
    clients.push(client);
    return client;
  };
  const queue = new Queue<SliceJob>(name, {
    connection: connect({ enableOfflineQueue: true }),
    skipWaitingForReady: true,
  });
  queue.on('error', onError);
  return {
    addBulk: (jobs) => queue.addBulk(jobs),
    getJobState: (id) => queue.getJobState(id),
    waiting: () => queue.getWaitingCount(),
    work(handler, options) {
      const worker = new Worker<SliceJob>(name, handler, {
        connection: connect({ enableOfflineQueue: true }),
        ...options,
      });
      worker.on('error', onError);
      return { close: () => worker.close() };
    },
    async close() {
      await queue.close();
      for (const client of clients) client.disconnect();
    },
  };
}

/** Between two tries to open a worker. */
const reopenMs = 500;

function postgresEngine(
  backend: Extract<QueueBackend, { kind: 'postgres' }>,
  name: string,
  onError: (error: Error) => void,
): Engine {
  const onPostgres = withBackend(createSurvivingBackend);
  const connection = {
    ...backend.connection,
    schema: backend.schema,
    migrate: true,
    max: 4,
    connectionTimeoutMillis: connectMs,
    // Each of its statements is about one slice or a hundred; a listening connection asks nothing.
    query_timeout: 2 * answerMs,
    application_name: 'candor-queue',
    onConnect: survive,
  };
  const queue = createReopening(() => watched(new onPostgres.Queue<SliceJob>(name, { connection }), onError));
  return {
    addBulk: async (jobs) => (await queue.open()).addBulk(jobs),
    getJobState: async (id) => (await queue.open()).getJobState(id),
    waiting: async () => (await queue.open()).getWaitingCount(),
    work(handler, options) {
      const worker = createReopening(() =>
        watched(new onPostgres.Worker<SliceJob>(name, handler, { connection, ...options }), onError),
      );
      void worker.insist(reopenMs);
      return { close: () => worker.close() };
    },
    close: () => queue.close(),
  };
}

/** A client of the driver's pool that BullMQ has borrowed listens to no errors: the server's end would end this process. */
function survive(client: { on(event: 'error', listener: () => void): unknown }): void {
  client.on('error', () => undefined);
}

function watched<Part extends { on(event: 'error', listener: (error: Error) => void): unknown }>(
  part: Part,
  onError: (error: Error) => void,
): Part {
  part.on('error', onError);
  return part;
}
