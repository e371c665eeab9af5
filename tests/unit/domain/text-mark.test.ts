import { describe, expect, it } from 'vitest';
import { isBlank } from '../../../src/domain/invisible.ts';
import { markAsText, withoutTextMark } from '../../../src/domain/text-mark.ts';
import { randomFrom } from '../../support/random.ts';

describe('markAsText', () => {
  it.each([
    ['=1+1', "'=1+1"],
    ['+1', "'+1"],
    ['-1', "'-1"],
    ['@x', "'@x"],
    ['\tx', "'\tx"],
    ['\rx', "'\rx"],
    ['＝x', "'＝x"],
    ['jane@example.com;=HYPERLINK(1)', "'jane@example.com;'=HYPERLINK(1)"],
    ['a,+1', "'a,'+1"],
    ['a\t-1', "'a\t'-1"],
    ['a|@x', "'a|'@x"],
    ['a\n=1', "'a\n'=1"],
    ['a;"=1', `'a;'"=1`],
    ['=1;=2', "'=1;'=2"],
    ["a|'=b|=c", "'a|''=b|'=c"],
    ["'a|'=b", "'a|'=b"],
    ["'=1", "'=1"],
    ['O’Neil, Ann', 'O’Neil, Ann'],
    ["o'neil-smith+tag@example.com", "o'neil-smith+tag@example.com"],
    ['a|b=c', 'a|b=c'],
    ['line\r\nbreak', 'line\r\nbreak'],
    ['\t', '\t'],
    ['', ''],
  ])('makes %j into %j', (cell, marked) => {
    expect(markAsText(cell)).toBe(marked);
    expect(withoutTextMark(marked)).toBe(withoutTextMark(cell));
  });

  it('leaves nothing that runs, whatever ends cells, and is taken off exactly', () => {
    const alphabet = ['a', "'", "'", '"', '=', '-', '＝', ',', ';', '|', '\t', '\r', '\n', ' '];
    const random = randomFrom(11);
    for (let run = 0; run < 20_000; run += 1) {
      const cell = Array.from({ length: 1 + random.below(9) }, () => random.pick(alphabet)).join('');
      const marked = markAsText(cell);
      if (isBlank(cell)) {
        expect(marked).toBe(cell);
        continue;
      }
      expect([cell, withoutTextMark(marked)]).toEqual([cell, withoutTextMark(cell)]);
      expect([cell, markAsText(marked)]).toEqual([cell, marked]);
      const running = marked
        .split(/[,;|\t\n\r]/)
        .filter((piece, index) => (index === 0 ? /^[=\-＝]/ : /^"*[=\-＝]/).test(piece));
      expect([cell, running]).toEqual([cell, []]);
    }
  });

  it('needs time that grows with the cell only', () => {
    const cell = `;${`"'`.repeat(30_000)}`.padEnd(65_000, ";'");
    const startedAt = performance.now();
    withoutTextMark(`'${markAsText(cell)}`);
    expect(performance.now() - startedAt).toBeLessThan(500);
  });
});

describe('withoutTextMark', () => {
  it.each(["a|'=b@example.com", "'neil@example.com", "''=x", "'"])('leaves %j, which nobody marked', (cell) => {
    expect(withoutTextMark(cell)).toBe(cell);
  });
});
