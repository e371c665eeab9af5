// Whether a goal counts as met: a benchmark that flatters itself is worth nothing.
import { expect, it } from 'vitest';
import { goalsOf, goalsTable, type Results } from '../../../bench/goals.ts';
import { bare, type Measurement } from '../../../bench/measurement.ts';

const run = (perSecond: number): Measurement => ({
  ...bare,
  notices: 1_000,
  sendingSeconds: 1_000 / perSecond,
  cpuMs: 1,
  peakMb: 1,
});
const results: Results = {
  measured: new Map([
    ['careful', [run(1_000), run(500), run(1_000)]],
    ['candor-redis', [run(4_500), run(1_500), run(2_000)]],
    ['candor-postgres', [run(1_900), run(950), run(1_990)]],
  ]),
  rates: new Map([
    ['own-parser', [100]],
    ['intake', [51]],
  ]),
  letter: { known: 81, anew: 300 },
  growth: [],
  latency: null,
};
const rowOf = (measure: string): string =>
  goalsTable(goalsOf(results))
    .split('\n')
    .find((line) => line.startsWith(`| ${measure}`)) ?? '';

it('takes the median of the ratios of each round', () => {
  expect(rowOf('sending on Redis')).toBe(
    '| sending on Redis, against the careful script | 3.00 × (2.00 ×–4.50 ×) | ≥ 3.00 × | ≥ 4.50 × | must |',
  );
});

it('says aim, must, missed, and not measured', () => {
  expect(rowOf('intake')).toContain('| aim |');
  expect(rowOf('sending fully embedded')).toContain('| **missed** |');
  expect(rowOf('render and MIME')).toBe(
    '| render and MIME of one affected letter | 81.0 µs | ≤ 80.0 µs | ≤ 40.0 µs | **missed** |',
  );
  expect(rowOf('Redis at')).toContain('| not measured |');
});
