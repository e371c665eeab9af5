import { describe, expect, it } from 'vitest';
import { MailShare } from '../../../src/domain/mail-share.ts';

/** Every nth answer is no; 1: all are. */
function answers(share: MailShare, count: number, everyNth: number): boolean[] {
  return Array.from({ length: count }, (_, index) => share.record(index % everyNth === 0));
}

describe('MailShare', () => {
  it.each([
    ['2 %', 50, false],
    ['10 %', 10, false],
    ['25 %', 4, true],
    ['all', 1, true],
  ])('lets %s of a thousand answers ask for less: %3$s', (_, everyNth, expected) => {
    const share = new MailShare();
    answers(share, 1_000, everyNth);
    expect(share.isThrottling()).toBe(expected);
  });

  it('is not moved by the first few', () => {
    const share = new MailShare();
    answers(share, 39, 1);
    expect(share.isThrottling()).toBe(false);
    answers(share, 1, 1);
    expect(share.isThrottling()).toBe(true);
  });

  it('asks for no less once letters are taken again, however many were refused a moment before', () => {
    const share = new MailShare();
    answers(share, 150, 1);
    for (let taken = 0; taken < 17; taken += 1) share.record(false);
    expect(share.isThrottling()).toBe(false);
    share.record(true);
    expect(share.isThrottling()).toBe(false);
  });

  it('goes on asking for less while nothing is taken', () => {
    const share = new MailShare();
    for (let slowdown = 0; slowdown < 20; slowdown += 1) {
      expect(answers(share, 100, 1)).not.toContain(true);
      expect(share.isThrottling()).toBe(true);
      share.slowed();
    }
  });

  it('gives the pace back, once, where as many are refused at any', () => {
    const share = new MailShare();
    answers(share, 200, 3);
    share.slowed();
    answers(share, 60, 3);
    share.slowed();
    expect(answers(share, 200, 3).filter(Boolean)).toHaveLength(1);
    expect(share.isThrottling()).toBe(false);
  });

  it('does so also where a slow pace gives few answers between two slow-downs', () => {
    const share = new MailShare();
    answers(share, 200, 3);
    const vain: boolean[] = [];
    for (let slowdown = 0; slowdown < 20; slowdown += 1) {
      share.slowed();
      vain.push(...answers(share, 9, 3));
    }
    expect(vain.filter(Boolean)).toHaveLength(1);
  });

  it('goes on asking where a slower pace is refused less', () => {
    const share = new MailShare();
    answers(share, 200, 1);
    share.slowed();
    for (const refusedOfTen of [9, 7, 4]) {
      const vain = Array.from({ length: 60 }, (_, index) => share.record(index % 10 < refusedOfTen));
      expect(vain).not.toContain(true);
      expect(share.isThrottling()).toBe(true);
      share.slowed();
    }
  });

  it('begins anew after a whole window without trouble', () => {
    const share = new MailShare();
    answers(share, 200, 3);
    share.slowed();
    answers(share, 60, 3);
    share.slowed();
    answers(share, 200, 3);
    answers(share, 400, 50);
    answers(share, 200, 3);
    expect(share.isThrottling()).toBe(true);
  });
});
