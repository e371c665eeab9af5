// What a verdict means for the notice: pure, so that every line of it stands in a table test.
import type { Claim, Settlement } from '../domain/attempt.ts';
import { lostBeforeBody, mailNotNow, putsSenderOff } from '../domain/classify.ts';
import type { DeliveryResult, Verdict } from '../domain/delivery-result.ts';
import { retryAfterMs, type RetryTerms } from '../domain/retry.ts';
import { scrubReply } from '../domain/scrub.ts';

/** An attempt and what the relay made of it. */
interface Judged {
  readonly claim: Claim;
  readonly result: DeliveryResult;
  readonly verdict: Verdict;
  /** The recipient's, so that the scrubber knows what must not survive. */
  readonly address: string;
}

/** The settlement of one attempt. */
export function decide(attempt: Judged, terms: RetryTerms, chance: number): Settlement {
  const { claim, result, verdict } = attempt;
  switch (verdict.kind) {
    case 'accepted':
      return settlementOf(attempt, 'accepted', 'accepted', { charged: true });
    case 'refused':
      return settlementOf(attempt, 'refused', 'refused', { reason: verdict.reason, charged: true });
    case 'unconfirmed':
      return settlementOf(attempt, 'unconfirmed', 'unconfirmed', {
        reason: result.kind === 'lost' ? `no-reply-${result.loss}` : 'no-reply',
        charged: true,
      });
    case 'throttled':
      // The relay: it waits with all others for the slower pace. One domain: only its letters wait.
      return verdict.scope === 'relay'
        ? settlementOf(attempt, 'throttled', 'pending', {})
        : again(attempt, 'throttled', terms, claim.attemptCount, chance, false);
    case 'session-ended':
      return settlementOf(attempt, 'deferred', 'deferred', { retryAfterMs: 0 });
    case 'hold':
      return settlementOf(attempt, 'relay-fault', 'pending', {});
    case 'deferred':
      if (isTriedSoon(attempt)) return soon(attempt, terms, chance);
      return verdict.charged
        ? again(attempt, 'deferred', terms, claim.chargedCount + 1, chance, true)
        : // Not charged, so only the clock can end it: the last wait of the schedule repeats.
          // What ends sessions is not the recipient's, and moves nothing along the schedule.
          again(
            attempt,
            'deferred',
            { ...terms, retryRepeatLast: true },
            verdict.rule === lostBeforeBody ? 1 : claim.attemptCount,
            chance,
            false,
          );
  }
}

/** A relay that looks our sender up needs its time for it. */
function isTriedSoon({ result, verdict }: Judged): boolean {
  return verdict.rule === mailNotNow && !(result.kind === 'replied' && putsSenderOff(verdict.rule, result.reply));
}

/** Waits before the next tries of a letter that the relay did not want just then; none before the second. Then the schedule. */
const soonMs = [0, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000] as const;

function soon(attempt: Judged, terms: RetryTerms, chance: number): Settlement {
  const { attemptCount } = attempt.claim;
  if (attemptCount === 1) return settlementOf(attempt, 'deferred', 'pending', {});
  const first = { retryDelaysMs: soonMs, retryRepeatLast: false, retryForMs: terms.retryForMs };
  return attemptCount <= soonMs.length
    ? again(attempt, 'deferred', first, attemptCount, chance, false)
    : again(attempt, 'deferred', { ...terms, retryRepeatLast: true }, attemptCount - soonMs.length, chance, false);
}

function again(
  attempt: Judged,
  outcome: 'deferred' | 'throttled',
  terms: RetryTerms,
  tries: number,
  chance: number,
  charged: boolean,
): Settlement {
  const wait = retryAfterMs(terms, tries, attempt.claim.roundAgeMs, chance);
  if (wait !== null) return settlementOf(attempt, outcome, 'deferred', { retryAfterMs: wait, charged });
  const timeSpent = retryAfterMs(terms, tries, 0, chance) !== null;
  return settlementOf(attempt, 'failed', 'failed', { reason: timeSpent ? 'time-spent' : 'attempts-spent', charged });
}

/** One literal: spreading half of it into the other took 8 of 15 us (2 busy cores, 2026-11). */
function settlementOf(
  { claim, result, verdict, address }: Judged,
  outcome: Settlement['outcome'],
  state: Settlement['state'],
  {
    reason = null,
    retryAfterMs: after = null,
    charged = false,
  }: Partial<Pick<Settlement, 'reason' | 'retryAfterMs' | 'charged'>>,
): Settlement {
  const reply = result.kind === 'replied' ? result.reply : null;
  return {
    attemptId: claim.attemptId,
    campaignNo: claim.campaignNo,
    noticeId: claim.noticeId,
    outcome,
    state,
    reason,
    retryAfterMs: after,
    charged,
    stage: result.kind === 'unsupported' ? 'mail' : result.stage,
    rule: verdict.rule,
    replyCode: reply?.code ?? null,
    enhancedCode: reply?.enhanced ?? null,
    reply: reply?.text ?? null,
    replyScrubbed: reply === null ? null : scrubReply(reply.text, address),
  };
}

/** The settlement of a letter that could not be rendered: nothing was written to the relay. */
export function unrenderable(claim: Claim): Settlement {
  return {
    attemptId: claim.attemptId,
    campaignNo: claim.campaignNo,
    noticeId: claim.noticeId,
    outcome: 'failed',
    state: 'failed',
    reason: 'letter-unrenderable',
    retryAfterMs: null,
    charged: false,
    stage: 'mail',
    rule: 'letter-unrenderable',
    replyCode: null,
    enhancedCode: null,
    reply: null,
    replyScrubbed: null,
  };
}
