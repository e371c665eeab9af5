// The measurements as Markdown tables. Pure. Medians, with the range in brackets; ratios are taken round by
// round, as contenders of one round had the same noise around them.
import { ratioOf, spreadOf, type Measurement, type Spread } from './measurement.ts';

export const contenders = ['smtp-source', 'naive', 'careful', 'candor-redis', 'candor-postgres'] as const;
export type Contender = (typeof contenders)[number];

const names: Readonly<Record<Contender, string>> = {
  'smtp-source': 'Postfix’s `smtp-source`, the ceiling',
  naive: 'naive script: MJML for each recipient, nodemailer pool',
  careful: 'careful script: compiled once, nodemailer pool',
  'candor-redis': '`candor send`, queue on Redis, embedded ledger',
  'candor-postgres': '`candor send`, fully embedded',
};

export type Measured = ReadonlyMap<Contender, readonly Measurement[]>;

/** How fast letters go out, and what they cost. */
export function speedTable(measured: Measured): string {
  const careful = perSecond(measured.get('careful') ?? []);
  return table(
    ['contender', 'sending, notices/s', '× careful', 'whole command, notices/s', 'CPU of the sender, ms/notice', 'CPU of Postgres, ms/notice'],
    contenders.flatMap((contender) => {
      const runs = measured.get(contender) ?? [];
      if (runs.length === 0) return [];
      const walls = runs.flatMap((run) => (run.wallSeconds === null ? [] : [run.notices / run.wallSeconds]));
      return [
        [
          names[contender],
          range(perSecond(runs), whole),
          careful.length === 0 ? '' : range(ratioOf(perSecond(runs), careful), twoDigits),
          walls.length === 0 ? '' : range(walls, whole),
          range(runs.map((run) => run.cpuMs / run.notices), threeDigits),
          optional(runs.map((run) => (run.databaseCpuMs === null ? null : run.databaseCpuMs / run.notices)), threeDigits),
        ],
      ];
    }),
  );
}

/** What it takes in memory and on disk. */
export function spaceTable(measured: Measured): string {
  return table(
    ['contender', 'peak memory, MB', 'largest Postgres process, MB', 'Redis at its peak, MB', 'tables and indexes, bytes/notice', 'write-ahead log, bytes/notice'],
    contenders.flatMap((contender) => {
      const runs = measured.get(contender) ?? [];
      if (runs.length === 0) return [];
      return [
        [
          names[contender],
          range(runs.map((run) => run.peakMb), whole),
          optional(runs.map((run) => run.databasePeakMb), whole),
          optional(runs.map((run) => run.redisPeakMb), twoDigits),
          optional(runs.map((run) => run.ledgerBytesPerNotice), whole),
          optional(runs.map((run) => run.walBytesPerNotice), whole),
        ],
      ];
    }),
  );
}

/** How fast a file is read; `rates` are rows per second of each round. */
export function intakeTable(rates: ReadonlyMap<string, readonly number[]>): string {
  const names = new Map([
    ['csv-parse-arrays', 'csv-parse to arrays, nothing done with them'],
    ['csv-parse-objects', 'csv-parse to objects, nothing done with them'],
    ['intake', 'Candor’s intake: decode, split, check each row, digest'],
    ['check', '`candor check`, the whole command: also merge and report'],
  ]);
  const base = rates.get('csv-parse-arrays') ?? [];
  return table(
    ['reader', 'rows/s', '× csv-parse to arrays'],
    [...rates].map(([reader, values]) => [names.get(reader) ?? reader, range(values, whole), range(ratioOf(values, base), twoDigits)]),
  );
}

function perSecond(runs: readonly Measurement[]): number[] {
  return runs.map((run) => run.notices / run.sendingSeconds);
}

function optional(values: readonly (number | null)[], digits: (value: number) => string): string {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? '' : range(known, digits);
}

function range(values: readonly number[] | Spread, digits: (value: number) => string): string {
  const spread = 'median' in values ? values : spreadOf(values);
  const [median, least, most] = [spread.median, spread.least, spread.most].map(digits);
  return least === most ? String(median) : `${median} (${least}–${most})`;
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

function twoDigits(value: number): string {
  return value.toFixed(2);
}

function threeDigits(value: number): string {
  return value.toFixed(3);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
