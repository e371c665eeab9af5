import { expect, it } from 'vitest';
import type { CampaignTerms } from '../../../src/dispatch/ports.ts';
import { createWarmLetters } from '../../../src/dispatch/warm-letters.ts';
import type { NoticeContent } from '../../../src/domain/attempt.ts';
import type { CampaignNo, NoticeId } from '../../../src/domain/ids.ts';

function notice(nth: number, changes: Partial<NoticeContent> = {}): NoticeContent {
  return {
    noticeId: nth as NoticeId,
    campaignNo: 1 as CampaignNo,
    audience: 'affected',
    locale: 'en',
    categories: 0,
    address: `p${nth}@example.com`,
    name: null,
    token: `t${nth}`,
    ...changes,
  };
}

function warm(compose: (notice: NoticeContent) => readonly Buffer[]): ReturnType<typeof createWarmLetters> {
  const terms: CampaignTerms = {
    retryDelaysMs: [],
    retryRepeatLast: false,
    retryForMs: 0,
    compose,
    envelopeFrom: () => 'n@example.com',
  };
  return createWarmLetters(
    () => Promise.resolve(terms),
    () => new Date(),
  );
}

it('makes one letter of each kind of the first slice, and none for the next slices', async () => {
  const made: number[] = [];
  const letters = warm(({ noticeId }) => {
    made.push(Number(noticeId));
    return [];
  });
  const slice = [
    notice(1),
    notice(2),
    notice(3, { locale: 'id' }),
    notice(4, { categories: 5 }),
    notice(5, { audience: 'unaffected' }),
    notice(6, { locale: 'id' }),
  ];
  await Promise.all([letters.readyFor(slice), letters.readyFor([notice(7, { locale: 'es' })])]);
  expect(made).toHaveLength(4);
  await letters.readyFor([notice(8, { campaignNo: 2 as CampaignNo })]);
  expect(made).toHaveLength(5);
});

it('leaves a letter that cannot be made to whoever carries its notice', async () => {
  const letters = warm(() => {
    throw new Error('no such letter');
  });
  await letters.readyFor([notice(1)]);
  await letters.readyFor([]);
});
