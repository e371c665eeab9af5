// What a chaos run is asked to do: `--seed N`, `--queue redis|postgres`, `--short`, `--keep`. Pure.
import { parseArgs } from 'node:util';

export interface ChaosOptions {
  readonly seed: number;
  readonly queue: 'redis' | 'postgres';
  readonly short: boolean;
  /** Leaves the folder with every process's log behind, also when all went well. */
  readonly keep: boolean;
  readonly notices: number;
  /** The relay's limit. With what the faults cost, a full run takes more than five minutes at this pace. */
  readonly ratePerSecond: number;
  /** A pause between two blows is between these, in milliseconds. */
  readonly pauseMs: readonly [number, number];
  /** Nothing more is broken after this long, so that a slow machine comes to an end, too. */
  readonly blowsForMs: number;
  /** Then the campaign has to finish by itself within this. */
  readonly quietForMs: number;
}

/** Reads the arguments; throws a plain error that says what is wrong. `anySeed` is used when none is given. */
export function readChaosOptions(args: readonly string[], anySeed: number): ChaosOptions {
  const { values } = parseArgs({
    args: [...args],
    options: { seed: { type: 'string' }, queue: { type: 'string', default: 'redis' }, short: { type: 'boolean', default: false }, keep: { type: 'boolean', default: false } },
  });
  const { queue, short, keep } = values;
  if (queue !== 'redis' && queue !== 'postgres') throw new Error(`--queue is redis or postgres, not ${queue}`);
  const seed = values.seed === undefined ? anySeed : Number(values.seed);
  if (!Number.isInteger(seed) || seed < 0) throw new Error('--seed is a whole number from 0');
  const size = short
    ? { notices: 1_500, ratePerSecond: 80, pauseMs: [300, 2_000] as const, blowsForMs: 60_000, quietForMs: 180_000 }
    : { notices: 10_000, ratePerSecond: 60, pauseMs: [500, 3_000] as const, blowsForMs: 600_000, quietForMs: 600_000 };
  return { seed, queue, short, keep, ...size };
}
