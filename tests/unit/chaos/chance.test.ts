// What a chaos run does is decided by its seed alone, and a run of usual length does some of everything.
import { describe, expect, it } from 'vitest';
import { nextBlow } from '../../chaos/blows.ts';
import { readChaosOptions } from '../../chaos/options.ts';
import { nextWeather, weathers } from '../../chaos/weather.ts';
import { randomFrom } from '../../support/random.ts';

const times = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

describe('the chance in a chaos run', () => {
  it('repeats blows and weather with the same seed', () => {
    const run = (seed: number): unknown[] => {
      const random = randomFrom(seed);
      return times(50).map(() => [nextBlow(random, 'redis'), nextWeather(random).name]);
    };
    expect(run(3)).toEqual(run(3));
    expect(run(3)).not.toEqual(run(4));
  });

  it('never touches Redis when the queue is on Postgres', () => {
    const random = randomFrom(1);
    expect(times(500).some(() => nextBlow(random, 'postgres').on === 'redis')).toBe(false);
  });

  it('brings every weather sooner or later', () => {
    const random = randomFrom(1);
    const met = new Set(times(1_000).map(() => nextWeather(random).name));
    expect(weathers.filter(({ name }) => !met.has(name))).toEqual([]);
  });

  it('reads its arguments, and takes a full run on Redis for granted', () => {
    expect(readChaosOptions(['--seed', '7', '--queue', 'postgres', '--short'], 1)).toMatchObject({
      seed: 7,
      queue: 'postgres',
      ledger: 'embedded',
      short: true,
    });
    expect(readChaosOptions([], 42)).toMatchObject({
      seed: 42,
      queue: 'redis',
      ledger: 'given',
      short: false,
      notices: 10_000,
    });
  });

  it.each([
    [['--queue', 'files'], /--queue/],
    [['--ledger', 'files'], /--ledger/],
    [['--seed', 'x'], /--seed/],
    [['--seed=-1'], /--seed/],
    [['--sed', '1'], /--sed/],
  ])('says what is wrong with %j', (args, why) => {
    expect(() => readChaosOptions(args, 1)).toThrow(why);
  });
});
