// What a person should know of a file before it is launched, counted while it is read.
import { describe, expect, it } from 'vitest';
import { readWhole } from '../../support/recipient-file.ts';

describe('the findings of a file', () => {
  it('count the kinds of data of affected rows, and the marks for nothing among them', async () => {
    const rows = [
      'a@example.com,yes,Oslo,NULL',
      'b@example.com,yes,-,Linux',
      'a@example.com,yes,,',
      'c@example.com,no,NULL,NULL',
      'nobody,yes,NULL,0',
    ];
    const { report } = await readWhole(`email,audience,city,os\n${rows.join('\n')}\n`);
    expect(report.findings).toEqual({
      encoding: 'utf-8',
      doubtfulAddresses: 0,
      affectedRows: 3,
      exposure: [
        { category: 'city', rows: 2, markerRows: 1 },
        { category: 'os', rows: 2, markerRows: 1 },
      ],
      encodingName: 'UTF-8',
      doubtfulNames: 0,
      unprintedNames: 0,
      rowsPerhapsUtf8: 0,
      unaffectedMarkedNames: 0,
      quotedAddresses: 0,
      filledRows: 0,
      extraCellRows: 0,
    });
  });

  it('count the addresses that another code page would spell otherwise', async () => {
    const text =
      'email,audience,name\nplain@example.com,yes,J\xfcrgen\nj\xfcrgen@example.com,yes,x\nann@b\xfccher.example,no,x\n';
    expect((await readWhole(Buffer.from(text, 'latin1'))).report.findings).toMatchObject({
      encoding: 'windows-1252',
      doubtfulAddresses: 2,
    });
    expect((await readWhole(Buffer.from(text, 'utf8'))).report.findings).toMatchObject({
      encoding: 'utf-8',
      doubtfulAddresses: 0,
    });
    expect((await readWhole(Buffer.from(`\ufeff${text}`, 'utf16le'))).report.findings).toMatchObject({
      encoding: 'utf-16le',
      doubtfulAddresses: 0,
    });
  });
});

describe('the warnings of a file', () => {
  const markedIn = async (column: string, cells: readonly string[]): Promise<number> => {
    const rows = cells.map((cell, index) => `p${index}@example.com,yes,${cell}`);
    const { report } = await readWhole(`email,audience,${column}\n${rows.join('\n')}\n`);
    const [warning] = report.warnings;
    if (warning !== undefined) expect(warning).toMatchObject({ code: 'marks-for-nothing', column });
    return warning?.rows ?? 0;
  };

  it('count marks for nothing by column, quoted and padded ones, too', async () => {
    expect(await markedIn('city', ['Oslo', 'NULL', '" NaN "', '"""null"""', ' (null) ', '#N/A', ''])).toBe(5);
  });

  it('take other words for no as marks only in a column that answers yes or no', async () => {
    expect(await markedIn('os', ['y', 'n', 'N', 'y', 'NULL'])).toBe(3);
    expect(await markedIn('os', ['Linux', 'n', 'N'])).toBe(0);
    expect(await markedIn('city', ['ja', 'nein', ''])).toBe(1);
    expect(await markedIn('city', ['Oslo', 'No', '0', 'false'])).toBe(3);
  });

  it('take NO for Norway among countries', async () => {
    expect(await markedIn('country', ['SE', 'NO', 'NO'])).toBe(0);
    expect(await markedIn('country', ['YES', 'NO', 'NO'])).toBe(2);
  });

  it('tell of a name that is none, whoever has it', async () => {
    const { report } = await readWhole('email,audience,name\na@example.com,yes,NULL\nb@example.com,no,n/a\n');
    expect(report.warnings).toMatchObject([{ code: 'marks-for-nothing', column: 'name', rows: 2 }]);
  });

  it('count the names that no letter prints, those that have a warning of their own left out', async () => {
    const names = ['evil.example', 'Call +1 555 0100', 'Ana', '', 'NULL', 'J?rgen', 'Your account is closed'];
    const rows = names.map((name, index) => `a${index}@example.com,${index % 2 === 0 ? 'yes' : 'no'},${name}`);
    const { report, recipients } = await readWhole(`email,audience,name\n${rows.join('\n')}\n`);
    expect(report).toMatchObject({ valid: names.length, invalid: 0 });
    expect(recipients.map(({ name }) => name).filter((name) => name !== '')).toEqual(['Ana', 'NULL']);
    const told = report.warnings.filter(({ code }) => code === 'name-not-printed');
    expect(told).toMatchObject([{ column: 'name', rows: 3 }]);
    expect(JSON.stringify(report.warnings)).not.toMatch(/evil|555|account is closed/);
  });

  it('are none where there is nothing to say', async () => {
    const { report } = await readWhole('email,audience,city\na@example.com,yes,Oslo\nb@example.com,no,NULL\n');
    expect(report.warnings).toEqual([]);
  });
});
