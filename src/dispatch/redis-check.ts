// Is this Redis fit to be a queue? Asked at the start and by `candor doctor`. The ledger can rebuild the
// queue, so a Redis without persistence is a warning; one that evicts jobs or is too old is refused.
import { Redis } from 'ioredis';
import { CandorError } from '../domain/errors.ts';

export interface RedisWarning {
  readonly message: string;
  readonly help: string;
}

/** BullMQ 6 needs 6.2 (its documentation, compatibility section). */
const oldest = [6, 2] as const;

/** Written and gone after a second, among the keys of the queues: what may be read may not always be written. */
const probe = 'bull:candor-probe';

/** The first word of Redis' error, or a part of its sentence, and what it means. */
const refusals: readonly (readonly [RegExp, string])[] = [
  [/^NOAUTH/, 'it asks for a password, and REDIS_URL has none'],
  [/^WRONGPASS|invalid (?:username-)?password/, 'the user or its password is wrong'],
  [/^NOPERM/, 'the user may not do there what a queue has to'],
  [/^READONLY/, 'it is a replica, which takes no changes'],
  [/^(?:MOVED|CROSSSLOT|CLUSTERDOWN)/, 'it is a cluster, whose nodes share the keys; the queue needs a single one'],
  [/^(?:MISCONF|OOM)/, 'it takes no changes now: its disk or its memory is full'],
  [/DB index/, 'it has no database of the number in REDIS_URL'],
];

const failures: readonly (readonly [RegExp, string])[] = [
  [/ECONNREFUSED/, 'nobody listens there'],
  [/ENOTFOUND|EAI_AGAIN/, 'the name of its host is not known here'],
  [/ETIMEDOUT/, 'no answer came in time'],
  [/CERT|SELF_SIGNED|UNABLE_TO_VERIFY/, 'its certificate is not trusted here'],
  [/wrong version number|ERR_SSL|EPROTO/, 'it does not speak TLS, which rediss:// asks for'],
  [/^LOADING/, 'it is reading its data'],
];

/** Throws `redis-unreachable`, `redis-refused`, `redis-too-old`, `redis-evicts`; answers what is allowed but unwise. */
export async function checkRedis(url: string): Promise<RedisWarning[]> {
  const redis = new Redis(url, { lazyConnect: true, maxRetriesPerRequest: 0, connectTimeout: 5_000, retryStrategy: () => null });
  // What the connection said on its way is told here only; a command then fails with less.
  const said: unknown[] = [];
  redis.on('error', (error) => said.push(error));
  try {
    await redis.connect();
    const info = await redis.info();
    const version = field(info, 'redis_version') ?? '0.0';
    const [major = 0, minor = 0] = version.split('.').map(Number);
    if (major < oldest[0] || (major === oldest[0] && minor < oldest[1])) throw new CandorError('redis-too-old', { version });
    const policy = field(info, 'maxmemory_policy');
    if (policy !== null && policy !== 'noeviction') throw new CandorError('redis-evicts', { policy });
    await redis.set(probe, '1', 'EX', 1);
    const refused = meaning(refusals, said);
    if (refused !== null) throw new CandorError('redis-refused', { why: refused }, { cause: said[0] });
    return field(info, 'aof_enabled') === '1' ? [] : [withoutAof];
  } catch (cause) {
    if (cause instanceof CandorError) throw cause;
    const refused = meaning(refusals, [cause, ...said]);
    if (refused !== null) throw new CandorError('redis-refused', { why: refused }, { cause });
    throw new CandorError('redis-unreachable', { why: meaning(failures, [cause, ...said]) ?? 'the connection broke' }, { cause });
  } finally {
    redis.disconnect();
  }
}

function meaning(table: typeof refusals, errors: readonly unknown[]): string | null {
  const texts = errors.flatMap((error) => (error instanceof Error ? [error.message, 'code' in error ? String(error.code) : ''] : []));
  return table.find(([pattern]) => texts.some((text) => pattern.test(text)))?.[1] ?? null;
}

const withoutAof: RedisWarning = {
  message: 'Redis keeps no append-only file',
  help: 'Nothing is lost without it, because the queue is rebuilt from the ledger; with `appendonly yes` a restart goes on faster.',
};

function field(info: string, name: string): string | null {
  return new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1] ?? null;
}
