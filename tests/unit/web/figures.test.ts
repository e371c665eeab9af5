// Figures as the pages show them, and the progress bar's arithmetic.
import { describe, expect, it } from 'vitest';
import { noCounts } from '../../../src/domain/notice-state.ts';
import { duration, pace, percent } from '../../../src/web/figures.ts';
import { segments } from '../../../src/web/pages/progress.ts';

describe('percent', () => {
  it.each([
    [0, 0, '0 %'],
    [0, 10, '0 %'],
    [1, 100_000, '1 %'],
    [99_999, 100_000, '99 %'],
    [10, 10, '100 %'],
    [1, 3, '33 %'],
  ])('of %i in %i is %s', (part, whole, text) => {
    expect(percent(part, whole)).toBe(text);
  });
});

describe('duration', () => {
  it.each([
    [0, '0 s'],
    [59.4, '59 s'],
    [60, '1 min'],
    [95, '1 min 35 s'],
    [3_600, '1 h'],
    [7_500, '2 h 5 min'],
    [200_000, '2 d 7 h'],
  ])('%d seconds are %s', (seconds, text) => {
    expect(duration(seconds)).toBe(text);
  });
});

describe('pace', () => {
  it.each([
    [0.26, '0.3/s'],
    [12, '12/s'],
    [1234.5, '1,235/s'],
  ])('%d is %s', (perSecond, text) => {
    expect(pace(perSecond)).toBe(text);
  });
});

describe('segments', () => {
  it('leave pending notices as the empty rest', () => {
    expect(segments({ ...noCounts(), accepted: 25, pending: 75 }, 100)).toEqual([
      { state: 'accepted', x: 0, width: 250 },
    ]);
  });

  it('show a single refused notice among a million, and never leave the bar', () => {
    const shown = segments({ ...noCounts(), accepted: 999_998, refused: 1, failed: 1 }, 1_000_000);
    expect(shown.map((segment) => segment.state)).toEqual(['accepted', 'refused', 'failed']);
    const last = shown.at(-1);
    expect((last?.x ?? 0) + (last?.width ?? 0)).toBeLessThanOrEqual(1000.1);
    expect(shown.every((segment) => segment.width > 1.5)).toBe(true);
  });

  it('are none when there is nothing', () => {
    expect(segments(noCounts(), 0)).toEqual([]);
  });
});
