import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { randomUUID } from 'node:crypto';
import { checkRedis } from '../../../src/dispatch/redis-check.ts';
import { openSliceQueue } from '../../../src/dispatch/slice-queue.ts';
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

  it('says so when no Redis answers', async () => {
    await expect(checkRedis('redis://127.0.0.1:1')).rejects.toMatchObject({ code: 'redis-unreachable' });
  });
});

describe('the queue on Postgres', () => {
  let ledger: TestLedger;
  beforeAll(async () => {
    ledger = await createTestLedger();
  });
  afterAll(() => ledger.close());

  describeSliceQueue(() => ({ kind: 'postgres', connection: { ...ledger.connection } }));
});
