// What makes a row a recipient and what makes it invalid.
import { describe, expect, it } from 'vitest';
import { categoriesOf } from '../../../src/domain/category.ts';
import type { Audience } from '../../../src/domain/audience.ts';
import { layOutColumns } from '../../../src/intake/columns.ts';
import { RecordSplitter, type RawRecord } from '../../../src/intake/record-splitter.ts';
import type { RecipientRow } from '../../../src/domain/recipient-row.ts';
import { createRowCheck, isInvalid } from '../../../src/intake/row-check.ts';
import { rowProblems } from '../../../src/intake/row-problems.ts';
import { sampleLocales } from '../../support/recipient-file.ts';

const header = ['email', 'audience', 'name', 'locale', 'city', 'note', 'os'];

function record(text: string): RawRecord {
  const records: RawRecord[] = [];
  const splitter = new RecordSplitter(',', (found) => records.push(found));
  splitter.push(`\n${text}`);
  splitter.end();
  return records[0]!;
}

const check = createRowCheck(layOutColumns(header, {}), { locales: sampleLocales });

function valid(text: string): RecipientRow {
  const row = check(record(text));
  if (isInvalid(row)) throw new Error(row.problems.map((problem) => problem.code).join());
  return row;
}

describe('createRowCheck', () => {
  it('reads a row and keeps bits instead of values', () => {
    const row = valid('Jane@Example.com,API,Jane Doe,es-MX,Springfield,a note,Linux');
    expect(row).toEqual({
      row: 2,
      address: 'Jane@Example.com',
      key: 'jane@example.com',
      audience: 'affected',
      locale: 'es',
      localeFallback: false,
      name: 'Jane Doe',
      categories: expect.any(Number),
    });
    expect(categoriesOf(row.categories)).toEqual(['name', 'city', 'os']);
    expect(JSON.stringify(row)).not.toMatch(/Springfield|note|Linux/);
  });

  it('shows nothing as exposed for an unaffected row, or for cells that only look filled', () => {
    expect(valid('a@example.com,unaffected,Jane,en,Springfield,,Linux').categories).toBe(0);
    expect(valid('a@example.com,affected, ,en,\u200B,,\u00A0').categories).toBe(0);
    expect(categoriesOf(valid('a@example.com,affected,,en,0,,').categories)).toEqual(['city']);
  });

  it.each<[string, Audience]>([
    ['affected', 'affected'],
    [' Affected ', 'affected'],
    ['API', 'affected'],
    ['yes', 'affected'],
    ['Unaffected', 'unaffected'],
    ['ChatGPT', 'unaffected'],
    ['NO\u200B', 'unaffected'],
  ])('takes the audience %j for %s', (cell, audience) => {
    expect(valid(`a@example.com,${cell},,,,,`).audience).toBe(audience);
  });

  it.each<[string, string, string | null, string]>([
    ['too few cells', 'a@example.com', null, 'too-few-fields'],
    ['a cell too many', 'a@example.com,affected,,,,,,x', null, 'too-many-fields'],
    ['two empty cells too many', 'a@example.com,affected,,,,,,,', null, 'too-many-fields'],
    ['a NUL in a known column', 'a@example.com,affected,J\0,,,,', 'name', 'nul'],
    ['a NUL in an ignored column', 'a@example.com,affected,,,,\0,', null, 'nul'],
    ['a NUL around an address', '\0a@example.com,affected,,,,,', 'email', 'nul'],
    ['a cell over 64 KB', `a@example.com,affected,,,${'x'.repeat(65_537)},,`, 'city', 'cell-too-long'],
    ['text behind a quote', 'a@example.com,affected,"J"x,,,,', 'name', 'quote-misplaced'],
    ['no address', ',affected,Jane,,,,', 'email', 'address-empty'],
    ['two addresses', '"a@example.com, b@example.com",affected,,,,,', 'email', 'address-list'],
    ['a header in the address', '"a@example.com\r\nBcc: b@example.com",affected,,,,,', 'email', 'address-line-break'],
    ['no audience', 'a@example.com, ,,,,,', 'audience', 'audience-empty'],
    ['an unknown audience', 'a@example.com,maybe,,,,,', 'audience', 'audience-unknown'],
    ['an inherited property as audience', 'a@example.com,constructor,,,,,', 'audience', 'audience-unknown'],
  ])('refuses %s', (_, text, column, code) => {
    const row = check(record(text));
    expect(row).toMatchObject({ row: 2, problems: [{ row: 2, column, code }] });
  });

  it('tells every problem of a row at once', () => {
    const row = check(record('jane,perhaps,,,,,'));
    expect(isInvalid(row) && row.problems.map((problem) => [problem.column, problem.code])).toEqual([
      ['email', 'address-no-at'],
      ['audience', 'audience-unknown'],
    ]);
  });

  it('never quotes a cell, and always says how to mend it', () => {
    for (const message of Object.values(rowProblems)) {
      expect(message).toMatch(/^[A-Z].*[;].*\.$/);
    }
    const row = check(record('secret.person,hidden-value,,,,,'));
    expect(JSON.stringify(isInvalid(row) && row.problems)).not.toMatch(/secret|hidden/);
  });

  it('counts a missing, empty or unknown locale as fallback', () => {
    for (const cell of ['', 'fr', '"en\r\nBcc: x@example.com"']) {
      expect(valid(`a@example.com,affected,,${cell},,,`)).toMatchObject({ locale: 'en', localeFallback: true });
    }
    const bare = createRowCheck(layOutColumns(['email'], { audience: 'unaffected' }), {
      audience: 'unaffected',
      locales: sampleLocales,
    });
    expect(bare(record('a@example.com'))).toMatchObject({
      audience: 'unaffected',
      locale: 'en',
      localeFallback: true,
      name: '',
      categories: 0,
    });
  });

  it("takes a spreadsheet's mark for text off a value", () => {
    expect(valid("'+tag@example.com,affected,'=Jane,,,,")).toMatchObject({
      address: '+tag@example.com',
      name: '',
    });
    expect(valid("'quote@example.com,affected,'t Hooft,,,,")).toMatchObject({
      address: "'quote@example.com",
      name: "'t Hooft",
    });
  });
});
