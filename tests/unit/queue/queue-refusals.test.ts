// What an operator finds in the log while Redis says no: why, once a minute, and the end of it.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createRefusalLog } from '../../../src/queue/queue-refusals.ts';
import { CandorError } from '../../../src/domain/errors.ts';
import { createLogger } from '../../../src/runtime/logger.ts';
import { fromReply } from '../../../src/runtime/redis-answer.ts';

let lines: { level: number; msg: string; code?: string; reply?: string }[];
const logger = createLogger('info', { write: (line) => void lines.push(JSON.parse(line) as (typeof lines)[number]) });
const full = fromReply(
  Object.assign(new Error("OOM command not allowed when used memory > 'maxmemory'"), { name: 'ReplyError' }),
);
const replica = fromReply(Object.assign(new Error("READONLY You can't write"), { name: 'ReplyError' }));

beforeEach(() => {
  lines = [];
  vi.useFakeTimers();
});
afterEach(() => vi.useRealTimers());

describe('the log of a queue that refuses', () => {
  it('says why and what to do when it begins and once a minute', () => {
    const refusals = createRefusalLog(logger, 15_000);
    for (let second = 0; second < 125; second += 1) {
      expect(refusals.note(full)).toBe(true);
      vi.advanceTimersByTime(1_000);
    }
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatchObject({ level: 40, code: 'redis-refused', reply: 'OOM' });
    expect(lines[0]?.msg).toContain('its disk or its memory is full. Correct REDIS_URL');
  });

  it('says another reason when it changes, and neither again within the minute', () => {
    const refusals = createRefusalLog(logger, 15_000);
    for (let times = 0; times < 10; times += 1) [full, replica].forEach((each) => refusals.note(each));
    expect(lines.map(({ reply }) => reply)).toEqual(['OOM', 'READONLY']);
  });

  it('says that it is over when slices are taken and nothing is refused any more, once', () => {
    const refusals = createRefusalLog(logger, 15_000);
    refusals.note(full);
    for (let second = 0; second < 30; second += 1) {
      refusals.took();
      vi.advanceTimersByTime(1_000);
    }
    expect(lines.map(({ level }) => level)).toEqual([40, 30]);
    refusals.note(full);
    expect(lines).toHaveLength(3);
  });

  it('does not say so at the border, where one slice is taken and the next is not', () => {
    const refusals = createRefusalLog(logger, 15_000);
    for (let times = 0; times < 20; times += 1) {
      refusals.note(full);
      refusals.took();
      vi.advanceTimersByTime(2_000);
    }
    expect(lines).toHaveLength(1);
  });

  it('says so too where no slice is left to take, when the queue was written to twice without a refusal', () => {
    const refusals = createRefusalLog(logger, 15_000);
    refusals.note(full);
    vi.advanceTimersByTime(34_000);
    // What breaks meanwhile is no proof that it is over.
    expect(refusals.note(new TypeError('a broken connection'))).toBe(false);
    vi.advanceTimersByTime(34_000);
    expect(lines).toHaveLength(1);
    vi.advanceTimersByTime(1_000);
    expect(lines.map(({ level }) => level)).toEqual([40, 30]);
    vi.advanceTimersByTime(60_000);
    refusals.close();
    expect(lines).toHaveLength(2);
  });

  it('claims nothing when it is closed before anybody knows', () => {
    const refusals = createRefusalLog(logger, 15_000);
    refusals.note(full);
    refusals.took();
    refusals.note(full);
    refusals.close();
    vi.advanceTimersByTime(60_000);
    expect(lines).toHaveLength(1);
  });

  it('says so before it is closed, and nothing where nothing was refused', () => {
    const refusals = createRefusalLog(logger, 15_000);
    refusals.took();
    refusals.close();
    expect(lines).toEqual([]);
    refusals.note(full);
    refusals.took();
    refusals.close();
    expect(lines).toHaveLength(2);
  });

  it('knows for a moment that it refuses, and leaves other errors to others', () => {
    const refusals = createRefusalLog(logger, 15_000);
    expect(refusals.note(new TypeError('a bug'))).toBe(false);
    expect(refusals.note(new CandorError('ledger-unreachable', { why: 'the connection broke' }))).toBe(false);
    expect(refusals.lasts()).toBe(false);
    refusals.note(full);
    expect(refusals.lasts()).toBe(true);
    vi.advanceTimersByTime(25_000);
    expect(refusals.lasts()).toBe(false);
    expect(lines).toHaveLength(1);
  });
});
