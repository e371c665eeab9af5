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
    ['E-Mail-Adresse', 'email'],
    ['Adresse e-mail', 'email'],
    ['CORREO ELECTRÓNICO', 'email'],
    ['correo electro\u0301nico', 'email'],
    ['Sähköposti', 'email'],
    ['Адрес электронной почты', 'email'],
    ['メールアドレス', 'email'],
    ['이메일 주소', 'email'],
    ['邮箱', 'email'],
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

  it.each<[string, string[]]>([
    ['a name with an address', ['Jane Doe <jane@example.com>', 'affected', 'Oslo']],
    ['an address in words', ['jane (at) example (dot) com', 'affected', 'Oslo']],
    ['an address with invisible characters', ['ja\u200bne@example.com', 'affected', 'Oslo']],
    ['an address of another code page', ['èâàí@ïðèìåð.example', 'affected', 'Oslo']],
    ['a telephone number', ['Jane Doe', 'affected', '+44 20 7946 0958']],
    ['an account id', ['Jane Doe', 'affected', '6f1c2f6e-8a0b-4c3d-9e2f-1a2b3c4d5e6f']],
    ['a bank account', ['Jane Doe', 'affected', 'DE89 3704 0044 0532 0130 00']],
    ['a word that is a column, too', ['jane@example.com', 'affected', 'email']],
  ])('takes no first line with %s for a header, whatever somebody chooses', (_, header) => {
    const mappings: ColumnChoices['mapping'][] = [
      {},
      { email: 1 },
      { email: 1, audience: 2, city: 3 },
      { email: header[0]!, audience: header[1]! },
      { email: 'column 1', audience: 'affected' },
    ];
    for (const mapping of mappings) {
      for (const audience of [undefined, 'affected'] as const)
        expect(() => layOutColumns(header, { mapping, ...(audience && { audience }) } as ColumnChoices)).toThrow(
          expect.objectContaining({ code: 'header-missing' }),
        );
    }
  });

  it('takes a column by its number: without a header, with one that stands twice, in any file', () => {
    expect(layOutColumns(['', 'audience'], { mapping: { email: 1 } })).toMatchObject({
      email: 0,
      columns: { email: 'column 1', audience: 'audience' },
      columnNumbers: { email: 1, audience: 2 },
    });
    expect(layOutColumns(['Email', 'Email', 'audience'], { mapping: { email: 2 } })).toMatchObject({
      email: 1,
      ignoredColumns: ['Email'],
    });
    for (const number of [0, 3, 1.5, -1, Number.NaN])
      expect(() => layOutColumns(['a', 'audience'], { mapping: { email: number } })).toThrow(
        expect.objectContaining({ code: 'column-not-found' }),
      );
    expect(() => layOutColumns(['a', 'audience'], { mapping: { email: 1, name: 1 } })).toThrow(
      expect.objectContaining({ code: 'column-not-found' }),
    );
  });

  it('shows nothing of a first row that is a person, or of a person in a header', () => {
    expect(() => layOutColumns(['jane@example.com', 'Jane'], {})).toThrow(
      expect.not.objectContaining({ message: expect.stringContaining('jane') }),
    );
    expect(
      layOutColumns(['email', 'audience', 'Jane <jane@example.com>', '+44 20 7946 0958', 'name'], {}).ignoredColumns,
    ).toEqual(['column 3', 'column 4']);
    expect(layOutColumns(['email', 'jane@example.com', 'audience'], {}).ignoredColumns).toEqual(['column 2']);
  });

  it('shows nothing but the names of columns beside a cell that is somebody’s', () => {
    expect(layOutColumns(['Jane Doe', 'jane@example.com', 'email', 'product'], {}).ignoredColumns).toEqual([
      'column 1',
      'column 2',
    ]);
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
