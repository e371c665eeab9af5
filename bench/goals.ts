// What the benchmark is held against: each goal with this run's figure beside it, met or not. Pure.
import type { GrowthMeasurement, LatencyFigures } from './growth.ts';
import { ratioOf } from './measurement.ts';
import { perSecond, range, table, twoDigits, whole, wholePerSecond, type Contender, type Measured } from './report.ts';
import type { LetterCost } from './run-letters.ts';

export interface Results {
  readonly measured: Measured;
  /** Rows per second of each reader and round. */
  readonly rates: ReadonlyMap<string, readonly number[]>;
  readonly letter: LetterCost;
  readonly growth: readonly GrowthMeasurement[];
  readonly latency: LatencyFigures | null;
}

interface Goal {
  readonly measure: string;
  readonly must: number;
  readonly aim: number;
  /** Better is more, or less. */
  readonly better: 'more' | 'less';
  /** One figure for each round, or the one there is; none where it was not measured. */
  readonly values: readonly number[];
  readonly shown: (value: number) => string;
}

/** The goals of a run, in the order of the table. */
export function goalsOf({ measured, rates, letter, growth, latency }: Results): Goal[] {
  const times = (value: number): string => `${twoDigits(value)} ×`;
  const sending = (of: Contender, to: Contender): number[] =>
    roundByRound(perSecond(measured.get(of) ?? []), perSecond(measured.get(to) ?? []));
  const started = (of: Contender, to: Contender): number[] =>
    roundByRound(wholePerSecond(measured.get(of) ?? []), wholePerSecond(measured.get(to) ?? []));
  const reading = (of: string, to: string): number[] => roundByRound(rates.get(of) ?? [], rates.get(to) ?? []);
  const million = growth.find((run) => run.notices === 1_000_000);
  const atMillion = (figure: (run: GrowthMeasurement) => number | null): number[] => {
    const value = million === undefined ? null : figure(million);
    return value === null ? [] : [value];
  };
  const more = { better: 'more', shown: times } as const;
  const megabytes = { better: 'less', shown: (value: number) => `${whole(value)} MB` } as const;
  return [
    {
      measure: 'sending on Redis, against the careful script',
      must: 3,
      aim: 4.5,
      values: sending('candor-redis', 'careful'),
      ...more,
    },
    {
      measure: 'from process start to last settled, against the careful script',
      must: 2.5,
      aim: 4,
      values: started('candor-redis', 'careful'),
      ...more,
    },
    {
      measure: 'from process start to last settled, against the naive script',
      must: 14,
      aim: 22,
      values: started('candor-redis', 'naive'),
      ...more,
    },
    {
      measure: 'sending fully embedded, against the careful script',
      must: 2,
      aim: 4,
      values: sending('candor-postgres', 'careful'),
      ...more,
    },
    {
      measure: 'sending with DKIM, against the careful script with nodemailer’s',
      must: 4,
      aim: 5,
      values: sending('candor-dkim', 'careful-dkim'),
      ...more,
    },
    {
      measure: 'sending, against Postfix as a durable relay (passed on)',
      must: 4,
      aim: 6,
      values: sending('candor-redis', 'postfix'),
      ...more,
    },
    {
      measure: 'sending, against `smtp-source`',
      must: 0.4,
      aim: 0.6,
      values: sending('candor-redis', 'smtp-source'),
      ...more,
    },
    {
      measure: 'intake (checked, digested), against its own parser doing nothing',
      must: 0.3,
      aim: 0.5,
      values: reading('intake', 'own-parser'),
      ...more,
    },
    {
      measure: 'into the ledger (sealed, merged, committed), against csv-parse doing nothing',
      must: 0.3,
      aim: 0.5,
      values: reading('ledger', 'csv-parse-arrays'),
      ...more,
    },
    {
      measure: 'render and MIME of one affected letter',
      must: 80,
      aim: 40,
      better: 'less',
      values: [letter.known],
      shown: (value) => `${value.toFixed(1)} µs`,
    },
    {
      measure: 'two workers against one, relay 50 ms away',
      must: 1.9,
      aim: 2,
      values: latency === null ? [] : roundByRound(latency.two, latency.one),
      ...more,
    },
    {
      measure: 'peak memory of a worker at 1,000,000 notices',
      must: 250,
      aim: 150,
      values: atMillion((run) => run.workerPeakMb),
      ...megabytes,
    },
    {
      measure: 'peak memory of `send` alone at 1,000,000 notices',
      must: 250,
      aim: 200,
      values: atMillion((run) => run.sendPeakMb),
      ...megabytes,
    },
    {
      measure: 'peak memory of `serve` alone at 1,000,000 notices',
      must: 250,
      aim: 200,
      values: atMillion((run) => run.servePeakMb),
      ...megabytes,
    },
    {
      measure: 'Redis at 1,000,000 notices',
      must: 32,
      aim: 16,
      values: atMillion((run) => run.redisPeakMb),
      ...megabytes,
    },
    {
      measure: '`status` at 1,000,000 notices',
      must: 10,
      aim: 5,
      better: 'less',
      values: atMillion((run) => run.statusMs),
      shown: (value) => `${twoDigits(value)} ms`,
    },
    {
      measure: 'CPU of the worker per notice, 1,000,000 against 10,000 notices',
      must: 1.15,
      aim: 1.05,
      better: 'less',
      values: costRatio(growth),
      shown: times,
    },
  ];
}

/** Each goal as a row; the median is what counts. */
export function goalsTable(goals: readonly Goal[]): string {
  return table(
    ['measure', 'this run', 'must', 'aim', ''],
    goals.map((goal) => {
      const sign = goal.better === 'more' ? '≥' : '≤';
      const cells = [`${sign} ${goal.shown(goal.must)}`, `${sign} ${goal.shown(goal.aim)}`];
      if (goal.values.length === 0) return [goal.measure, 'not measured', ...cells, ''];
      const median = ratioOf(
        goal.values,
        goal.values.map(() => 1),
      ).median;
      const meets = (mark: number): boolean => (goal.better === 'more' ? median >= mark : median <= mark);
      return [
        goal.measure,
        range(goal.values, goal.shown),
        ...cells,
        meets(goal.aim) ? 'aim' : meets(goal.must) ? 'must' : '**missed**',
      ];
    }),
  );
}

function roundByRound(of: readonly number[], to: readonly number[]): number[] {
  return of.slice(0, to.length).map((value, round) => value / (to[round] ?? Number.NaN));
}

/** A thousand notices are over before the program is warm, so ten thousand are the base. */
function costRatio(growth: readonly GrowthMeasurement[]): number[] {
  const cost = (notices: number): number[] =>
    growth.filter((run) => run.notices === notices).map((run) => run.workerCpuMs / run.notices);
  return roundByRound(cost(1_000_000), cost(10_000));
}
