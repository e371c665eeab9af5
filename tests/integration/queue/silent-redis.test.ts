// A Redis behind a network that swallows everything without a word.
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { SliceId } from '../../../src/domain/ids.ts';
import { openSliceQueue } from '../../../src/queue/slice-queue.ts';
import { silentLogger } from '../../../src/runtime/logger.ts';
import { eventually } from '../../support/eventually.ts';
import { startRedis, type TestRedis } from '../../support/redis.ts';
import { startSeverableDoor, type SeverableDoor } from '../../support/severable-door.ts';

let redis: TestRedis;
let door: SeverableDoor;
beforeAll(async () => {
  redis = await startRedis();
  door = await startSeverableDoor(Number(new URL(redis.url).port));
});
afterAll(async () => {
  await door.stop();
  await redis.stop();
});

it('takes slices and hands them out again over new connections', async () => {
  const url = new URL(redis.url);
  url.port = String(door.port);
  const queue = openSliceQueue({ kind: 'redis', url: url.href }, 'swallowed', silentLogger, 1_000);
  const seen: SliceId[] = [];
  const consumer = queue.consume(async (slice) => void seen.push(slice), 1);
  await queue.add(['a1' as SliceId]);
  await eventually(() => expect(seen).toEqual(['a1']), { timeoutMs: 15_000 });
  door.cut();
  const adding = queue.add(['b1' as SliceId]);
  door.forget();
  await adding;
  await eventually(() => expect(seen).toEqual(['a1', 'b1']), { timeoutMs: 30_000 });
  await consumer.close();
  await queue.close();
}, 60_000);
