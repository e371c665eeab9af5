// Which lines a record gets.
import { describe, expect, it } from 'vitest';
import { categoryBit } from '../../../src/domain/category.ts';
import { allCategories, exposedList } from '../../../src/rendering/exposed-list.ts';
import { wrapWords } from '../../../src/rendering/wrap-words.ts';

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

  it('keeps dollar signs in words as they are', () => {
    expect(exposedList({ ...letter, categoryWords: { ...words, city: '$&' } }, categoryBit('city'))).toContain(
      'location ($&)',
    );
  });
});

describe('wrapWords', () => {
  it('breaks between words only', () => {
    expect(wrapWords('one two three', 7, '  ')).toBe('one two\n  three');
    expect(wrapWords('unbreakable', 3, '  ')).toBe('unbreakable');
  });
});
