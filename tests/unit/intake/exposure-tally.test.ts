// What a person should know of a file before it is launched, counted while it is read.
import { describe, expect, it } from 'vitest';
import { isEmptyMarker } from '../../../src/intake/exposure-tally.ts';
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

describe('a mark for nothing', () => {
  it.each(['NULL', 'null', '\\N', 'NaN', 'None', 'N/A', 'n/a', '-', '0', 'false', 'FALSE', 'no'])('is %s', (cell) => {
    expect(isEmptyMarker(cell)).toBe(true);
  });

  it.each(['Oslo', 'Nulle', 'Norway', '00', '--', 'nope', 'Linux', '', 'x'])('is not %j', (cell) => {
    expect(isEmptyMarker(cell)).toBe(false);
  });
});
