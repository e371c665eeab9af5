// What the relay's answers mean for its pace: which of them ask for less, and whether less has helped.
import {
  mailAnswer,
  mailShareRule,
  temporaryAnswer,
  temporaryShareRule,
  type ClassifyContext,
} from '../domain/classify.ts';
import type { DeliveryResult, Verdict } from '../domain/delivery-result.ts';
import { MailShare } from '../domain/mail-share.ts';
import { TemporaryShare } from '../domain/temporary-share.ts';
import type { Throttle } from './throttle.ts';

export interface Slowing {
  readonly shares: Pick<ClassifyContext, 'temporaryShare' | 'mailShare'>;
  /** Before the verdict on it. */
  answered(result: DeliveryResult, domain: string): Promise<void>;
  judged(result: DeliveryResult, verdict: Verdict): Promise<void>;
}

export function createSlowing(throttle: Pick<Throttle, 'answered' | 'slowDown' | 'lift'>): Slowing {
  const temporaryShare = new TemporaryShare();
  const mailShare = new MailShare();
  return {
    shares: { temporaryShare, mailShare },
    async answered(result, domain) {
      const mail = mailAnswer(result);
      if (mail !== null && mailShare.record(mail)) await throttle.lift(mailShareRule);
      const temporary = temporaryAnswer(result);
      if (temporary !== null && temporaryShare.record(domain, temporary)) await throttle.lift(temporaryShareRule);
    },
    async judged(result, verdict) {
      const temporary = temporaryAnswer(result);
      // A relay that puts many recipients off still deals with them: measured by acceptances alone, one that
      // greylists everybody would look as if it stood still.
      if (temporary !== null && (temporary || verdict.kind !== 'throttled')) throttle.answered();
      if (verdict.kind !== 'throttled' || verdict.scope !== 'relay') return;
      const lowered = await throttle.slowDown(verdict.rule);
      if (lowered && verdict.rule === temporaryShareRule) temporaryShare.slowed();
      if (lowered && verdict.rule === mailShareRule) mailShare.slowed();
    },
  };
}
