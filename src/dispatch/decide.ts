// What a verdict means for the notice: pure, so that every line of it stands in a table test.
import type { Claim, Settlement } from '../domain/attempt.ts';
import type { DeliveryResult, Verdict } from '../domain/delivery-result.ts';
import { retryAfterMs, type RetryTerms } from '../domain/retry.ts';
import { scrubReply } from '../domain/scrub.ts';

/** The settlement of one attempt. `address` is the recipient's, so that the scrubber knows what must not survive. */
export function decide(
  attempt: { claim: Claim; result: DeliveryResult; verdict: Verdict; address: string },
  terms: RetryTerms,
  chance: number,
): Settlement {
  const { claim, result, verdict } = attempt;
  const reply = result.kind === 'replied' ? result.reply : null;
  const base = {
    attemptId: claim.attemptId,
    noticeId: claim.noticeId,
    reason: null,
    retryAfterMs: null,
    charged: false,
    stage: result.kind === 'unsupported' ? 'mail' : result.stage,
    rule: verdict.rule,
    replyCode: reply?.code ?? null,
    enhancedCode: reply?.enhanced ?? null,
    reply: reply?.text ?? null,
    replyScrubbed: reply === null ? null : scrubReply(reply.text, attempt.address),
  } as const;
  switch (verdict.kind) {
    case 'accepted':
      return { ...base, outcome: 'accepted', state: 'accepted', charged: true };
    case 'refused':
      return { ...base, outcome: 'refused', state: 'refused', reason: verdict.reason, charged: true };
    case 'unconfirmed':
      return { ...base, outcome: 'unconfirmed', state: 'unconfirmed', reason: result.kind === 'lost' ? `no-reply-${result.loss}` : 'no-reply', charged: true };
    case 'throttled':
      // The relay: it waits with all others for the slower pace. One domain: only its letters wait.
      return verdict.scope === 'relay'
        ? { ...base, outcome: 'throttled', state: 'pending' }
        : again(base, 'throttled', terms, claim.attemptCount, claim.roundAgeMs, chance);
    case 'hold':
      return { ...base, outcome: 'relay-fault', state: 'pending' };
    case 'deferred':
      return verdict.charged
        ? { ...again(base, 'deferred', terms, claim.chargedCount + 1, claim.roundAgeMs, chance), charged: true }
        : // Not charged, so only the clock can end it: the last wait of the schedule repeats.
          again(base, 'deferred', { ...terms, retryRepeatLast: true }, claim.attemptCount, claim.roundAgeMs, chance);
  }
}

function again(
  base: Omit<Settlement, 'outcome' | 'state'>,
  outcome: 'deferred' | 'throttled',
  terms: RetryTerms,
  tries: number,
  roundAgeMs: number,
  chance: number,
): Settlement {
  const wait = retryAfterMs(terms, tries, roundAgeMs, chance);
  if (wait !== null) return { ...base, outcome, state: 'deferred', retryAfterMs: wait };
  const timeSpent = retryAfterMs(terms, tries, 0, chance) !== null;
  return { ...base, outcome: 'failed', state: 'failed', reason: timeSpent ? 'time-spent' : 'attempts-spent' };
}

/** The settlement of a letter that could not be rendered: nothing was written to the relay. */
export function unrenderable(claim: Claim): Settlement {
  return {
    attemptId: claim.attemptId,
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
