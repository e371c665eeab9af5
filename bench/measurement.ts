// What one run of one contender was measured to do, and what several runs say together. Pure.

export interface Measurement {
  readonly notices: number;
  /** From the start of the process to the last notice settled, in seconds; null where there is no process to speak of. */
  readonly wallSeconds: number | null;
  /** From the first letter to the last answer. */
  readonly sendingSeconds: number;
  /** CPU time of the sending process, and of the database behind it. */
  readonly cpuMs: number;
  readonly databaseCpuMs: number | null;
  readonly redisCpuMs: number | null;
  /** Highest resident memory, in MB. */
  readonly peakMb: number;
  readonly databasePeakMb: number | null;
  /** By how much Redis's memory peaked above its start. */
  readonly redisPeakMb: number | null;
  /** What a notice and its attempt take in the ledger's tables and indexes, and in the write-ahead log. */
  readonly ledgerBytesPerNotice: number | null;
  readonly walBytesPerNotice: number | null;
}

/** What is not there, for contenders that have none of it. */
export const bare = {
  wallSeconds: null,
  databaseCpuMs: null,
  redisCpuMs: null,
  databasePeakMb: null,
  redisPeakMb: null,
  ledgerBytesPerNotice: null,
  walBytesPerNotice: null,
} as const;

/** The middle of the values and the range they span. */
export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

/** Needs at least one value. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle];
  const lower = sorted[sorted.length % 2 === 0 ? middle - 1 : middle];
  if (upper === undefined || lower === undefined) throw new RangeError('a spread needs a value');
  return { median: (upper + lower) / 2, least: sorted[0] ?? upper, most: sorted.at(-1) ?? upper };
}

/** Sets a figure of one contender in relation to another's, round by round: both had the same noise around them. */
export function ratioOf(of: readonly number[], to: readonly number[]): Spread {
  return spreadOf(of.slice(0, to.length).map((value, round) => value / (to[round] ?? Number.NaN)));
}
