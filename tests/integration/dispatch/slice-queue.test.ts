import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { randomUUID } from 'node:crypto';
import { checkRedis } from '../../../src/dispatch/redis-check.ts';
import { queueSchema } from '../../../src/app/queue-name.ts';
import { openSliceQueue } from '../../../src/dispatch/slice-queue.ts';
import { CandorError } from '../../../src/domain/errors.ts';
import { silentLogger } from '../../../src/runtime/logger.ts';
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

  it('holds ids and nothing else', async () => {
    const queue = openSliceQueue({ kind: 'redis', url: redis.url }, `test-${randomUUID()}`, silentLogger);
    const slice = aSlice();
    await queue.add([slice]);
    const [key] = (await redis.client.keys(`*${slice.sliceId}`));
    const fields = await redis.client.hgetall(key!);
    expect(JSON.parse(fields['data']!)).toEqual({ noticeIds: slice.noticeIds });
    expect(fields['name']).toBe('slice');
    await queue.close();
  });

  it('finds every slice missing after the queue was wiped, and works on', async () => {
    const queue = openSliceQueue({ kind: 'redis', url: redis.url }, `test-${randomUUID()}`, silentLogger);
    const slices = [aSlice(), aSlice()];
    await queue.add(slices);
    await redis.client.flushall();
    const ids = slices.map((slice) => slice.sliceId);
    expect(await queue.missing(ids)).toEqual(ids);
    await queue.add(slices);
    expect(await queue.missing(ids)).toEqual([]);
    await queue.close();
  });

  it('passes a Redis that keeps what it is given', async () => {
    expect(await checkRedis(redis.url)).toEqual([]);
  });

  it('refuses a Redis that may evict jobs', async () => {
    await redis.client.config('SET', 'maxmemory-policy', 'allkeys-lru');
    await expect(checkRedis(redis.url)).rejects.toMatchObject({ code: 'redis-evicts' });
    await redis.client.config('SET', 'maxmemory-policy', 'noeviction');
  });

  it.each([
    ['redis://127.0.0.1:1', 'nobody listens'],
    ['redis://queue.invalid:6379', 'name of its host'],
  ])('says so when no Redis answers at %s', async (url, why) => {
    await expect(checkRedis(url)).rejects.toMatchObject({ code: 'redis-unreachable', message: expect.stringContaining(why) as string });
  });

  it('says why a Redis cannot be a queue, before anything waits for it', async () => {
    const refusalOf = (url: string): Promise<unknown> => checkRedis(url).then(() => null, (error: unknown) => (error instanceof CandorError ? `${error.code}: ${String(error.values['why'])}` : error));
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

describe('the queue on Postgres', () => {
  let ledger: TestLedger;
  beforeAll(async () => {
    ledger = await createTestLedger();
  });
  afterAll(() => ledger.close());

  describeSliceQueue(() => ({ kind: 'postgres', connection: { ...ledger.connection }, schema: queueSchema }));
});
