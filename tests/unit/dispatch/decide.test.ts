import { describe, expect, it } from 'vitest';
import { decide } from '../../../src/dispatch/decide.ts';
import type { Claim } from '../../../src/domain/attempt.ts';
import type { DeliveryResult, Verdict } from '../../../src/domain/delivery-result.ts';
import type { AttemptId, CampaignNo, NoticeId } from '../../../src/domain/ids.ts';

const terms = { retryDelaysMs: [60_000, 300_000], retryRepeatLast: false, retryForMs: 3_600_000 };
const claim: Claim = {
  attemptId: 1 as AttemptId,
  campaignNo: 1 as CampaignNo,
  noticeId: 2 as NoticeId,
  attemptCount: 1,
  chargedCount: 0,
  roundAgeMs: 0,
};
const address = 'jane.roe@example.com';
const replied = (code: number, text: string): DeliveryResult => ({
  kind: 'replied',
  stage: 'rcpt',
  reply: { code, enhanced: null, text },
});
const lost = (mayHaveGone: boolean): DeliveryResult => ({
  kind: 'lost',
  stage: mayHaveGone ? 'after-body' : 'rcpt',
  loss: 'reset',
  mayHaveGone,
});
const settle = (result: DeliveryResult, verdict: Verdict, change: Partial<Claim> = {}) =>
  decide({ claim: { ...claim, ...change }, result, verdict, address }, terms, 0);

describe('decide', () => {
  it('accepts', () => {
    expect(settle(replied(250, '250 ok'), { kind: 'accepted', rule: 'accepted' })).toMatchObject({
      outcome: 'accepted',
      state: 'accepted',
      reason: null,
      charged: true,
    });
  });

  it('defers a temporary refusal by the schedule and charges it', () => {
    expect(settle(replied(451, '451 later'), { kind: 'deferred', rule: 'r', charged: true })).toMatchObject({
      outcome: 'deferred',
      state: 'deferred',
      retryAfterMs: 60_000,
      charged: true,
    });
  });

  it('goes by the charged tries, so that tries at a broken relay shorten nobody’s schedule', () => {
    const settlement = settle(
      replied(451, '451 later'),
      { kind: 'deferred', rule: 'r', charged: true },
      { attemptCount: 9, chargedCount: 1 },
    );
    expect(settlement.retryAfterMs).toBe(300_000);
  });

  it('fails when the schedule is spent, and says so', () => {
    expect(
      settle(replied(451, '451 later'), { kind: 'deferred', rule: 'r', charged: true }, { chargedCount: 2 }),
    ).toMatchObject({ state: 'failed', reason: 'attempts-spent' });
  });

  it('fails when the time is spent, and says so', () => {
    expect(
      settle(replied(451, '451 later'), { kind: 'deferred', rule: 'r', charged: true }, { roundAgeMs: 3_600_000 }),
    ).toMatchObject({ state: 'failed', reason: 'time-spent' });
  });

  it('does not charge a connection that was lost before the body, however often', () => {
    expect(settle(lost(false), { kind: 'deferred', rule: 'r', charged: false }, { attemptCount: 50 })).toMatchObject({
      state: 'deferred',
      charged: false,
      retryAfterMs: 300_000,
    });
  });

  it('moves nothing along the schedule for a session that ended before the body', () => {
    expect(
      settle(lost(false), { kind: 'deferred', rule: 'lost-before-body', charged: false }, { attemptCount: 50 }),
    ).toMatchObject({ state: 'deferred', charged: false, retryAfterMs: 60_000 });
    expect(settle(lost(false), { kind: 'session-ended', rule: 'session-ended' })).toMatchObject({
      outcome: 'deferred',
      state: 'deferred',
      charged: false,
      retryAfterMs: 0,
    });
  });

  it('keeps a notice unconfirmed when the relay drops after the body', () => {
    expect(settle(lost(true), { kind: 'unconfirmed', rule: 'r' })).toMatchObject({
      outcome: 'unconfirmed',
      state: 'unconfirmed',
      reason: 'no-reply-reset',
    });
  });

  it('gives a notice back, uncharged, when the relay is at fault', () => {
    expect(settle(replied(530, '530 auth'), { kind: 'hold', rule: 'r', reason: 'relay-auth' })).toMatchObject({
      outcome: 'relay-fault',
      state: 'pending',
      charged: false,
    });
  });

  it('gives a notice back, uncharged, when the relay wants it slower', () => {
    expect(settle(replied(421, '421 slow'), { kind: 'throttled', rule: 'r', scope: 'relay' })).toMatchObject({
      outcome: 'throttled',
      state: 'pending',
      charged: false,
    });
  });

  it('lets only the letters of a domain wait that wants it slower', () => {
    expect(settle(replied(421, '421 slow'), { kind: 'throttled', rule: 'r', scope: 'domain' })).toMatchObject({
      outcome: 'throttled',
      state: 'deferred',
      charged: false,
    });
  });

  it('scrubs the recipient out of the reply that is kept in the open', () => {
    const settlement = settle(replied(550, '550 5.1.1 <Jane.Roe@example.com>: no such user jane.roe'), {
      kind: 'refused',
      rule: 'r',
      reason: 'unknown-mailbox',
    });
    expect(settlement.replyScrubbed).not.toMatch(/jane|roe/i);
    expect(settlement.reply).toContain('Jane.Roe@example.com');
  });

  it('tries a letter that the relay did not want just then at once, then soon, then by the schedule, and charges nobody', () => {
    const notNow: Verdict = { kind: 'deferred', rule: 'mail-not-now', charged: false };
    const after = (attemptCount: number) => {
      const { state, retryAfterMs, charged, outcome } = settle(replied(451, '451 not now'), notNow, { attemptCount });
      expect({ charged, outcome }).toEqual({ charged: false, outcome: 'deferred' });
      return state === 'pending' ? 0 : retryAfterMs;
    };
    expect([1, 2, 3, 7, 8, 9, 20].map(after)).toEqual([0, 1_000, 2_000, 32_000, 60_000, 300_000, 300_000]);
  });

  it('leaves a relay that looks our sender up its time', () => {
    const looksUp: DeliveryResult = {
      kind: 'replied',
      stage: 'mail',
      reply: { code: 450, enhanced: '4.1.8', text: '450 4.1.8 later' },
    };
    expect(settle(looksUp, { kind: 'deferred', rule: 'mail-not-now', charged: false })).toMatchObject({
      state: 'deferred',
      retryAfterMs: 60_000,
      charged: false,
    });
  });
});
