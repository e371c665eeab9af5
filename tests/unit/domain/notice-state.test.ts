import { describe, expect, it } from 'vitest';
import { campaignMayGo, campaignStates, campaignTransitions } from '../../../src/domain/campaign-state.ts';
import {
  noCounts,
  noticeMayGo,
  noticeStates,
  noticeStateRows,
  openNoticeStates,
  sumCounts,
} from '../../../src/domain/notice-state.ts';

describe('the law of a notice', () => {
  it('lets nothing leave accepted', () => {
    expect(noticeStateRows.accepted.leavesTo).toEqual([]);
  });

  it('leads to accepted only from sending', () => {
    expect(noticeStates.filter((from) => noticeMayGo(from, 'accepted'))).toEqual(['sending']);
  });

  it('opens an attempt only for a queued notice', () => {
    expect(noticeStates.filter((from) => noticeMayGo(from, 'sending'))).toEqual(['queued']);
  });

  it('names a way out of every open state, so that a campaign can end', () => {
    for (const state of openNoticeStates) expect(noticeStateRows[state].leavesTo.length).toBeGreaterThan(0);
  });

  it('lets no state follow itself', () => {
    for (const state of noticeStates) expect(noticeMayGo(state, state)).toBe(false);
  });
});

describe('the law of a campaign', () => {
  it('lets nothing leave cancelled', () => {
    expect(campaignTransitions.cancelled).toEqual([]);
  });

  it('starts sending only from ready, paused, held and finished', () => {
    expect(campaignStates.filter((from) => campaignMayGo(from, 'running'))).toEqual([
      'ready',
      'paused',
      'held',
      'finished',
    ]);
  });
});

describe('counts', () => {
  it('sum over every state', () => {
    const counts = noCounts();
    noticeStates.forEach((state, index) => (counts[state] = index + 1));
    expect(sumCounts(counts)).toBe((noticeStates.length * (noticeStates.length + 1)) / 2);
  });
});
