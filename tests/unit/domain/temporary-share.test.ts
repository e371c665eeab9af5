import { describe, expect, it } from 'vitest';
import { TemporaryShare } from '../../../src/domain/temporary-share.ts';

function answers(temporary: number, domains: number, others: number): TemporaryShare {
  const share = new TemporaryShare();
  for (let i = 0; i < temporary; i += 1) share.record(`d${i % domains}.example`, true);
  for (let i = 0; i < others; i += 1) share.record('other.example', false);
  return share;
}

describe('TemporaryShare', () => {
  it.each([
    ['40 of 200 from 3 domains', 40, 3, 160, true],
    ['39 of 200', 39, 3, 161, false],
    ['40 from 2 domains', 40, 2, 160, false],
    ['3 of the first 3', 3, 3, 0, false],
    ['40 of the first 40', 40, 4, 0, true],
    ['40, but longer ago than 200 answers', 40, 4, 200, false],
    ['40, of which one has left the window', 40, 4, 161, false],
  ])('says for %s: %5$s', (_, temporary, domains, others, expected) => {
    expect(answers(temporary, domains, others).isThrottling()).toBe(expected);
  });

  it('forgets domains that have left the window', () => {
    const share = answers(200, 3, 0);
    for (let i = 0; i < 200; i += 1) share.record('one.example', true);
    expect(share.isThrottling()).toBe(false);
  });

  describe('when slowing down does not help', () => {
    const greylisted = (share: TemporaryShare, count: number): boolean[] =>
      Array.from({ length: count }, (_, i) => share.record(`d${i % 4}.example`, true));
    const slowedTwice = (): TemporaryShare => {
      const share = new TemporaryShare();
      for (const _ of [1, 2]) {
        greylisted(share, 40);
        expect(share.isThrottling()).toBe(true);
        share.slowed();
        expect(share.isThrottling()).toBe(false);
      }
      return share;
    };

    it('judges each slow-down by new answers alone, and makes no third one', () => {
      const share = slowedTwice();
      greylisted(share, 40);
      expect(share.isThrottling()).toBe(false);
    });

    it('says once that it was in vain', () => {
      expect(greylisted(slowedTwice(), 100).filter(Boolean)).toHaveLength(1);
    });

    it('begins anew after a whole window without trouble', () => {
      const share = slowedTwice();
      greylisted(share, 60);
      for (let i = 0; i < 200; i += 1) share.record('other.example', false);
      greylisted(share, 40);
      expect(share.isThrottling()).toBe(true);
    });
  });
});
