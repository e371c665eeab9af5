// Two hands of one process that ask for the same notice, as they do when the queue hands out a slice twice.
import { describe, expect, it } from 'vitest';
import { createClaimDesk, type ClaimDesk } from '../../../src/dispatch/claim-desk.ts';
import type { WorkerLedger } from '../../../src/dispatch/ports.ts';
import type { Claim } from '../../../src/domain/attempt.ts';
import { CandorError } from '../../../src/domain/errors.ts';
import type { AttemptId, LeaseId, NoticeId, SliceId } from '../../../src/domain/ids.ts';

const lease = 1 as LeaseId;
const wanted = (noticeId: number, slice = 'a-slice'): { noticeId: NoticeId; sliceId: SliceId } => ({ noticeId: noticeId as NoticeId, sliceId: slice as SliceId });
const away = new CandorError('ledger-unreachable', {});

/** A ledger that opens one attempt for each notice of a commit, as the statement does; `answers` false: the commit stands, its answer is lost. */
function deskOver(commit: { answers: boolean }): { desk: ClaimDesk; givenBack: NoticeId[] } {
  const givenBack: NoticeId[] = [];
  const ledger: Pick<WorkerLedger, 'claim' | 'giveBackClaims'> = {
    claim: (_, requests) => {
      if (!commit.answers) return Promise.reject(away);
      const ids = [...new Set(requests.map(({ noticeId }) => noticeId))];
      return Promise.resolve(ids.map((noticeId): Claim => ({ attemptId: Number(noticeId) as AttemptId, noticeId, attemptCount: 1, chargedCount: 0, roundAgeMs: 0 })));
    },
    giveBackClaims: (_, ids) => {
      givenBack.push(...ids);
      return Promise.resolve();
    },
  };
  return { desk: createClaimDesk(ledger, (work) => work()), givenBack };
}

describe('the desk where claims are handed out', () => {
  it('hands the one claim of a commit to one of the hands that asked for it', async () => {
    const { desk } = deskOver({ answers: true });
    const answers = await Promise.all([desk.claim(lease, wanted(1)), desk.claim(lease, wanted(1)), desk.claim(lease, wanted(2)), desk.claim(lease, wanted(1, 'another-slice'))]);
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
