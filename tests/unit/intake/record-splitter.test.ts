// Records, rows and faults; and the same records as csv-parse finds, wherever the chunks end.
import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { maxCellOctets, RecordSplitter, UnclosedQuote, type RawRecord } from '../../../src/intake/record-splitter.ts';
import { randomFrom } from '../../support/random.ts';

function split(chunks: string | readonly string[], delimiter = ','): RawRecord[] {
  const records: RawRecord[] = [];
  const splitter = new RecordSplitter(delimiter, (record) => records.push(record));
  for (const chunk of typeof chunks === 'string' ? [chunks] : chunks) splitter.push(chunk);
  splitter.end();
  return records;
}

function rows(chunks: string | readonly string[], delimiter = ','): [number, ...string[]][] {
  return split(chunks, delimiter).map((record) => [record.row, ...record.cells]);
}

describe('RecordSplitter', () => {
  it.each<[string, string, [number, ...string[]][]]>([
    [
      'LF',
      'a,b\nc,d\n',
      [
        [1, 'a', 'b'],
        [2, 'c', 'd'],
      ],
    ],
    [
      'CRLF',
      'a,b\r\nc,d\r\n',
      [
        [1, 'a', 'b'],
        [2, 'c', 'd'],
      ],
    ],
    [
      'CR only',
      'a,b\rc,d\r',
      [
        [1, 'a', 'b'],
        [2, 'c', 'd'],
      ],
    ],
    [
      'no line end at the end',
      'a,b\nc,d',
      [
        [1, 'a', 'b'],
        [2, 'c', 'd'],
      ],
    ],
    [
      'an empty last cell at the end',
      'a,b\nc,',
      [
        [1, 'a', 'b'],
        [2, 'c', ''],
      ],
    ],
    [
      'quoted cells',
      '"a","b,c"\n"d ""e""",f',
      [
        [1, 'a', 'b,c'],
        [2, 'd "e"', 'f'],
      ],
    ],
    [
      'a quoted line break as one row',
      'a,"b\r\nc\nd"\ne,f',
      [
        [1, 'a', 'b\r\nc\nd'],
        [2, 'e', 'f'],
      ],
    ],
    ['empty quoted cells', '"",""\na,""', [[2, 'a', '']]],
    ['a quote at the end of the input', 'a,"b"', [[1, 'a', 'b']]],
    [
      'an escaped quote at the end of a cell',
      '"a"""\n""""',
      [
        [1, 'a"'],
        [2, '"'],
      ],
    ],
    ['quotes inside an unquoted cell literally', 'a "b" c,5" disk', [[1, 'a "b" c', '5" disk']]],
    ['blanks after a closing quote with the cell', '"a"  ,"b" \n', [[1, 'a  ', 'b ']]],
    [
      'blank records for the numbering only',
      '\n\na,b\n , \n,,\n\nc,d\n\n',
      [
        [3, 'a', 'b'],
        [7, 'c', 'd'],
      ],
    ],
    ['invisible characters as blank', '\u200B,\u00A0\na', [[2, 'a']]],
    ['NUL and delimiters of other files as text', 'a\0;b|c\td', [[1, 'a\0;b|c\td']]],
    ['nothing', '', []],
    ['line ends only', '\r\n\r\n', []],
  ])('reads %s', (_, text, expected) => {
    expect(rows(text)).toEqual(expected);
    expect(rows([...text])).toEqual(expected);
  });

  it.each([';', '\t', '|'])('reads the delimiter %j', (delimiter) => {
    expect(rows(`a${delimiter}"b${delimiter}c"\n`, delimiter)).toEqual([[1, 'a', `b${delimiter}c`]]);
  });

  it.each([['"a'], ['x\n"a\nb,c\n'], ['a,"b""'], ['a,"']])('tells an unclosed quote in %j', (text) => {
    for (const chunks of [[text], [...text]]) expect(() => split(chunks)).toThrow(UnclosedQuote);
  });

  it('names the row in which the unclosed quote opens', () => {
    expect(() => split('a\nb\n"c\nd\n')).toThrow(expect.objectContaining({ row: 3 }));
  });

  it('takes a quote that closes in the middle of a later row for unclosed', () => {
    expect(() => split('a,"b\nc,"d",e\nf\n')).toThrow(expect.objectContaining({ row: 1 }));
  });

  it('goes on with the next row after text behind a closing quote', () => {
    const text = '"a"b,"c"\nd,e\n';
    for (const chunks of [[text], [...text]]) {
      const [first, second] = split(chunks);
      expect(first).toMatchObject({ row: 1, misquoted: 0, cells: ['ab,"c"'] });
      expect(second).toMatchObject({ row: 2, misquoted: -1, cells: ['d', 'e'] });
    }
  });

  it('cuts a cell at the limit and says which', () => {
    const exact = 'x'.repeat(maxCellOctets);
    expect(split(`a,${exact},b`)[0]).toMatchObject({ tooLong: -1, cells: ['a', exact, 'b'] });
    expect(split(`a,${exact}x,b`)[0]).toMatchObject({ tooLong: 1, cells: ['a', exact, 'b'] });
    expect(split(`a,"${exact}x",b\nc`)).toMatchObject([{ tooLong: 1 }, { tooLong: -1, cells: ['c'] }]);
    const wide = 'é'.repeat(maxCellOctets / 2);
    expect(split(wide)[0]!.tooLong).toBe(-1);
    expect(split(`${wide}é`)[0]!.tooLong).toBe(0);
  });

  it('keeps little of a record without end, and counts all of its cells', () => {
    const chunk = `${'y'.repeat(1_000)},`.repeat(100);
    const [record] = split(Array.from({ length: 100 }, () => chunk));
    expect(record!.cellCount).toBe(10_001);
    expect(record!.cells.length).toBeLessThanOrEqual(4_096);
    expect(record!.cells.join('').length).toBeLessThan(2_200_000);
    expect(split(Array.from({ length: 100 }, () => 'z'.repeat(100_000)))[0]!.cells[0]).toHaveLength(maxCellOctets);
  });

  it('says that a record may hold a NUL only near one', () => {
    const records = split(['a,b\n', 'c,\0\n', 'd,e\n', 'f,', 'g\n']);
    expect(records[1]!.mayHoldNul).toBe(true);
    expect([records[0], records[3]].map((record) => record!.mayHoldNul)).toEqual([false, false]);
    expect(split(['a,\0', 'b\nc,d\n', 'e,f\n']).map((record) => record.mayHoldNul)).toEqual([true, false, false]);
  });

  it('finds the records that csv-parse finds in 400 random files, wherever the chunks end', () => {
    const random = randomFrom(20_251_109);
    const alphabet = ['a', 'b', 'é', '😀', ',', '"', '\n', '\r\n', ' ', ';', "'", '0', '\t', '\u2028', ''];
    for (let round = 0; round < 400; round += 1) {
      const lineEnd = random.pick(['\n', '\r\n', '\r']);
      const table = Array.from({ length: random.below(12) }, () =>
        Array.from({ length: 1 + random.below(5) }, () =>
          Array.from({ length: random.below(7) }, () => random.pick(alphabet)).join(''),
        ),
      );
      const text = table
        .map((cells) => cells.map((cell) => written(cell, random.below(4) === 0)).join(','))
        .join(lineEnd);
      const expected: string[][] = parse(text, {
        relax_column_count: true,
        record_delimiter: lineEnd,
        relax_quotes: false,
      });
      const shown = expected.filter((cells) => cells.some((cell) => /[^\s]/.test(cell)));
      const chunks: string[] = [];
      for (let at = 0; at < text.length;) {
        const size = 1 + random.below(9);
        chunks.push(text.slice(at, at + size));
        at += size;
      }
      expect(split(text).map((record) => record.cells)).toEqual(shown);
      expect(split(chunks)).toEqual(split(text));
      // And the table itself comes back, but for its blank records.
      expect(split(text).map((record) => record.cells)).toEqual(
        table.filter((cells) => cells.some((cell) => /[^\s]/.test(cell))),
      );
    }
  });

  it('gives the same answer for broken input, wherever the chunks end', () => {
    const random = randomFrom(7);
    const alphabet = ['a', '"', '"', ',', '\n', '\r', ' ', 'b'];
    for (let round = 0; round < 2_000; round += 1) {
      const text = Array.from({ length: random.below(24) }, () => random.pick(alphabet)).join('');
      expect(outcome([...text])).toEqual(outcome([text]));
      const cut = random.below(text.length + 1);
      expect(outcome([text.slice(0, cut), text.slice(cut)])).toEqual(outcome([text]));
    }
  });
});

function outcome(chunks: readonly string[]): unknown {
  try {
    return split(chunks);
  } catch (error) {
    if (error instanceof UnclosedQuote) return error.row;
    throw error;
  }
}

function written(cell: string, always: boolean): string {
  return always || /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
