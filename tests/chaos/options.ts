// What a chaos run is asked to do: `--seed N`, `--queue redis|postgres`, `--ledger given|embedded`, `--domain-limit N`,
// `--short`, `--keep`; or for a soak: `--soak`, `--notices N`; or for a drill: `--drill NAME`, `--seconds N`; or to hold
// a rate through everything: `--rate N`, `--seconds N`; or a relay's habits: `--troubles`, `--rounds N`. Pure.
import { parseArgs } from 'node:util';

/** An outage of a server, of one worker's way to it, or a black hole: everybody's way to one server, without a word. */
export const drills = ['postgres-away', 'redis-away', 'cut-off', 'hole-postgres', 'hole-redis', 'hole-relay'] as const;

/** A quarter of the people of a chaos run are there. */
export const limitedDomain = 'mail.example';

export interface ChaosOptions {
  readonly seed: number;
  readonly queue: 'redis' | 'postgres';
  /** `embedded`: the program starts its Postgres itself, and again after each kill. Taken for granted with the queue on Postgres. */
  readonly ledger: 'given' | 'embedded';
  readonly short: boolean;
  /** Leaves the folder with every process's log behind, also when all went well. */
  readonly keep: boolean;
  /** Instead of the rest: very many notices, light faults, and a look at the memory. */
  readonly soak: boolean;
  /** Instead of the rest: one long outage with the leases that people use. */
  readonly drill: (typeof drills)[number] | null;
  /** How long the drill's outage lasts. */
  readonly outageSeconds: number;
  /** Instead of the rest: this rate per second is held through a start, a pause, workers that come and go, and a wiped queue. */
  readonly heldRate: number | null;
  /** Instead of the rest: what a relay's habits cost a campaign, beside a faultless one. */
  readonly troubles: boolean;
  /** How often each of them is tried. */
  readonly rounds: number;
  /** How long each part of it is. */
  readonly partSeconds: number;
  readonly notices: number;
  /** The relay's limit. With what the faults cost, a full run takes more than five minutes at this pace. */
  readonly ratePerSecond: number;
  /** What `limitedDomain` takes per second on top of that; null: as much as the rest. */
  readonly domainLimit: number | null;
  /** A pause between two blows is between these, in milliseconds. */
  readonly pauseMs: readonly [number, number];
  /** Every so manieth blow is one of those that each run has once, while there are any. */
  readonly dueEvery: number;
  /** Nothing more is broken after this long, so that a slow machine comes to an end, too. */
  readonly blowsForMs: number;
  /** Then the campaign has to finish by itself within this. */
  readonly quietForMs: number;
}

export const chaosUsage = `npm run chaos -- [options]

  --seed N                    the same blows again, in kind; any, where it is not given
  --queue redis|postgres      where the queue is (redis)
  --ledger given|embedded     whose Postgres holds the ledger (given; embedded where it holds the queue too)
  --notices N                 how many (10,000)
  --domain-limit N            a limit a second for one domain, on top of the rate
  --short                     600 notices
  --keep                      leaves the logs behind, also when all went well

Instead of the blows:
  --rate N [--seconds N]      this rate a second, through everything that may disturb it, in parts of so many seconds (60)
  --drill ${drills.join('|')} [--seconds N]
                              one outage of so many seconds (300)
  --troubles [--rounds N]     2,000 notices to a relay that ends connections, puts senders off, has a full disk: each so
                              often (3), as a ratio to a faultless one
  --soak                      200,000 notices, light faults, and the memory of every process`;

/** Reads the arguments; throws a plain error that says what is wrong. `anySeed` is used when none is given. */
export function readChaosOptions(args: readonly string[], anySeed: number): ChaosOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: { type: 'string' },
      queue: { type: 'string', default: 'redis' },
      ledger: { type: 'string' },
      short: { type: 'boolean', default: false },
      keep: { type: 'boolean', default: false },
      soak: { type: 'boolean', default: false },
      notices: { type: 'string' },
      troubles: { type: 'boolean', default: false },
      rounds: { type: 'string', default: '3' },
      drill: { type: 'string' },
      rate: { type: 'string' },
      seconds: { type: 'string' },
      'domain-limit': { type: 'string' },
    },
  });
  const { queue, short, keep, soak, troubles } = values;
  if (queue !== 'redis' && queue !== 'postgres') throw new Error(`--queue is redis or postgres, not ${queue}`);
  const ledger = values.ledger ?? (queue === 'postgres' ? 'embedded' : 'given');
  if (ledger !== 'given' && ledger !== 'embedded') throw new Error(`--ledger is given or embedded, not ${ledger}`);
  const seed = values.seed === undefined ? anySeed : wholeNumber('--seed', values.seed);
  const drill = drills.find((name) => name === values.drill) ?? null;
  if (values.drill !== undefined && drill === null)
    throw new Error(`--drill is one of ${drills.join(', ')}, not ${values.drill}`);
  const outageSeconds = wholeNumber('--seconds', values.seconds ?? '300');
  const partSeconds = wholeNumber('--seconds', values.seconds ?? '60');
  const heldRate = values.rate === undefined ? null : wholeNumber('--rate', values.rate);
  const domainLimit =
    values['domain-limit'] === undefined ? null : wholeNumber('--domain-limit', values['domain-limit']);
  const size = short
    ? {
        notices: 600,
        ratePerSecond: 80,
        pauseMs: [300, 1_500] as const,
        dueEvery: 2,
        blowsForMs: 18_000,
        quietForMs: 180_000,
      }
    : {
        notices: 10_000,
        ratePerSecond: 60,
        pauseMs: [500, 3_000] as const,
        dueEvery: 10,
        blowsForMs: 600_000,
        quietForMs: 600_000,
      };
  const notices =
    values.notices !== undefined
      ? wholeNumber('--notices', values.notices)
      : soak
        ? 200_000
        : troubles
          ? 2_000
          : size.notices;
  return {
    seed,
    queue,
    ledger,
    short,
    keep,
    soak,
    troubles,
    rounds: wholeNumber('--rounds', values.rounds),
    drill,
    outageSeconds,
    heldRate,
    partSeconds,
    ...size,
    domainLimit,
    notices,
  };
}

function wholeNumber(name: string, text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 0) throw new Error(`${name} is a whole number from 0`);
  return number;
}
