import { describe, expect, it } from 'vitest';
import { connectionsToOpen, probePauseMs } from '../../../src/delivery/pool-policy.ts';

describe('connectionsToOpen', () => {
  it.each([
    ['tries an unproven relay with one', { waiting: 10, open: 0, opening: 0, limit: 10 }, 1],
    ['does not try a second one meanwhile', { waiting: 10, open: 0, opening: 1, limit: 10 }, 0],
    ['doubles', { waiting: 9, open: 1, opening: 0, limit: 10 }, 1],
    ['doubles again', { waiting: 9, open: 4, opening: 0, limit: 10 }, 4],
    ['counts those on their way', { waiting: 9, open: 4, opening: 3, limit: 10 }, 1],
    ['stays within the limit', { waiting: 9, open: 8, opening: 0, limit: 10 }, 2],
    ['opens no more than are waited for', { waiting: 1, open: 8, opening: 0, limit: 10 }, 1],
    [
      'goes back at once to what was proven, where connections end after some letters',
      { waiting: 9, open: 1, opening: 1, limit: 10, proven: 8 },
      6,
    ],
    ['opens none when nobody waits', { waiting: 0, open: 8, opening: 0, limit: 10 }, 0],
    ['opens one for each that is on its last letter', { waiting: 0, open: 4, opening: 0, limit: 10, ending: 3 }, 3],
    ['not for those that have a spare', { waiting: 0, open: 6, opening: 1, limit: 10, ending: 3, spare: 2 }, 0],
    ['nor beyond the limit', { waiting: 0, open: 9, opening: 0, limit: 10, ending: 9 }, 1],
    ['opens none above a lowered limit', { waiting: 5, open: 4, opening: 0, limit: 3 }, 0],
  ])('%s', (_, situation, expected) => {
    expect(connectionsToOpen(situation)).toBe(expected);
  });
});

describe('probePauseMs', () => {
  it('grows from half a second to four while nobody answers', () => {
    expect([1, 2, 3, 7, 50].map((failures) => probePauseMs(failures, false))).toEqual([500, 1000, 2000, 4000, 4000]);
  });

  it('leaves a refused login alone for minutes', () => {
    expect([1, 2, 5, 50].map((failures) => probePauseMs(failures, true))).toEqual([60_000, 120_000, 900_000, 900_000]);
  });
});
