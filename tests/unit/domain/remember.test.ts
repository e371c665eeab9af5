import { describe, expect, it } from 'vitest';
import { remember } from '../../../src/domain/remember.ts';

describe('a function that remembers', () => {
  it('asks once, also where the answer is null or empty', () => {
    const asked: string[] = [];
    const know = remember((question): string | null => {
      asked.push(question);
      return question === 'nothing' ? null : '';
    }, 4);
    for (let times = 0; times < 3; times += 1) expect([know('nothing'), know('empty')]).toEqual([null, '']);
    expect(asked).toEqual(['nothing', 'empty']);
  });

  it('keeps no more than it may, and no long questions', () => {
    let asked = 0;
    const know = remember((question) => {
      asked += 1;
      return question.length;
    }, 2);
    expect(['a', 'bb', 'ccc', 'a'].map(know)).toEqual([1, 2, 3, 1]);
    expect(asked).toBe(4);
    expect([know('x'.repeat(513)), know('x'.repeat(513))]).toEqual([513, 513]);
    expect(asked).toBe(6);
  });
});
