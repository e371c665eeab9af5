// Two hands of one process that ask for the same notice, as they do when the queue hands out a slice twice.
import { describe, expect, it } from 'vitest';
import { createClaimDesk, type ClaimDesk } from '../../../src/dispatch/claim-desk.ts';
import type { WorkerLedger } from '../../../src/dispatch/ports.ts';
import type { Claim, ClaimRequest } from '../../../src/domain/attempt.ts';
import { CandorError } from '../../../src/domain/errors.ts';
import type { AttemptId, CampaignNo, LeaseId, NoticeId, SliceId } from '../../../src/domain/ids.ts';

const lease = 1 as LeaseId;
const wanted = (noticeId: number, slice = 'a-slice'): ClaimRequest => ({
  campaignNo: 1 as CampaignNo,
  noticeId: noticeId as NoticeId,
  sliceId: slice as SliceId,
});
const away = new CandorError('ledger-unreachable', {});

/** A ledger that opens one attempt for each notice of a commit, as the statement does; `answers` false: the commit stands, its answer is lost; `once`: a notice is claimed once, as in the real one. */
function deskOver(
  commit: { answers: boolean; once?: boolean },
  ahead = 0,
): { desk: ClaimDesk; givenBack: NoticeId[]; commits: NoticeId[][]; wait: (ms: number) => void } {
  const givenBack: NoticeId[] = [];
  const commits: NoticeId[][] = [];
  let nowMs = 0;
  const ledger: Pick<WorkerLedger, 'claim' | 'giveBackClaims'> = {
    claim: (_, requests) => {
      if (!commit.answers) return Promise.reject(away);
      const ids = [...new Set(requests.map(({ noticeId }) => noticeId))].filter(
        (id) => !(commit.once === true && commits.flat().includes(id)),
      );
      commits.push(ids);
      return Promise.resolve(
        ids.map((noticeId): Claim => ({
          attemptId: Number(noticeId) as AttemptId,
          campaignNo: 1 as CampaignNo,
          noticeId,
          attemptCount: 1,
          chargedCount: 0,
          roundAgeMs: 0,
        })),
      );
    },
    giveBackClaims: (_, ids) => {
      givenBack.push(...ids);
      return Promise.resolve();
    },
  };
  return {
    desk: createClaimDesk({
      ledger,
      untilReachable: (work) => work(),
      clock: { monotonicMs: () => nowMs },
      ahead: () => ahead,
    }),
    givenBack,
    commits,
    wait: (ms) => (nowMs += ms),
  };
}

describe('the desk where claims are handed out', () => {
  it('hands the one claim of a commit to one of the hands that asked for it', async () => {
    const { desk } = deskOver({ answers: true });
    const answers = await Promise.all([
      desk.claim(lease, wanted(1)),
      desk.claim(lease, wanted(1)),
      desk.claim(lease, wanted(2)),
      desk.claim(lease, wanted(1, 'another-slice')),
    ]);
    expect(answers.map((claim) => claim?.attemptId ?? null)).toEqual([1, null, 2, null]);
  });

  it('gives back what may have been opened when the answer is lost', async () => {
    const { desk, givenBack } = deskOver({ answers: false });
    expect(await desk.claim(lease, wanted(1))).toBeNull();
    expect(givenBack).toEqual([1]);
  });

  it('does not give back what another hand has on the wire', async () => {
    const commit = { answers: true };
    const { desk, givenBack } = deskOver(commit);
    const held = await desk.claim(lease, wanted(1));
    commit.answers = false;
    expect(await desk.claim(lease, wanted(1))).toBeNull();
    expect(givenBack).toEqual([]);

    if (held !== null) desk.done(held);
    expect(await desk.claim(lease, wanted(1))).toBeNull();
    expect(givenBack).toEqual([1]);
  });

  it('lets a claim be given back by the hand that has it', async () => {
    const { desk, givenBack } = deskOver({ answers: true });
    const claim = await desk.claim(lease, wanted(1));
    if (claim !== null) await desk.giveBack(lease, claim);
    expect(givenBack).toEqual([1]);
  });
});

describe('claims ahead', () => {
  const slice = Array.from({ length: 20 }, (_, index) => wanted(index + 1));

  it('come with the first that is asked for, in the announced order, and are handed out without another commit', async () => {
    const { desk, commits } = deskOver({ answers: true }, 4);
    desk.announce(slice);
    expect((await desk.claim(lease, wanted(1)))?.noticeId).toBe(1);
    expect(commits).toEqual([[1, 2, 3, 4, 5]]);
    expect([desk.has(2 as NoticeId), desk.has(6 as NoticeId)]).toEqual([true, false]);
    for (const id of [2, 3]) expect((await desk.claim(lease, wanted(id)))?.noticeId).toBe(id);
    expect(commits).toHaveLength(1);
    // A quarter is left: the next commit fills up.
    await desk.claim(lease, wanted(4));
    await expect.poll(() => commits.slice(1)).toEqual([[6, 7, 8]]);
  });

  it('are given back when nobody will ask for them, and only those', async () => {
    const { desk, givenBack } = deskOver({ answers: true }, 4);
    desk.announce(slice);
    await desk.claim(lease, wanted(1));
    await desk.claim(lease, wanted(2));
    await desk.withdraw(slice);
    expect(givenBack).toEqual([3, 4, 5]);
  });

  it('are given back instead of handed out when they have lain for too long, as for a pause', async () => {
    const { desk, givenBack, wait } = deskOver({ answers: true }, 2);
    desk.announce(slice);
    await desk.claim(lease, wanted(1));
    wait(400);
    expect(await desk.claim(lease, wanted(2))).toBeNull();
    expect(givenBack).toEqual([2]);
  });

  it('are given back instead of handed out when the relay has turned against us, and later ones are not', async () => {
    const { desk, givenBack, wait } = deskOver({ answers: true }, 4);
    desk.announce(slice);
    await desk.claim(lease, wanted(1));
    desk.expire();
    for (const id of [2, 3, 4, 5]) expect(await desk.claim(lease, wanted(id))).toBeNull();
    expect(givenBack).toEqual([2, 3, 4, 5]);
    wait(1);
    expect((await desk.claim(lease, wanted(15)))?.noticeId).toBe(15);
  });

  it('are given back under the lease that they were made under', async () => {
    const { desk, givenBack } = deskOver({ answers: true }, 2);
    desk.announce(slice);
    await desk.claim(lease, wanted(1));
    expect(await desk.claim(2 as LeaseId, wanted(2))).toBeNull();
    expect(givenBack).toEqual([2]);
  });

  it('whose answer was lost are none', async () => {
    const { desk, givenBack } = deskOver({ answers: false }, 2);
    desk.announce(slice);
    expect(await desk.claim(lease, wanted(1))).toBeNull();
    expect(await desk.claim(lease, wanted(2))).toBeNull();
    expect(givenBack).toEqual(expect.arrayContaining([1, 2, 3]));
    await desk.withdraw(slice);
  });

  it('go to one hand when a slice was handed out twice', async () => {
    const { desk, commits } = deskOver({ answers: true, once: true }, 3);
    desk.announce(slice);
    desk.announce(slice);
    await desk.claim(lease, wanted(1));
    const answers = await Promise.all([desk.claim(lease, wanted(2)), desk.claim(lease, wanted(2))]);
    expect(answers.filter((claim) => claim !== null)).toHaveLength(1);
    expect(commits[0]).toEqual([1, 2, 3, 4]);
  });
});
