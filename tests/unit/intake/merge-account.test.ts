// The account of a merge: the same numbers as a plain map of strings gives.
import { describe, expect, it } from 'vitest';
import type { Audience } from '../../../src/domain/audience.ts';
import { createMergeAccount, type MergedRow } from '../../../src/intake/merge-account.ts';
import { randomFrom } from '../../support/random.ts';

let rowNo = 1;
const row = (key: string, audience: Audience, locale = 'en', localeFallback = false): MergedRow => ({
  row: (rowNo += 1),
  key,
  audience,
  locale,
  localeFallback,
});

function totals(
  rows: readonly MergedRow[],
  seed?: Uint8Array,
): ReturnType<ReturnType<typeof createMergeAccount>['totals']> {
  const account = createMergeAccount(seed);
  for (const each of rows) account.add(each);
  return account.totals();
}

describe('createMergeAccount', () => {
  it('starts with nothing', () => {
    expect(totals([])).toEqual({
      valid: 0,
      merged: 0,
      conflicts: 0,
      notices: 0,
      audiences: { affected: 0, unaffected: 0 },
      locales: {},
      localeFallbacks: 0,
    });
  });

  it('lets affected win, whichever comes first, and counts a conflict once per address', () => {
    const rows = [
      row('a@example.com', 'affected'),
      row('a@example.com', 'unaffected'),
      row('a@example.com', 'unaffected'),
      row('b@example.com', 'unaffected'),
      row('b@example.com', 'affected'),
      row('b@example.com', 'unaffected'),
      row('c@example.com', 'unaffected'),
      row('c@example.com', 'unaffected'),
    ];
    expect(totals(rows)).toMatchObject({
      valid: 8,
      merged: 5,
      conflicts: 2,
      notices: 3,
      audiences: { affected: 2, unaffected: 1 },
    });
  });

  it('tells the rows that were the first to disagree, and no more than a hundred', () => {
    const account = createMergeAccount();
    const add = (number: number, key: string, audience: Audience): unknown =>
      account.add({ ...row(key, audience), row: number });
    add(2, 'a@example.com', 'affected');
    add(3, 'b@example.com', 'unaffected');
    add(5, 'a@example.com', 'unaffected');
    add(6, 'a@example.com', 'affected');
    add(9, 'b@example.com', 'affected');
    expect(account.conflictRows()).toEqual([5, 9]);
    for (let person = 0; person < 200; person += 1) {
      add(1_000 + 2 * person, `${person}@example.com`, 'unaffected');
      add(1_001 + 2 * person, `${person}@example.com`, 'affected');
    }
    expect(account.conflictRows()).toHaveLength(100);
    expect(account.conflictRows().at(-1)).toBe(1_001 + 2 * 97);
    expect(account.totals().conflicts).toBe(202);
  });

  it('takes the locale, and whether it is a fallback, from the first row', () => {
    const rows = [
      row('a@example.com', 'affected', 'es'),
      row('a@example.com', 'affected', 'en', true),
      row('b@example.com', 'affected', 'en', true),
      row('b@example.com', 'affected', 'id'),
    ];
    expect(totals(rows)).toMatchObject({ locales: { es: 1, en: 1 }, localeFallbacks: 1 });
  });

  it('agrees with a map of strings on 300,000 random rows, through every growth', () => {
    const random = randomFrom(1812);
    const account = createMergeAccount(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8));
    const known = new Map<string, { locale: string; fallback: boolean; seen: Set<Audience> }>();
    for (let index = 0; index < 300_000; index += 1) {
      const key = `person.${random.below(150_000)}@${random.pick(['example.com', 'example.org', 'xn--bcher-kva.example'])}`;
      const audience = random.pick(['affected', 'unaffected', 'unaffected'] as const);
      const locale = random.pick(['en', 'id', 'es']);
      const fallback = locale === 'en' && random.below(2) === 0;
      account.add(row(key, audience, locale, fallback));
      const entry = known.get(key);
      if (entry) entry.seen.add(audience);
      else known.set(key, { locale, fallback, seen: new Set([audience]) });
    }
    const entries = [...known.values()];
    const count = (test: (entry: (typeof entries)[number]) => boolean): number => entries.filter(test).length;
    const affected = count((entry) => entry.seen.has('affected'));
    expect(account.totals()).toEqual({
      valid: 300_000,
      merged: 300_000 - entries.length,
      conflicts: count((entry) => entry.seen.size === 2),
      notices: entries.length,
      audiences: { affected, unaffected: entries.length - affected },
      locales: Object.fromEntries(
        ['en', 'id', 'es'].map((locale) => [locale, count((entry) => entry.locale === locale)]),
      ),
      localeFallbacks: count((entry) => entry.fallback),
    });
  });
});
