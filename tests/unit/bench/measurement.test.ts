// The arithmetic of the benchmark: a median that is not one would go unnoticed in a table.
import { describe, expect, it } from 'vitest';
import { readArguments } from '../../../bench/arguments.ts';
import { ratioOf, spreadOf, type Measurement } from '../../../bench/measurement.ts';
import { speedTable } from '../../../bench/report.ts';

const run = (perSecond: number): Measurement => ({
  notices: 1_000,
  wallSeconds: null,
  sendingSeconds: 1_000 / perSecond,
  cpuMs: 500,
  databaseCpuMs: null,
  redisCpuMs: null,
  peakMb: 100,
  databasePeakMb: null,
  redisPeakMb: null,
  ledgerBytesPerNotice: null,
  walBytesPerNotice: null,
});

describe('the benchmark’s arithmetic', () => {
  it.each([
    { values: [3], median: 3, least: 3, most: 3 },
    { values: [9, 1, 5], median: 5, least: 1, most: 9 },
    { values: [10, 2, 4, 8], median: 6, least: 2, most: 10 },
  ])('takes the middle of $values and their range', ({ values, ...expected }) => {
    expect(spreadOf(values)).toEqual(expected);
  });

  it('has no figure for no measurement', () => {
    expect(() => spreadOf([])).toThrow(RangeError);
  });

  it('takes ratios round by round, so that noise which both had cancels out', () => {
    expect(ratioOf([300, 30], [100, 10])).toEqual({ median: 3, least: 3, most: 3 });
  });

  it('shows a contender’s rate, its range and its ratio to the careful script', () => {
    const table = speedTable(
      new Map([
        ['careful', [run(800), run(1_000)]],
        ['candor-redis', [run(2_400), run(3_000)]],
      ]),
    );
    expect(table).toContain('| 2,700 (2,400–3,000) | 3.00 |');
    expect(table).toContain('0.500');
    expect(table).not.toContain('smtp-source');
  });

  it('refuses a count that is none and a word that it does not know', () => {
    expect(readArguments(['--quick', '--rounds', '2'])).toMatchObject({ notices: 3_000, rounds: 2, connections: 10 });
    expect(() => readArguments(['--notices', '0'])).toThrow('--notices');
    expect(() => readArguments(['--fast'])).toThrow('--fast');
  });
});
