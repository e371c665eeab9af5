// The small pure parts: figures, fitting text to a terminal, making foreign text harmless, reading times.
import { describe, expect, it } from 'vitest';
import { counted, duration, exactRate, moment, percent, rate, stopwatch } from '../../../src/cli/figures.ts';
import { cut, displayWidth, fill, padEnd, padStart, table, wrap } from '../../../src/cli/layout.ts';
import { safeJson, safeLines, safeText, withoutAddresses } from '../../../src/cli/safe-text.ts';
import { BadStartTime, startTime } from '../../../src/cli/start-time.ts';
import { canRedraw, viewOf } from '../../../src/cli/view.ts';

describe('figures', () => {
  it.each([
    [0, '0 s'],
    [0.44, '0.4 s'],
    [9.99, '10 s'],
    [42.4, '42 s'],
    [59.4, '59 s'],
    [59.6, '1 min'],
    [60, '1 min'],
    [200, '3 min 20 s'],
    [3599.6, '1 h'],
    [3629, '1 h'],
    [7500, '2 h 5 min'],
    [86_399, '24 h'],
    [86_400, '1 d'],
    [273_600, '3 d 4 h'],
  ])('%d seconds are %s', (seconds, text) => {
    expect(duration(seconds)).toBe(text);
  });

  it.each([
    [0, '0/s'],
    [0.004, '0/s'],
    [0.25, '0.25/s'],
    [9.94, '9.9/s'],
    [42.4, '42/s'],
    [1531.2, '1,531/s'],
  ])('a pace of %d is %s', (pace, text) => {
    expect(rate(pace)).toBe(text);
  });

  it('does not round a rate that a person set', () => {
    expect([exactRate(0.125), exactRate(12.5), exactRate(1200)]).toEqual(['0.125/s', '12.5/s', '1,200/s']);
  });

  it.each([
    [0, 0, '100 %'],
    [0, 7, '0.0 %'],
    [1, 3, '33.3 %'],
    [999_999, 1_000_000, '99.9 %'],
    [3, 3, '100 %'],
  ])('%d of %d is %s', (part, whole, text) => {
    expect(percent(part, whole)).toBe(text);
  });

  it.each([
    [0, '0:00'],
    [42.9, '0:42'],
    [725, '12:05'],
    [10_807, '3:00:07'],
    [-1, '0:00'],
  ])('%d s on the stopwatch is %s', (seconds, text) => {
    expect(stopwatch(seconds)).toBe(text);
  });

  it('counts with a noun and tells a moment in UTC', () => {
    expect([counted(1, 'notice'), counted(2000, 'notice'), counted(2, 'row is', 'rows are')]).toEqual([
      '1 notice',
      '2,000 notices',
      '2 rows are',
    ]);
    expect(moment(new Date('2026-01-31T09:30:05.9Z'))).toBe('2026-01-31 09:30:05 UTC');
  });
});

describe('layout', () => {
  it.each([
    ['plain', 5],
    ['\u001B[31mred\u001B[39m', 3],
    ['e\u0301', 1],
    ['漢字', 4],
    ['🔒', 2],
    ['…·█', 3],
  ])('%j is %d columns wide', (text, width) => {
    expect(displayWidth(text)).toBe(width);
  });

  it('wraps at spaces, keeps lines and their indentation, and never breaks a word', () => {
    expect(wrap('one two three', 8)).toEqual(['one two', 'three']);
    expect(wrap('head\n  a list item', 8)).toEqual(['head', '  a list', '  item']);
    expect(wrap('a-very-long-word b', 5)).toEqual(['a-very-long-word', 'b']);
    expect(wrap('', 5)).toEqual(['']);
  });

  it('fills lines with items, cuts, pads and sets tables', () => {
    expect(fill(['aa', 'bb', 'cc'], ' | ', 7)).toEqual(['aa | bb', 'cc']);
    expect([cut('漢字漢字', 5), cut('abc', 3), cut('abcd', 3), cut('a', 0)]).toEqual(['漢字…', 'abc', 'ab…', '']);
    expect([padEnd('é', 3), padStart('字', 3)]).toEqual(['é  ', ' 字']);
    expect(
      table(
        [
          ['a', '1'],
          ['bbb', '1,000'],
        ],
        'lr',
      ),
    ).toEqual(['a        1', 'bbb  1,000']);
  });
});

describe('foreign text', () => {
  const hostile = 'x\u001B[2J\u009B1m\u202Eevil\u0000\r\ny\tz';

  it('cannot act on the terminal', () => {
    expect(safeText(hostile)).toBe('x\\u001b[2J\\u009b1m\\u202eevil\\u0000 y z');
    expect(safeLines('a\u001B\nb')).toBe('a\\u001b\nb');
  });

  it('cannot act on it through JSON either, and stays the same value', () => {
    const json = safeJson({ hostile });
    expect(json).not.toMatch(/[\u0000-\u001F\u007F-\u009F\u202E]/);
    expect(JSON.parse(json)).toEqual({ hostile });
  });

  it.each([
    ["unknown command 'ana@example.com'", "unknown command '(address)'"],
    ['--to=ana@example.com', '--to=(address)'],
    ['no address', 'no address'],
  ])('%s becomes %s', (text, shown) => {
    expect(withoutAddresses(text)).toBe(shown);
  });
});

describe('view', () => {
  const terminal = { isTTY: true, columns: 120 };

  it.each([
    ['a terminal', terminal, {}, { columns: 120, color: true, unicode: true }],
    ['a pipe', {}, {}, { columns: 80, color: false, unicode: true }],
    ['NO_COLOR', terminal, { NO_COLOR: '1' }, { columns: 120, color: false, unicode: true }],
    ['an empty NO_COLOR', terminal, { NO_COLOR: '' }, { columns: 120, color: true, unicode: true }],
    ['TERM=dumb', terminal, { TERM: 'dumb' }, { columns: 120, color: false, unicode: true }],
    ['the C locale', terminal, { LC_ALL: 'C', LANG: 'en_US.UTF-8' }, { columns: 120, color: true, unicode: false }],
    ['a UTF-8 locale', terminal, { LC_ALL: '', LANG: 'id_ID.utf8' }, { columns: 120, color: true, unicode: true }],
    ['a terminal of unknown width', { isTTY: true, columns: 0 }, {}, { columns: 80, color: true, unicode: true }],
  ])('%s', (_, stream, variables, view) => {
    expect(viewOf(stream, variables)).toEqual(view);
  });

  it('does not move the cursor of a dumb terminal', () => {
    expect([canRedraw(terminal, {}), canRedraw(terminal, { TERM: 'dumb' }), canRedraw({}, {})]).toEqual([
      true,
      false,
      false,
    ]);
  });
});

describe('start time', () => {
  const now = new Date('2026-01-31T08:00:00Z');

  it.each([
    ['2026-01-31T09:30Z', '2026-01-31T09:30:00.000Z'],
    ['2026-01-31T16:30:15+07:00', '2026-01-31T09:30:15.000Z'],
    ['2026-01-31 16:30+0700', '2026-01-31T09:30:00.000Z'],
    ['2026-01-31T05:30-04:30', '2026-01-31T10:00:00.000Z'],
  ])('%s is %s', (text, at) => {
    expect(startTime(text, now)).toEqual(new Date(at));
  });

  it.each([
    ['in 2h', 120],
    ['in 1h 30m', 90],
    ['in 90 minutes', 90],
    ['IN 1.5 Hours', 90],
    ['in 2d', 2_880],
  ])('%s is a span of %d minutes, whatever the clock says', (text, minutes) => {
    expect(startTime(text, now)).toEqual({ inMs: minutes * 60_000 });
  });

  it('takes a clock time for the next time that the local clock shows it', () => {
    for (const minutes of [1, 59]) {
      const local = new Date(now.getTime() + minutes * 60_000);
      const clock = `${local.getHours()}:${String(local.getMinutes()).padStart(2, '0')}`;
      expect(startTime(clock, now)).toEqual(local);
    }
    const same = startTime(`${now.getHours()}:${String(now.getMinutes()).padStart(2, '0')}`, now);
    expect(Number(same) - now.getTime()).toBeGreaterThan(22 * 3_600_000);
  });

  it.each([
    ['Europe/Berlin', '2026-10-24T20:00Z', '2:30', '2026-10-25T02:30+02:00 or 2026-10-25T02:30+01:00'],
    ['Europe/Berlin', '2026-10-24T23:00Z', '02:00', '2026-10-25T02:00+02:00 or 2026-10-25T02:00+01:00'],
    ['America/New_York', '2026-11-01T04:30Z', '01:59', '2026-11-01T01:59-04:00 or 2026-11-01T01:59-05:00'],
    ['Australia/Lord_Howe', '2026-04-04T10:00Z', '01:45', '2026-04-05T01:45+11:00 or 2026-04-05T01:45+10:30'],
    ['Europe/Berlin', '2026-03-28T20:00Z', '02:30', '2026-03-29T01:30+01:00 or 2026-03-29T03:30+02:00'],
    ['Europe/Berlin', '2026-03-29T00:30Z', '02:30', '2026-03-29T01:30+01:00 or 2026-03-29T03:30+02:00'],
    ['America/New_York', '2026-03-08T02:00Z', '02:00', '2026-03-08T01:00-05:00 or 2026-03-08T03:00-04:00'],
    ['Africa/Cairo', '2026-04-23T12:00Z', '00:30', '2026-04-23T23:30+02:00 or 2026-04-24T01:30+03:00'],
  ])('asks which is meant in a night in which the clocks are set: %s, %s, %s', (zone, moment, clock, either) => {
    expect(() => startTime(clock, new Date(moment), zone)).toThrow(BadStartTime);
    expect(() => startTime(clock, new Date(moment), zone)).toThrow(either);
    for (const one of either.split(' or '))
      if (Date.parse(one) > Date.parse(moment)) expect(startTime(one, new Date(moment))).toEqual(new Date(one));
  });

  it.each([
    // Between the two, only the second is still to come; after the gap it is tomorrow's.
    ['Europe/Berlin', '2026-10-25T00:45Z', '02:30', '2026-10-25T01:30Z'],
    ['Europe/Berlin', '2026-10-25T02:00Z', '02:30', '2026-10-26T01:30Z'],
    ['Europe/Berlin', '2026-03-29T04:00Z', '02:30', '2026-03-30T00:30Z'],
    ['Europe/Berlin', '2026-03-28T20:00Z', '03:00', '2026-03-29T01:00Z'],
    ['Europe/Berlin', '2026-10-24T20:00Z', '03:00', '2026-10-25T02:00Z'],
    ['Europe/Berlin', '2026-10-24T20:00Z', '01:59', '2026-10-24T23:59Z'],
    ['Asia/Jakarta', '2026-10-24T20:00Z', '02:30', '2026-10-25T19:30Z'],
    ['Asia/Kathmandu', '2026-10-24T20:00Z', '02:30', '2026-10-24T20:45Z'],
    ['UTC', '2026-10-24T20:00Z', '02:30', '2026-10-25T02:30Z'],
    ['Pacific/Apia', '2026-10-24T09:59Z', '23:59', '2026-10-24T10:59Z'],
  ])('knows the only moment that is meant: %s, %s, %s', (zone, moment, clock, at) => {
    expect(startTime(clock, new Date(moment), zone)).toEqual(new Date(at));
  });

  it.each([
    '',
    'tomorrow',
    '2026-02-01',
    '2026-02-01T09:00',
    '2026-02-30T09:00Z',
    '2026-02-01T25:00Z',
    '2026-02-01T09:60Z',
    '2026-01-31T07:59Z',
    '2027-02-28T09:00Z',
    '24:00',
    '9',
    'in 5',
    'in 2 fortnights',
    'in 0m',
    'in 400d',
    'in 99999999999999d',
    '2h',
  ])('refuses %j', (text) => {
    expect(() => startTime(text, now)).toThrow(BadStartTime);
  });
});
