import { describe, expect, it } from 'vitest';
import { noCounts } from '../../../src/domain/notice-state.ts';
import { accountHolds, etaSeconds, unattended } from '../../../src/domain/summary.ts';

describe('accountHolds', () => {
  const account = {
    rows: 100,
    invalid: 5,
    merged: 15,
    notices: 80,
    states: { ...noCounts(), accepted: 70, refused: 10 },
  };

  it('holds when rows are invalid, merged or notices, and the states sum to the notices', () => {
    expect(accountHolds(account)).toBe(true);
  });

  it.each([
    ['a row is missing', { rows: 101 }],
    ['a notice is in no state', { states: { ...noCounts(), accepted: 79 } }],
    ['a notice is in two states', { states: { ...noCounts(), accepted: 81 } }],
  ])('is broken when %s', (_, change) => {
    expect(accountHolds({ ...account, ...change })).toBe(false);
  });
});

it.each([
  ['running', 0, true],
  ['running', 1, false],
  // It works here.
  ['running', null, false],
  ['ready', 0, false],
  ['held', 0, false],
  ['paused', 0, false],
] as const)('a campaign that is %s with %s workers is unattended: %s', (state, workers, expected) => {
  expect(unattended({ state, workers })).toBe(expected);
});

describe('etaSeconds', () => {
  it('goes by the pace so far', () => {
    expect(etaSeconds({ ...noCounts(), pending: 100, queued: 50, sending: 10 }, 16, null)).toBe(10);
  });

  it('goes by the limit when that is slower', () => {
    expect(etaSeconds({ ...noCounts(), pending: 100 }, 50, 10)).toBe(10);
  });

  it('goes by the limit before there is a pace', () => {
    expect(etaSeconds({ ...noCounts(), pending: 100 }, 0, 10)).toBe(10);
  });

  it('is unknown without pace and limit', () => {
    expect(etaSeconds({ ...noCounts(), pending: 100 }, 0, null)).toBeNull();
  });

  it('is unknown while only deferred notices are left', () => {
    expect(etaSeconds({ ...noCounts(), deferred: 3 }, 10, null)).toBeNull();
  });

  it('is zero when nothing is left', () => {
    expect(etaSeconds({ ...noCounts(), accepted: 9 }, 10, null)).toBe(0);
  });

  it('is that of the receiving domain that takes longest, where domains have limits of their own', () => {
    const counts = { ...noCounts(), pending: 170 };
    expect(etaSeconds(counts, 40, 40, [{ notices: 170, perSecond: 5 }])).toBe(34);
    expect(
      etaSeconds(counts, 40, 40, [
        { notices: 20, perSecond: 10 },
        { notices: 10, perSecond: 1 },
      ]),
    ).toBe(10);
    expect(etaSeconds(counts, 40, 40, [{ notices: 20, perSecond: 10 }])).toBe(5);
  });

  it('is unknown when more wait for a domain than are counted', () => {
    expect(etaSeconds({ ...noCounts(), pending: 200_000 }, 40, 40, [{ notices: null, perSecond: 5 }])).toBeNull();
  });
});
