import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { randomUUID } from 'node:crypto';
import { checkRedis, expectFitRedis } from '../../../src/queue/redis-check.ts';
import { queueSchema } from '../../../src/queue/queue-name.ts';
import { openSliceQueue } from '../../../src/queue/slice-queue.ts';
import { CandorError } from '../../../src/domain/errors.ts';
import { createLogger, silentLogger } from '../../../src/runtime/logger.ts';
import { eventually } from '../../support/eventually.ts';
import { createTestLedger, type TestLedger } from '../../support/ledger.ts';
import { startRedis, type TestRedis } from '../../support/redis.ts';
import { aSlice, describeSliceQueue } from './slice-queue.conformance.ts';

describe('the queue on Redis', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.stop());

  describeSliceQueue(() => ({ kind: 'redis', url: redis.url }));

  it('holds the id of a slice and nothing else', async () => {
    const queue = openSliceQueue({ kind: 'redis', url: redis.url }, `test-${randomUUID()}`, silentLogger);
    const slice = aSlice();
    await queue.add([slice]);
    const [key] = await redis.client.keys(`*${slice}`);
    const fields = await redis.client.hgetall(key!);
    expect(JSON.parse(fields['data']!)).toEqual({});
    expect(fields['name']).toBe('slice');
    await queue.close();
  });

  it('finds every slice missing after the queue was wiped, and works on', async () => {
    const queue = openSliceQueue({ kind: 'redis', url: redis.url }, `test-${randomUUID()}`, silentLogger);
    const slices = [aSlice(), aSlice()];
    await queue.add(slices);
    await redis.client.flushall();
    const ids = slices;
    expect(await queue.missing(ids)).toEqual(ids);
    await queue.add(slices);
    expect(await queue.missing(ids)).toEqual([]);
    await queue.close();
  });

  it('passes a Redis that keeps what it is given', async () => {
    expect(await checkRedis(redis.url)).toEqual([]);
  });

  it.each(['allkeys-lru', 'volatile-ttl', 'allkeys-random'])(
    'refuses a Redis that may evict jobs (%s), also where CONFIG is forbidden',
    async (policy) => {
      await redis.client.config('SET', 'maxmemory-policy', policy);
      await redis.client.call('ACL', 'SETUSER', 'guest', 'on', '>word', '~*', '&*', '+@all', '-config', '-acl');
      const url = redis.url.replace('//', '//guest:word@');
      for (const check of [checkRedis, expectFitRedis])
        for (const at of [redis.url, url]) await expect(check(at)).rejects.toMatchObject({ code: 'redis-evicts' });
      await redis.client.config('SET', 'maxmemory-policy', 'noeviction');
      expect(await checkRedis(url)).toEqual([]);
      await expectFitRedis(url);
    },
  );

  it('lets a launch pass while Redis is away or refuses: its work waits', async () => {
    await expectFitRedis('redis://127.0.0.1:1');
    await expectFitRedis(redis.url.replace('//', '//nobody:word@'));
  });

  it.each([
    ['redis://127.0.0.1:1', 'nobody listens'],
    ['redis://queue.invalid:6379', 'name of its host'],
  ])('says so when no Redis answers at %s', async (url, why) => {
    await expect(checkRedis(url)).rejects.toMatchObject({
      code: 'redis-unreachable',
      message: expect.stringContaining(why) as string,
    });
  });

  it('says why a Redis cannot be a queue, before anything waits for it', async () => {
    const refusalOf = (url: string): Promise<unknown> =>
      checkRedis(url).then(
        () => null,
        (error: unknown) => (error instanceof CandorError ? `${error.code}: ${String(error.values['why'])}` : error),
      );
    const { host } = new URL(redis.url);
    await redis.client.acl('SETUSER', 'reader', 'on', '>right', '~*', '+@read', '+info', '+select');
    await redis.client.acl('SETUSER', 'queue', 'on', '>right', '~bull:*', '+@all');
    expect(await refusalOf(`redis://queue:right@${host}`)).toBeNull();
    expect(await refusalOf(`redis://queue:wrong@${host}`)).toContain('redis-refused: the user or its password');
    expect(await refusalOf(`redis://reader:right@${host}`)).toContain('redis-refused: the user may not do');
    expect(await refusalOf(`redis://${host}/99`)).toContain('redis-refused: it has no database');
    await redis.client.replicaof('127.0.0.1', '1');
    expect(await refusalOf(redis.url)).toContain('redis-refused: it is a replica');
    await redis.client.replicaof('NO', 'ONE');
    await redis.client.config('SET', 'requirepass', 'secret');
    expect(await refusalOf(redis.url)).toContain('redis-refused: it asks for a password');
    await redis.client.config('SET', 'requirepass', '');
    expect(await refusalOf(redis.url)).toBeNull();
  });
});

describe('a Redis that refuses in mid-run', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.stop());

  it.each([
    [
      'is full',
      ['OOM'],
      'memory is full',
      () => redis.client.config('SET', 'maxmemory', '1'),
      () => redis.client.config('SET', 'maxmemory', '0'),
    ],
    [
      'becomes a replica',
      ['READONLY', 'UNBLOCKED'],
      'it is a replica',
      () => redis.client.replicaof('127.0.0.1', '1'),
      () => redis.client.replicaof('NO', 'ONE'),
    ],
    [
      'asks for a password from now on',
      ['NOAUTH'],
      'asks for a password',
      async () => {
        await redis.client.config('SET', 'requirepass', 'secret');
        await redis.client.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
      },
      () => redis.client.config('SET', 'requirepass', ''),
    ],
    [
      'lets the user write no more',
      ['NOPERM', 'ERR'],
      'may not do',
      () => redis.client.acl('SETUSER', 'default', '-@write'),
      () => redis.client.acl('SETUSER', 'default', '+@all'),
    ],
  ])(
    'is an outage when it %s: the reason is logged once, and slices go on',
    { timeout: 40_000 },
    async (_, words, why, refuse, relent) => {
      const lines: { level: number; msg: string; code?: string; reply?: string }[] = [];
      const logger = createLogger('info', {
        write: (line) => void lines.push(JSON.parse(line) as (typeof lines)[number]),
      });
      const queue = openSliceQueue({ kind: 'redis', url: redis.url }, `test-${randomUUID()}`, logger, 1_000);
      const seen: string[] = [];
      const consumer = queue.consume(async (sliceId) => void seen.push(sliceId), 2);
      const [before, after] = [aSlice(), aSlice()];
      await queue.add([before]);
      await eventually(() => seen.includes(before));

      await refuse();
      // One that was on its way when its connection broke waits for the next connection, as in any outage.
      void queue.add([after]).catch(() => undefined);
      await eventually(() => lines.length > 0);
      for (let times = 0; times < 5; times += 1)
        await expect(queue.add([after])).rejects.toMatchObject({
          code: 'redis-refused',
          message: expect.stringContaining(why) as string,
        });
      const [said] = lines;
      expect(said).toMatchObject({
        level: 40,
        code: 'redis-refused',
        reply: expect.toSatisfy((word: string) => words.includes(word)) as string,
      });
      expect(said?.msg).toContain(why);

      await relent();
      await eventually(() => queue.add([after]).then(() => true), { timeoutMs: 20_000, everyMs: 100 });
      await eventually(() => seen.includes(after), { timeoutMs: 20_000 });
      await consumer.close();
      await queue.close();
      expect(lines.filter(({ code }) => code === 'redis-refused')).toHaveLength(1);
      expect(lines.at(-1)).toMatchObject({ level: 30, msg: expect.stringContaining('takes slices again') as string });
      expect(JSON.stringify(lines)).not.toContain('script');
    },
  );
});

describe('the queue on Postgres', () => {
  let ledger: TestLedger;
  beforeAll(async () => {
    ledger = await createTestLedger();
  });
  afterAll(() => ledger.close());

  describeSliceQueue(() => ({ kind: 'postgres', connection: { ...ledger.connection }, schema: queueSchema }));
});
