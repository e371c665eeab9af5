// When this process learns of a domain's limit. How turns are taken is judged by the relay: tests/scenarios/promise-07-limits-of-domains.test.ts.
import { expect, it } from 'vitest';
import { createDomainTurns } from '../../../src/dispatch/domain-turns.ts';
import type { NoticeContent } from '../../../src/domain/attempt.ts';
import type { DomainPace } from '../../../src/domain/domain-turn.ts';
import type { CampaignNo, NoticeId, SliceId } from '../../../src/domain/ids.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import { silentLogger } from '../../../src/runtime/logger.ts';

const noticeTo = (address: string, noticeId: number): NoticeContent => ({
  noticeId: noticeId as NoticeId,
  campaignNo: 1 as CampaignNo,
  audience: 'affected',
  locale: 'en',
  categories: 0,
  address,
  name: null,
  token: `n${noticeId}`,
});
const limit: DomainPace = { domain: 'mail.example', perSecond: 8, domainNo: 1, key: 'mail.example', waiting: false };

/** A ledger that knows the limits that stand when it is asked; what it answers to a turn is that nobody waits. */
function turnsOver(answer: () => Promise<DomainPace[]>): {
  turns: ReturnType<typeof createDomainTurns>;
  aside: NoticeId[];
} {
  const aside: NoticeId[] = [];
  const ledger = {
    readDomains: answer,
    domainKey: (domain: string) => domain,
    takeDomainTurn: () =>
      Promise.resolve({
        count: 0,
        askedAtMs: Date.now(),
        relayInMs: 0,
        relayGapMs: null,
        domainInMs: 0,
        domainGapMs: 125,
      }),
    readSlice: () => Promise.resolve([]),
    setAside: (_: SliceId, notices: readonly { noticeId: NoticeId }[]) => {
      aside.push(...notices.map(({ noticeId }) => noticeId));
      return Promise.resolve();
    },
  };
  const turns = createDomainTurns(
    {
      ledger,
      clock: systemClock,
      logger: silentLogger,
      newSliceId: () => 'a-slice' as SliceId,
      leadMs: () => 0,
      most: () => 1,
    },
    () => Promise.resolve(true),
  );
  return { turns, aside };
}

it('knows the limits that a campaign brought, from its first slice on', async () => {
  let standing: DomainPace[] = [];
  const { turns, aside } = turnsOver(() => Promise.resolve(standing));
  expect(await turns.setAside('before' as SliceId, [noticeTo('a@mail.example', 1)])).toHaveLength(1);

  standing = [limit];
  const left = await turns.setAside('after' as SliceId, [noticeTo('b@mail.example', 2), noticeTo('c@example.com', 3)]);

  expect(left.map(({ noticeId }) => noticeId)).toEqual([3]);
  expect(aside).toEqual([2]);
  await turns.stop();
});

it('does not go back to what an earlier question is answered with later', async () => {
  let answerLate: (paces: DomainPace[]) => void = () => undefined;
  let asked = 0;
  const { turns } = turnsOver(() => {
    asked += 1;
    return asked === 1 ? new Promise((resolve) => (answerLate = resolve)) : Promise.resolve([limit]);
  });
  const notice = noticeTo('b@mail.example', 2);
  await turns.setAside('a-slice' as SliceId, [notice]);

  answerLate([]);
  await new Promise((resolve) => setImmediate(resolve));

  expect(turns.limits(notice)).toBe(true);
  await turns.stop();
});
