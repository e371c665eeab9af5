// What `npm run bench` can be told. Unknown words end it: a figure must not come from a typo.
import { parseArgs } from 'node:util';
import type { Contender } from './report.ts';

export interface BenchArguments {
  /** Letters of a run, for every contender but the naive one. */
  readonly notices: number;
  /** How often each contender runs. */
  readonly rounds: number;
  /** Rows of the file that only intake reads. */
  readonly rows: number;
  /** Connections to the relay, for every contender. */
  readonly connections: number;
  /** Sizes of the campaigns that show how cost grows; none: that part is left out. */
  readonly growth: readonly number[];
  /** Letters of a run over a relay with latency. */
  readonly latencyNotices: number;
  /** Puts the figures into docs/BENCHMARKS.md. */
  readonly write: boolean;
}

/** Letters of a run: contenders that are slow make the same figure with fewer, and would take minutes with all. */
export function noticesOf(contender: Contender, notices: number): number {
  const most: Partial<Record<Contender, number>> = {
    naive: 1_000,
    'careful-dkim': 5_000,
    'candor-dkim': 20_000,
    postfix: 10_000,
  };
  return Math.min(notices, most[contender] ?? notices);
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
      growth: { type: 'string' },
      'no-growth': { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
    },
  });
  const count = (name: 'notices' | 'rounds' | 'rows' | 'connections', usual: number): number => {
    const given = values[name];
    if (given === undefined) return usual;
    if (!/^[1-9]\d{0,6}$/.test(given)) throw new Error(`--${name} takes a whole number from 1 to 9999999`);
    return Number(given);
  };
  const notices = count('notices', values.quick ? 3_000 : 50_000);
  return {
    notices,
    rounds: count('rounds', values.quick ? 1 : 3),
    rows: count('rows', values.quick ? 50_000 : 300_000),
    connections: count('connections', 10),
    growth: values['no-growth'] ? [] : sizesUpTo(values.growth ?? (values.quick ? '10000' : '1000000')),
    latencyNotices: Math.min(3_000, notices),
    write: values.write,
  };
}

/** 1,000, 10,000 and so on, up to the given one. */
function sizesUpTo(most: string): number[] {
  const sizes = [1_000, 10_000, 100_000, 1_000_000].filter((size) => size <= Number(most));
  if (sizes.at(-1) !== Number(most)) throw new Error('--growth takes 1000, 10000, 100000 or 1000000');
  return sizes;
}
