import { describe, expect, it } from 'vitest';
import { turnSpareMs, turnTimes, type DomainTurn } from '../../../src/domain/domain-turn.ts';
import { allowedLatenessMs, usedShare } from '../../../src/domain/pace.ts';

const gap = (perSecond: number): number => 1000 / (perSecond * usedShare);
const turn: DomainTurn = {
  count: 1,
  askedAtMs: 0,
  relayInMs: 100,
  relayGapMs: gap(100),
  domainInMs: 90,
  domainGapMs: gap(20),
};

describe('turnTimes', () => {
  it('lets a letter leave at the relay’s slot, as late as both slots allow', () => {
    const { slots } = turnTimes(turn, { latestMs: 250, spareMs: turnSpareMs(20) });
    expect(slots).toMatchObject([
      { at: 100, until: Math.min(100 + allowedLatenessMs(gap(100)), 90 + allowedLatenessMs(gap(20))) },
    ]);
  });

  it('asks again when the relay’s slots have reached the domain’s next one', () => {
    const { nextInMs } = turnTimes(turn, { latestMs: 250, spareMs: turnSpareMs(20) });
    expect(nextInMs).toBeCloseTo(90 + gap(20) - (100 + gap(100)), 6);
  });

  it('knows no notice waiting from no slot in sight', () => {
    const terms = { latestMs: 250, spareMs: turnSpareMs(20) };
    expect(turnTimes({ ...turn, count: 0 }, terms).nextInMs).toBeNull();
    expect(turnTimes({ ...turn, count: 0, domainInMs: 130 }, terms).nextInMs).toBeCloseTo(30, 6);
    expect(turnTimes({ ...turn, count: 0, relayInMs: 300 }, terms).nextInMs).toBeCloseTo(50, 6);
    expect(turnTimes({ ...turn, count: 0, domainGapMs: null }, terms).nextInMs).toBeNull();
  });

  it('keeps to the domain’s own slots where the relay has no limit', () => {
    const { slots } = turnTimes(
      { ...turn, count: 2, relayInMs: 20, relayGapMs: null, domainInMs: 10 },
      { latestMs: 250, spareMs: turnSpareMs(20) },
    );
    expect(slots.map(({ at }) => at)).toEqual([20, 10 + gap(20)]);
  });
});

describe('turnSpareMs', () => {
  it.each([0.5, 4, 20, 100, 500])('leaves a letter at %s/s some time after the relay’s slot', (perSecond) => {
    const late = allowedLatenessMs(gap(perSecond));
    expect(turnSpareMs(perSecond)).toBeLessThan(late);
    expect(turnSpareMs(perSecond)).toBeGreaterThanOrEqual(late / 2);
  });
});
