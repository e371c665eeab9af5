import { afterEach, describe, expect, it, vi } from 'vitest';
import type { SliceConsumer } from '../../../src/dispatch/ports.ts';
import { watchConsumer, type Activity } from '../../../src/queue/queue-watchdog.ts';
import { silentLogger } from '../../../src/runtime/logger.ts';

const everyMs = 10;
const opened: SliceConsumer[] = [];
afterEach(async () => {
  for (const consumer of opened.splice(0)) await consumer.close();
  vi.useRealTimers();
});

function watched(options: { waiting: () => Promise<number>; activity?: Activity; closes?: () => Promise<void> }) {
  vi.useFakeTimers();
  const activity = options.activity ?? { begun: 0, active: 0 };
  const built = { workers: 0 };
  const begin = (): SliceConsumer => {
    built.workers += 1;
    return { close: options.closes !== undefined && built.workers === 1 ? options.closes : () => Promise.resolve() };
  };
  const consumer = watchConsumer({ begin, waiting: options.waiting }, activity, 3, everyMs, silentLogger);
  opened.push(consumer);
  return { activity, built, looks: (count: number) => vi.advanceTimersByTimeAsync(count * everyMs) };
}

describe('the watchdog of the queue', () => {
  it('builds a worker anew when slices wait and none is taken', async () => {
    const { built, looks } = watched({ waiting: () => Promise.resolve(5) });
    await looks(3);
    expect(built.workers).toBe(2);
  });

  it('does not wait for a stuck worker to close', async () => {
    const { built, looks } = watched({ waiting: () => Promise.resolve(5), closes: () => new Promise(() => undefined) });
    await looks(6);
    expect(built.workers).toBeGreaterThanOrEqual(3);
  });

  it('leaves a worker alone that takes slices, however slowly', async () => {
    const { activity, built, looks } = watched({ waiting: () => Promise.resolve(5) });
    for (let slice = 0; slice < 10; slice += 1) {
      activity.begun += 1;
      await looks(1);
    }
    expect(built.workers).toBe(1);
  });

  it('leaves a worker alone whose hands are full', async () => {
    const { built, looks } = watched({ waiting: () => Promise.resolve(5), activity: { begun: 3, active: 3 } });
    await looks(10);
    expect(built.workers).toBe(1);
  });

  it('leaves a worker alone when nothing waits, or the queue does not say', async () => {
    const empty = watched({ waiting: () => Promise.resolve(0) });
    await empty.looks(10);
    expect(empty.built.workers).toBe(1);
    const away = watched({ waiting: () => Promise.reject(new Error('away')) });
    await away.looks(10);
    expect(away.built.workers).toBe(1);
  });
});
