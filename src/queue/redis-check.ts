// Is this Redis fit to be a queue? Asked at the start and by `candor doctor`. The ledger can rebuild the
// queue, so a Redis without persistence is a warning; one that evicts jobs or is too old is refused.
import { Redis } from 'ioredis';
import { CandorError, hasCode } from '../domain/errors.ts';
import { fromErrors, refusalIn } from '../runtime/redis-answer.ts';

export interface RedisWarning {
  readonly message: string;
  readonly help: string;
}

/** BullMQ 6 needs 6.2 (its documentation, compatibility section). */
const oldest = [6, 2] as const;

/** Written and gone after a second, among the keys of the queues: what may be read may not always be written. */
const probe = 'bull:candor-probe';

/** Found out while a launch waits: a Redis that is away may be back before it matters. */
const fitWithinMs = 2_000;

/**
 * Throws `redis-evicts` or `redis-too-old`: what makes a Redis no queue until a person changes it, told before anything is
 * stored. One that is away, refuses or gives no answer in time passes: its work waits for it.
 */
export async function expectFitRedis(url: string): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(resolve, fitWithinMs, null);
  });
  const unfit = checkRedis(url).then(
    () => null,
    (error: unknown) => (hasCode(error, 'redis-evicts') || hasCode(error, 'redis-too-old') ? error : null),
  );
  const error = await Promise.race([unfit, late]).finally(() => clearTimeout(timer));
  if (error !== null) throw error;
}

/** Throws `redis-unreachable`, `redis-refused`, `redis-too-old`, `redis-evicts`; answers what is allowed but unwise. */
export async function checkRedis(url: string): Promise<RedisWarning[]> {
  const redis = new Redis(url, {
    lazyConnect: true,
    maxRetriesPerRequest: 0,
    connectTimeout: 5_000,
    retryStrategy: () => null,
  });
  // What the connection said on its way is told here only; a command then fails with less.
  const said: unknown[] = [];
  redis.on('error', (error) => said.push(error));
  try {
    await redis.connect();
    const info = await redis.info();
    const version = field(info, 'redis_version') ?? '0.0';
    const [major = 0, minor = 0] = version.split('.').map(Number);
    if (major < oldest[0] || (major === oldest[0] && minor < oldest[1]))
      throw new CandorError('redis-too-old', { version });
    // From INFO: providers forbid CONFIG more often than not.
    const policy = field(info, 'maxmemory_policy');
    if (policy !== null && policy !== 'noeviction') throw new CandorError('redis-evicts', { policy });
    await redis.set(probe, '1', 'EX', 1);
    const refused = refusalIn(said, said[0]);
    if (refused !== null) throw refused;
    return [...(policy === null ? [withoutPolicy] : []), ...(field(info, 'aof_enabled') === '1' ? [] : [withoutAof])];
  } catch (cause) {
    if (cause instanceof CandorError) throw cause;
    throw fromErrors([cause, ...said]);
  } finally {
    redis.disconnect();
  }
}

const withoutPolicy: RedisWarning = {
  message: 'Redis does not say what its maxmemory-policy is',
  help: 'See to it that it is noeviction, in the settings of whoever runs it: with any other, jobs may vanish while memory is short.',
};

const withoutAof: RedisWarning = {
  message: 'Redis keeps no append-only file',
  help: 'Nothing is lost without it, because the queue is rebuilt from the ledger; with `appendonly yes` a restart goes on faster.',
};

function field(info: string, name: string): string | null {
  return new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1] ?? null;
}
