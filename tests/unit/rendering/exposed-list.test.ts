// Which lines a record gets.
import { describe, expect, it } from 'vitest';
import { categoryBit } from '../../../src/domain/category.ts';
import { allCategories, exposedList } from '../../../src/rendering/exposed-list.ts';
import { flowWords, wrapWords } from '../../../src/rendering/wrap-words.ts';

const words = {
  name: 'name',
  organization_id: 'org',
  user_id: 'user',
  city: 'city',
  region: 'region',
  country: 'country',
  os: 'os',
  browser: 'browser',
  referrer: 'referrer',
};
const letter = {
  locale: 'en',
  categoryWords: words,
  exposed: [
    { when: ['name'] as const, phrase: 'the name' },
    { when: [] as const, phrase: 'the address' },
    { when: ['country', 'city', 'region'] as const, phrase: 'location ({which})' },
  ],
};

describe('exposedList', () => {
  it.each([
    [0, ['the address']],
    [categoryBit('name'), ['the name', 'the address']],
    [categoryBit('city'), ['the address', 'location (city)']],
    [categoryBit('city') | categoryBit('country'), ['the address', 'location (country, city)']],
    [categoryBit('browser'), ['the address']],
    [allCategories, ['the name', 'the address', 'location (country, city, region)']],
    [0xffff_f000 | 0, ['the address']],
  ])('%i', (bits, lines) => {
    expect(exposedList(letter, bits)).toEqual(lines);
  });

  it.each([
    ['en', [categoryBit('os'), categoryBit('browser')], 'the os and browser that you used'],
    ['es', [categoryBit('os'), categoryBit('browser')], 'the os y browser that you used'],
    ['en', [categoryBit('os')], 'the os that you used'],
  ])('lists within a sentence in %s', (locale, bits, line) => {
    const sentence = { when: ['os', 'browser'] as const, phrase: 'the {list} that you used' };
    expect(
      exposedList(
        { ...letter, locale, exposed: [sentence] },
        bits.reduce((all, bit) => all | bit, 0),
      ),
    ).toEqual([line]);
  });

  it('keeps dollar signs in words as they are', () => {
    expect(exposedList({ ...letter, categoryWords: { ...words, city: '$&' } }, categoryBit('city'))).toContain(
      'location ($&)',
    );
  });
});

describe('flowWords', () => {
  it('breaks softly, so that readers join the lines again (RFC 3676)', () => {
    expect(flowWords('one two three', 8)).toBe('one two \nthree');
    expect(flowWords('short', 8)).toBe('short');
  });

  it('keeps every line within the width, its blank included', () => {
    for (const line of flowWords('word '.repeat(40).trim(), 20).split('\n'))
      expect(line.length).toBeLessThanOrEqual(20);
  });

  it('puts a blank before what a reader would take for something else', () => {
    expect(flowWords('ab >cd From', 4)).toBe('ab \n >cd \nFrom');
    expect(flowWords('From here on', 20)).toBe(' From here on');
  });
});

describe('wrapWords', () => {
  it('breaks between words only', () => {
    expect(wrapWords('one two three', 7, '  ')).toBe('one two\n  three');
    expect(wrapWords('unbreakable', 3, '  ')).toBe('unbreakable');
  });
});
