// What `npm run bench` can be told. Unknown words end it: a figure must not come from a typo.
import { parseArgs } from 'node:util';

export interface BenchArguments {
  /** Letters of a run, for every contender but the naive one. */
  readonly notices: number;
  /** How often each contender runs. */
  readonly rounds: number;
  /** Rows of the file that only intake reads. */
  readonly rows: number;
  /** Connections to the relay, for every contender. */
  readonly connections: number;
  /** Puts the figures into docs/BENCHMARKS.md. */
  readonly write: boolean;
}

/** The naive script makes the same figure with fewer letters, and would take minutes with all. */
export function naiveNotices(notices: number): number {
  return Math.min(notices, 1_000);
}

/** Reads the words after `npm run bench --`. Throws what is wrong with them, as one sentence. */
export function readArguments(words: readonly string[]): BenchArguments {
  const { values } = parseArgs({
    args: [...words],
    options: {
      notices: { type: 'string' },
      rounds: { type: 'string' },
      rows: { type: 'string' },
      connections: { type: 'string', default: '10' },
      quick: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
    },
  });
  const count = (name: 'notices' | 'rounds' | 'rows' | 'connections', usual: number): number => {
    const given = values[name];
    if (given === undefined) return usual;
    if (!/^[1-9]\d{0,6}$/.test(given)) throw new Error(`--${name} takes a whole number from 1 to 9999999`);
    return Number(given);
  };
  return {
    notices: count('notices', values.quick ? 3_000 : 20_000),
    rounds: count('rounds', values.quick ? 1 : 5),
    rows: count('rows', values.quick ? 50_000 : 300_000),
    connections: count('connections', 10),
    write: values.write,
  };
}
