// The feeder in front of a queue that says no: an outage, waited out without moving a notice.
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { startFeeder, type Feeder } from '../../../src/dispatch/feeder.ts';
import type { DispatchCampaign, FeederLedger, FeedStatus, SliceQueue } from '../../../src/dispatch/ports.ts';
import { CandorError } from '../../../src/domain/errors.ts';
import type { CampaignNo, NoticeId, SliceId } from '../../../src/domain/ids.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import { createLogger } from '../../../src/runtime/logger.ts';

const campaign = {
  campaignNo: 1 as CampaignNo,
  id: 'c-1',
  state: 'running',
  retryDelaysMs: [60_000],
  retryRepeatLast: true,
  retryForMs: 3_600_000,
} as DispatchCampaign;
/** Nothing to reconcile. */
const quiet: Partial<FeederLedger> = {
  queuedSlices: async () => [],
  turnSlices: async () => [],
  giveBackSlices: async () => 0,
  recoverExpired: async () => 0,
  takeBackRefused: async () => undefined,
  releaseAside: async () => 0,
  refreshStatistics: async () => undefined,
};
let feeder: Feeder | null = null;

beforeEach(() => void vi.useFakeTimers());
afterEach(async () => {
  await feeder?.stop();
  vi.useRealTimers();
});

/** One slice of work and a queue that answers as the test says; what was done is in `seen`. */
function feeding(add: (slices: readonly SliceId[]) => Promise<void>) {
  const seen = { cut: 0, added: [] as SliceId[][], asked: [] as SliceId[], errors: [] as string[], isFeeder: true };
  const queued: SliceId[] = [];
  const status: FeedStatus = {
    open: 5,
    pending: 0,
    queued: 0,
    underWay: 5,
    refused: 0,
    canaryDone: false,
    autoResendDue: false,
  };
  const ledger: Partial<FeederLedger> = {
    isFeeder: async () => seen.isFeeder,
    startDue: async () => undefined,
    campaigns: async (states) => (states.includes('running') ? [campaign] : []),
    feedStatus: async () => status,
    cutSlices: async (_, { ids }) => {
      if (queued.length > 0) return [];
      seen.cut += 1;
      queued.push(ids[0]!);
      return [{ sliceId: ids[0]!, noticeIds: [1 as NoticeId] }];
    },
    ...quiet,
    queuedSlices: async () => queued,
  };
  const queue: Partial<SliceQueue> = {
    add: async (slices) => {
      seen.added.push([...slices]);
      await add(slices);
    },
    missing: async (ids) => {
      seen.asked.push(...ids);
      return [];
    },
  };
  const logger = createLogger('warn', { write: (line) => void seen.errors.push(line) });
  let made = 0;
  const newSliceId = (): SliceId => `s${(made += 1)}` as SliceId;
  feeder = startFeeder(
    { ledger: ledger as FeederLedger, queue: queue as SliceQueue, newSliceId, clock: systemClock, logger },
    { sliceSize: 5, window: 10, reconcileMs: 1_000 },
  );
  return seen;
}

it('offers what a queue refused again until it is taken, and neither cuts nor gives back meanwhile', async () => {
  let refusing = true;
  const seen = feeding(async () => {
    if (refusing) throw new CandorError('redis-refused', { why: 'it takes no changes now' });
  });
  await vi.advanceTimersByTimeAsync(30_000);
  expect(seen.added.length).toBeGreaterThan(20);
  expect(seen.added.length).toBeLessThan(100);
  expect(new Set(seen.added.flat()).size).toBe(1);
  expect(seen).toMatchObject({ cut: 1, asked: [], errors: [] });

  refusing = false;
  await vi.advanceTimersByTimeAsync(600);
  const offers = seen.added.length;
  await vi.advanceTimersByTimeAsync(3_000);
  expect(seen.added).toHaveLength(offers);
  // From now on it is a slice like any other.
  expect(new Set(seen.asked)).toEqual(new Set(seen.added[0]));
});

it('leaves what a queue refused to the feeder that takes over', async () => {
  const seen = feeding(() => Promise.reject(new CandorError('redis-refused', { why: 'it is a replica' })));
  await vi.advanceTimersByTimeAsync(2_000);
  seen.isFeeder = false;
  await vi.advanceTimersByTimeAsync(2_000);
  seen.isFeeder = true;
  const offers = seen.added.length;
  await vi.advanceTimersByTimeAsync(5_000);
  expect(seen.added).toHaveLength(offers);
  expect(seen.asked).toContain(seen.added[0]![0]);
});

it('says so when it stumbles over anything else', async () => {
  const seen = feeding(() => Promise.reject(new TypeError('a bug')));
  await vi.advanceTimersByTimeAsync(100);
  expect(seen.errors.join('')).toContain('stumbled');
});

it('looks after a slice when a quarter of the window is free, and after each one when it is not room that is wanted', async () => {
  let looks = 0;
  let filling = true;
  const status: FeedStatus = {
    open: 500,
    pending: 400,
    queued: 50,
    underWay: 50,
    refused: 0,
    canaryDone: false,
    autoResendDue: false,
  };
  const ledger: Partial<FeederLedger> = {
    isFeeder: async () => true,
    startDue: async () => void (looks += 1),
    campaigns: async (states) => (states.includes('running') ? [campaign] : []),
    feedStatus: async () => status,
    cutSlices: async (_, { ids, size }) =>
      filling ? ids.map((sliceId) => ({ sliceId, noticeIds: Array.from({ length: size }, () => 1 as NoticeId) })) : [],
    ...quiet,
  };
  const queue: Partial<SliceQueue> = { add: async () => undefined, missing: async () => [] };
  const own = startFeeder(
    {
      ledger: ledger as FeederLedger,
      queue: queue as SliceQueue,
      newSliceId: () => 's' as SliceId,
      clock: systemClock,
      logger: createLogger('warn', { write: () => undefined }),
    },
    { sliceSize: 10, window: 100, reconcileMs: 1_000_000 },
  );
  feeder = own;
  const looksAfter = async (slices: number): Promise<number> => {
    const before = looks;
    for (let slice = 0; slice < slices; slice += 1) own.sliceDone();
    await vi.advanceTimersByTimeAsync(1);
    return looks - before;
  };
  await vi.advanceTimersByTimeAsync(1);
  expect(await looksAfter(2)).toBe(0);
  expect(await looksAfter(1)).toBe(1);
  // The unaffected wait for the last affected ones: there is room, and nothing may be cut.
  filling = false;
  expect(await looksAfter(3)).toBe(1);
  expect(await looksAfter(1)).toBe(1);
  // Nothing is left, and this may have been the last.
  Object.assign(status, { pending: 0 });
  expect(await looksAfter(1)).toBe(1);
});
