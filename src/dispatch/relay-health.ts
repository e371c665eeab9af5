// What one worker knows of its relay: in use, out of reach, or held.
//
// A relay that could not be used costs nobody an attempt: nothing was claimed. Short outages are waited for and marked
// in the ledger; a long one, and one that no waiting mends, holds every campaign of the relay.
import { classifyConnectFailure } from '../domain/classify.ts';
import type { ConnectFailure } from '../domain/delivery-result.ts';
import { describeFailure } from '../domain/describe-failure.ts';
import { isUnreachable } from '../domain/errors.ts';
import type { Logger } from '../runtime/logger.ts';
import type { WorkerLedger } from './ports.ts';
import type { Throttle } from './throttle.ts';

/** How long the relay may be out of reach before the campaigns are held. */
export const unreachableGraceMs = 30_000;

export interface RelayHealth {
  /** Records that the relay could not be used, and says what became of it. Never throws for a ledger that is away. */
  failed(failure: ConnectFailure): Promise<'waiting' | 'held'>;
  /** Records that a connection stands. */
  reached(): Promise<void>;
  /** True once after a hold of this worker: a person has mended the relay and resumed. */
  wasHeld(): boolean;
}

export interface RelayHealthParts {
  readonly ledger: Pick<WorkerLedger, 'holdRelay' | 'markUnreachable'>;
  readonly throttle: Pick<Throttle, 'slowDown'>;
  readonly logger: Logger;
}

export function createRelayHealth({ ledger, throttle, logger }: RelayHealthParts): RelayHealth {
  let unreachable = false;
  let held = false;
  return {
    async failed(failure) {
      const decision = classifyConnectFailure(failure);
      const cause = { rule: decision.rule, atRecipient: false };
      logger.warn(
        { stage: failure.stage, rule: decision.rule, reply: failure.reply?.code, why: describeFailure(failure) },
        'the relay could not be used',
      );
      try {
        if (decision.kind === 'hold') {
          held = true;
          await ledger.holdRelay(decision.reason, describeFailure(failure), cause);
          return 'held';
        }
        if (decision.kind === 'throttled') await throttle.slowDown(decision.rule);
        unreachable = true;
        const unreachableForMs = await ledger.markUnreachable(true);
        if (unreachableForMs > unreachableGraceMs)
          await ledger.holdRelay('relay-unreachable', describeFailure(failure), cause);
      } catch (error) {
        if (!isUnreachable(error)) throw error;
      }
      return 'waiting';
    },
    async reached() {
      if (!unreachable) return;
      unreachable = false;
      await ledger.markUnreachable(false);
    },
    wasHeld() {
      const before = held;
      held = false;
      return before;
    },
  };
}
