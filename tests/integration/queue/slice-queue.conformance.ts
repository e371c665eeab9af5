// What every queue must do, run on each implementation.
import { randomUUID } from 'node:crypto';
import { afterEach, expect, it } from 'vitest';
import { openSliceQueue, type QueueBackend } from '../../../src/queue/slice-queue.ts';
import type { SliceConsumer, SliceQueue } from '../../../src/dispatch/ports.ts';
import type { SliceId } from '../../../src/domain/ids.ts';
import { silentLogger } from '../../../src/runtime/logger.ts';
import { eventually } from '../../support/eventually.ts';

/** The id of a new slice. */
export function aSlice(): SliceId {
  return randomUUID() as SliceId;
}

export function describeSliceQueue(backend: () => QueueBackend): void {
  const opened: { close(): Promise<void> }[] = [];
  const open = (name = `test-${randomUUID()}`): SliceQueue => {
    const queue = openSliceQueue(backend(), name, silentLogger);
    opened.push(queue);
    return queue;
  };
  const consume = (queue: SliceQueue, handler: (slice: SliceId) => Promise<void>, concurrency = 3): SliceConsumer => {
    const consumer = queue.consume(handler, concurrency);
    opened.push(consumer);
    return consumer;
  };
  afterEach(async () => {
    for (const each of opened.splice(0).toReversed()) await each.close();
  });

  it('hands every slice to a worker once', async () => {
    const queue = open();
    const slices = Array.from({ length: 40 }, () => aSlice());
    const seen: SliceId[] = [];
    consume(queue, (slice) => Promise.resolve(void seen.push(slice)));
    await queue.add(slices);
    await eventually(() => seen.length >= 40);
    expect(new Set(seen)).toEqual(new Set(slices));
    expect(seen).toHaveLength(40);
  });

  it('shares slices between workers', async () => {
    const name = `test-${randomUUID()}`;
    const queue = open(name);
    const other = open(name);
    const seen: string[] = [];
    consume(queue, (slice) => Promise.resolve(void seen.push(slice)));
    consume(other, (slice) => Promise.resolve(void seen.push(slice)));
    await queue.add(Array.from({ length: 30 }, () => aSlice()));
    await eventually(() => seen.length >= 30);
    expect(new Set(seen).size).toBe(30);
    expect(seen).toHaveLength(30);
  });

  it('ignores a slice that is added twice while it is there', async () => {
    const queue = open();
    const slice = aSlice();
    await queue.add([slice]);
    await queue.add([slice, slice]);
    const seen: string[] = [];
    consume(queue, (each) => Promise.resolve(void seen.push(each)));
    const last = aSlice();
    await queue.add([last]);
    await eventually(() => seen.includes(last));
    expect(seen.filter((id) => id === slice)).toHaveLength(1);
  });

  it('knows which slices have a job, waiting or active, and which have none', async () => {
    const queue = open();
    const waiting = aSlice();
    const never = aSlice();
    await queue.add([waiting]);
    expect(await queue.missing([waiting, never])).toEqual([never]);
    let release: () => void = () => undefined;
    let active = false;
    consume(queue, () => {
      active = true;
      return new Promise((resolve) => (release = resolve));
    });
    await eventually(() => active);
    expect(await queue.missing([waiting])).toEqual([]);
    release();
    await eventually(async () => (await queue.missing([waiting])).length === 1);
  });

  it('drops the job of a handler that throws, so that the reconciler finds its slice', async () => {
    const queue = open();
    const slice = aSlice();
    let calls = 0;
    consume(queue, () => {
      calls += 1;
      return Promise.reject(new Error('the ledger is away'));
    });
    await queue.add([slice]);
    await eventually(async () => calls > 0 && (await queue.missing([slice])).length === 1);
    expect(calls).toBe(1);
  });

  it('keeps to the number of slices at a time', async () => {
    const queue = open();
    let now = 0;
    let most = 0;
    let done = 0;
    consume(
      queue,
      async () => {
        now += 1;
        most = Math.max(most, now);
        await new Promise((resolve) => setImmediate(resolve));
        now -= 1;
        done += 1;
      },
      2,
    );
    await queue.add(Array.from({ length: 20 }, () => aSlice()));
    await eventually(() => done === 20);
    expect(most).toBeLessThanOrEqual(2);
  });

  it('finishes what runs when a consumer closes, and takes nothing new', async () => {
    const queue = open();
    const begun: string[] = [];
    let release: () => void = () => undefined;
    let finished = false;
    const consumer = queue.consume(async (slice) => {
      begun.push(slice);
      await new Promise<void>((resolve) => (release = resolve));
      finished = true;
    }, 1);
    await queue.add([aSlice(), aSlice(), aSlice()]);
    await eventually(() => begun.length === 1);
    const closed = consumer.close();
    release();
    await closed;
    expect(finished).toBe(true);
    expect(begun).toHaveLength(1);
  });

  it('keeps queues with different names apart', async () => {
    const mine = open();
    const other = open();
    const slice = aSlice();
    await mine.add([slice]);
    expect(await other.missing([slice])).toEqual([slice]);
  });
}
