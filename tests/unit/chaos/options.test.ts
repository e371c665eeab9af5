import { describe, expect, it } from 'vitest';
import { chaosUsage, readChaosOptions } from '../../chaos/options.ts';

describe('the options of a chaos run', () => {
  it('are a full run on Redis where nothing is said', () => {
    expect(readChaosOptions([], 7)).toMatchObject({
      seed: 7,
      queue: 'redis',
      ledger: 'given',
      notices: 10_000,
      drill: null,
      heldRate: null,
      soak: false,
    });
    expect(readChaosOptions(['--queue', 'postgres', '--short', '--seed', '0'], 7)).toMatchObject({
      seed: 0,
      ledger: 'embedded',
      notices: 600,
    });
  });

  it.each([
    [['--queue', 'kafka'], '--queue is redis or postgres'],
    [
      ['--drill', 'flood'],
      '--drill is one of postgres-away, redis-away, cut-off, hole-postgres, hole-redis, hole-relay',
    ],
    [['--rate', 'fast'], '--rate is a whole number'],
    [['--sed', '7'], "Unknown option '--sed'"],
  ])('are refused by name: %j', (words, why) => {
    expect(() => readChaosOptions(words, 7)).toThrow(why);
  });

  it('stand in the usage, each of them', () => {
    for (const option of [
      'seed',
      'queue',
      'ledger',
      'notices',
      'domain-limit',
      'short',
      'keep',
      'rate',
      'seconds',
      'drill',
      'soak',
      'troubles',
      'rounds',
    ])
      expect(chaosUsage).toContain(`--${option}`);
  });
});
