// Which header means which column, and which headers make a file unusable.
import { describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../../src/domain/error-registry.ts';
import { columnMeaning, layOutColumns, type ColumnChoices } from '../../../src/intake/columns.ts';

describe('columnMeaning', () => {
  it.each([
    ['email', 'email'],
    ['EMAIL', 'email'],
    ['E-Mail', 'email'],
    ['e_mail', 'email'],
    ['Mail', 'email'],
    ['Email Address', 'email'],
    ['email-address', 'email'],
    ['\uFEFF email\u00A0', 'email'],
    ['ｅｍａｉｌ', 'email'],
    ['Audience', 'audience'],
    ['product', 'audience'],
    ['Segment', 'audience'],
    ['Language', 'locale'],
    ['LOCALE', 'locale'],
    ['Name', 'name'],
    ['Organization ID', 'organization_id'],
    ['organization-id', 'organization_id'],
    ['OrganizationId', 'organization_id'],
    ['user id', 'user_id'],
    ['City', 'city'],
    ['OS', 'os'],
  ])('takes %j for %s', (cell, name) => {
    expect(columnMeaning(cell)).toBe(name);
  });

  it.each(['', 'emails', 'email 2', 'full name', '__proto__', 'constructor', 'toString', 'phone'])(
    'knows no column %j',
    (cell) => {
      expect(columnMeaning(cell)).toBeNull();
    },
  );
});

describe('layOutColumns', () => {
  it('finds the columns in any order and names the others', () => {
    const layout = layOutColumns(['Notes', 'Product', 'E-Mail', '', 'City', '__proto__', 'Notes'], {});
    expect(layout).toMatchObject({
      width: 7,
      audience: 1,
      email: 2,
      locale: -1,
      name: -1,
      columns: { audience: 'Product', email: 'E-Mail', city: 'City' },
      ignoredColumns: ['Notes', 'column 4', '__proto__', 'Notes'],
      missingCategories: ['name', 'organization_id', 'user_id', 'region', 'country', 'os', 'browser', 'referrer'],
    });
  });

  it.each<[string, string[], ColumnChoices, ErrorCode]>([
    ['no email', ['audience', 'name'], {}, 'columns-no-email'],
    ['two emails', ['email', 'audience', 'E-mail'], {}, 'columns-two-emails'],
    ['an email and an alias', ['mail', 'email address', 'audience'], {}, 'columns-two-emails'],
    ['two audiences', ['email', 'audience', 'product'], {}, 'columns-duplicate'],
    ['a category twice', ['email', 'audience', 'city', 'City'], {}, 'columns-duplicate'],
    ['no audience', ['email', 'name'], {}, 'columns-no-audience'],
    ['the audience twice', ['email', 'segment'], { audience: 'affected' }, 'audience-twice'],
    ['a recipient instead of a header', ['jane@example.com', 'affected'], {}, 'header-missing'],
    [
      'a chosen header that is not there',
      ['email', 'audience'],
      { mapping: { name: 'Full name' } },
      'column-not-found',
    ],
    [
      'a chosen header that is there twice',
      ['contact', 'Contact', 'audience'],
      { mapping: { email: 'contact' } },
      'columns-two-emails',
    ],
  ])('refuses %s', (_, header, choices, code) => {
    expect(() => layOutColumns(header, choices)).toThrow(expect.objectContaining({ code, exit: 2 }));
  });

  it('shows nothing of a first row that is a person', () => {
    expect(() => layOutColumns(['jane@example.com', 'Jane'], {})).toThrow(
      expect.not.objectContaining({ message: expect.stringContaining('jane') }),
    );
    expect(layOutColumns(['email', 'jane@example.com', 'audience'], {}).ignoredColumns).toEqual(['column 2']);
  });

  it('lets a person choose a column, before names and aliases', () => {
    const layout = layOutColumns(['email', 'Work mail', 'Group'], {
      mapping: { email: 'work_mail', audience: 'group' },
    });
    expect(layout).toMatchObject({ email: 1, audience: 2, ignoredColumns: ['email'] });
  });

  it('shows headers on one line, without control characters, at most 100 long', () => {
    const { ignoredColumns } = layOutColumns(['email', 'a\r\nb\u001B[31m', 'x'.repeat(200)], { audience: 'affected' });
    expect(ignoredColumns[0]).toBe('a b [31m');
    expect(ignoredColumns[1]).toHaveLength(100);
  });
});
