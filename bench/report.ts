// The measurements as Markdown tables. Pure. Medians, with the range in brackets; ratios are taken round by
// round, as contenders of one round had the same noise around them.
import { parts, type Part } from './cpu-parts.ts';
import { ratioOf, spreadOf, type Measurement, type Spread } from './measurement.ts';
import type { GrowthMeasurement, LatencyFigures } from './growth.ts';

export const contenders = [
  'smtp-source',
  'naive',
  'careful',
  'careful-dkim',
  'postfix',
  'candor-redis',
  'candor-postgres',
  'candor-dkim',
] as const;
export type Contender = (typeof contenders)[number];

const names: Readonly<Record<Contender, string>> = {
  'smtp-source': 'Postfix’s `smtp-source`, the ceiling',
  naive: 'naive script: MJML for each recipient, nodemailer pool',
  careful: 'careful script: compiled once, nodemailer pool',
  'careful-dkim': 'careful script with nodemailer’s DKIM, RSA-2048',
  postfix: 'Postfix as a durable relay in between, passed on',
  'candor-redis': '`candor send`, queue on Redis, embedded ledger',
  'candor-postgres': '`candor send`, fully embedded',
  'candor-dkim': '`candor send` with DKIM, RSA-2048, queue on Redis',
};

export type Measured = ReadonlyMap<Contender, readonly Measurement[]>;

/** How fast letters go out, and what they cost. */
export function speedTable(measured: Measured): string {
  const careful = perSecond(measured.get('careful') ?? []);
  return table(
    [
      'contender',
      'sending, notices/s',
      '× careful',
      'whole command, notices/s',
      'CPU of the sender, ms/notice',
      'CPU of Postgres, ms/notice',
      'CPU of Redis, ms/notice',
    ],
    eachOf(measured, (runs) => {
      const walls = wholePerSecond(runs);
      return [
        range(perSecond(runs), whole),
        careful.length === 0 ? '' : range(ratioOf(perSecond(runs), careful), twoDigits),
        walls.length === 0 ? '' : range(walls, whole),
        range(
          runs.map((run) => run.cpuMs / run.notices),
          threeDigits,
        ),
        optional(
          runs.map((run) => (run.databaseCpuMs === null ? null : run.databaseCpuMs / run.notices)),
          threeDigits,
        ),
        optional(
          runs.map((run) => (run.redisCpuMs === null ? null : run.redisCpuMs / run.notices)),
          threeDigits,
        ),
      ];
    }),
  );
}

/** What it takes in memory and on disk. */
export function spaceTable(measured: Measured): string {
  return table(
    [
      'contender',
      'peak memory, MB',
      'largest Postgres process, MB',
      'Redis at its peak, MB',
      'tables and indexes, bytes/notice',
      'write-ahead log, bytes/notice',
    ],
    eachOf(measured, (runs) => [
      range(
        runs.map((run) => run.peakMb),
        whole,
      ),
      optional(
        runs.map((run) => run.databasePeakMb),
        whole,
      ),
      optional(
        runs.map((run) => run.redisPeakMb),
        twoDigits,
      ),
      optional(
        runs.map((run) => run.ledgerBytesPerNotice),
        whole,
      ),
      optional(
        runs.map((run) => run.walBytesPerNotice),
        whole,
      ),
    ]),
  );
}

/** Where the sending thread spends its time; `spent` are milliseconds of one profiled run. */
export function partsTable(spent: ReadonlyMap<Part, number>, notices: number): string {
  const all = [...spent.values()].reduce((sum, ms) => sum + ms, 0);
  const rows = parts.map((part) => [
    part,
    (((spent.get(part) ?? 0) * 1000) / notices).toFixed(1),
    `${Math.round((100 * (spent.get(part) ?? 0)) / Math.max(1e-9, all))} %`,
  ]);
  return table(
    ['part of the sending thread', 'µs/notice', 'share'],
    [...rows, ['together', ((all * 1000) / notices).toFixed(1), '']],
  );
}

/** How fast a file is read; `rates` are rows per second of each round. */
export function intakeTable(rates: ReadonlyMap<string, readonly number[]>): string {
  const readers = new Map([
    ['csv-parse-arrays', 'csv-parse to arrays, nothing done with them'],
    ['csv-parse-objects', 'csv-parse to objects, nothing done with them'],
    ['own-parser', 'Candor’s parser, decoding included, nothing done with the rows'],
    ['intake', 'Candor’s intake: the same, each row checked, digest'],
    ['check', '`candor check`, the whole command: also merge and report'],
    ['ledger', 'into the ledger: checked, sealed, hashed, merged, committed'],
  ]);
  const [arrays, own] = [rates.get('csv-parse-arrays') ?? [], rates.get('own-parser') ?? []];
  return table(
    ['reader', 'rows/s', '× csv-parse to arrays', '× Candor’s parser alone'],
    [...rates].map(([reader, values]) => [
      readers.get(reader) ?? reader,
      range(values, whole),
      range(ratioOf(values, arrays), twoDigits),
      range(ratioOf(values, own), twoDigits),
    ]),
  );
}

/** How the cost of a notice goes with the size of the campaign: one `candor worker`, queue on Redis. */
export function growthTable(growth: readonly GrowthMeasurement[]): string {
  return table(
    [
      'notices',
      'sending, notices/s',
      'CPU of the worker, ms/notice',
      'CPU of Postgres with the import, ms/notice',
      'peak memory of the worker, MB',
      'of the launching process, MB',
      'of `send` alone, MB',
      'of `serve` alone, MB',
      'Redis at its peak, MB',
      'tables and indexes, bytes/notice',
      'launch, rows/s',
      '`status`, ms',
    ],
    growth.map((run) => [
      whole(run.notices),
      whole(run.notices / run.sendingSeconds),
      threeDigits(run.workerCpuMs / run.notices),
      threeDigits(run.databaseCpuMs / run.notices),
      whole(run.workerPeakMb),
      whole(run.launchPeakMb),
      whole(run.sendPeakMb),
      whole(run.servePeakMb),
      run.redisPeakMb === null ? '' : twoDigits(run.redisPeakMb),
      whole(run.ledgerBytesPerNotice),
      whole(run.notices / run.launchSeconds),
      twoDigits(run.statusMs),
    ]),
  );
}

export function latencyTable(figures: LatencyFigures): string {
  const row = (name: string, values: readonly number[], to: readonly number[]): string[][] =>
    values.length === 0 ? [] : [[name, range(values, whole), range(ratioOf(values, to), twoDigits)]];
  return table(
    ['sender', 'letters/s', '× one worker'],
    [
      ...row('one `candor worker`, 10 connections', figures.one, figures.one),
      ...row('two `candor worker`, 10 connections each', figures.two, figures.one),
      ...row('`smtp-source`, 10 sessions (it does not pipeline)', figures.source10, figures.one),
      ...row('`smtp-source`, 20 sessions', figures.source20, figures.one),
    ],
  );
}

export function perSecond(runs: readonly Measurement[]): number[] {
  return runs.map((run) => run.notices / run.sendingSeconds);
}

/** By wall time of the process, start included. */
export function wholePerSecond(runs: readonly Measurement[]): number[] {
  return runs.flatMap((run) => (run.wallSeconds === null ? [] : [run.notices / run.wallSeconds]));
}

function eachOf(measured: Measured, cells: (runs: readonly Measurement[]) => string[]): string[][] {
  return contenders.flatMap((contender) => {
    const runs = measured.get(contender) ?? [];
    return runs.length === 0 ? [] : [[names[contender], ...cells(runs)]];
  });
}

function optional(values: readonly (number | null)[], digits: (value: number) => string): string {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? '' : range(known, digits);
}

export function range(values: readonly number[] | Spread, digits: (value: number) => string): string {
  const spread = 'median' in values ? values : spreadOf(values);
  const [median, least, most] = [spread.median, spread.least, spread.most].map(digits);
  return least === most ? String(median) : `${median} (${least}–${most})`;
}

export function whole(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

export function twoDigits(value: number): string {
  return value.toFixed(2);
}

function threeDigits(value: number): string {
  return value.toFixed(3);
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
