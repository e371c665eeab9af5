// Days and times of forms.
import { describe, expect, it } from 'vitest';
import { utcMoment } from '../../../src/web/utc-time.ts';

describe('a day and a time', () => {
  it.each([
    ['2026-11-28T09:30', '2026-11-28T09:30:00.000Z'],
    ['2026-11-28T09:30:15', '2026-11-28T09:30:15.000Z'],
    ['2028-02-29T00:00', '2028-02-29T00:00:00.000Z'],
  ])('%s is a moment', (text, at) => {
    expect(utcMoment(text)).toEqual(new Date(at));
  });

  it.each([
    '2026-11-31T23:00',
    '2026-02-31T10:00',
    '2026-02-29T10:00',
    '2026-13-01T10:00',
    '2026-11-28T24:00',
    '2026-11-28T09:60',
    '2026-00-10T09:00',
    'soon',
  ])('%s does not exist', (text) => {
    expect(utcMoment(text)).toBeNull();
  });
});
