// Slows the relay's rate when the relay asks for it, and lets it climb back. The arithmetic is in
// domain/pace.ts, the state in the ledger's row of the relay, so all workers slow down together.
import { isUnreachable } from '../domain/errors.ts';
import { climbBack, slowDown, type Pace } from '../domain/pace.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Logger } from '../runtime/logger.ts';
import type { PaceLedger } from './ports.ts';

export interface Throttle {
  /** Counts one answer to a recipient or a letter that was not itself a request for less, for the measured rate. */
  answered(): void;
  /** The relay asked for less; answers whether its pace was lowered. Never throws because the ledger is away. */
  slowDown(rule: string): Promise<boolean>;
  /** Takes back what this rule had slowed down. */
  lift(rule: string): Promise<void>;
  stop(): void;
}

/** Over how long the rate is measured; at least, when the first answer has just come. */
const windowMs = 5_000;
const shortestMs = 250;

export function createThrottle(ledger: PaceLedger, clock: Clock, logger: Logger): Throttle {
  let startedAt: number | null = null;
  let current = 0;
  let before = 0;
  let windowFrom = clock.monotonicMs();
  const roll = (): void => {
    const now = clock.monotonicMs();
    if (now - windowFrom < windowMs) return;
    before = now - windowFrom < 2 * windowMs ? current : 0;
    current = 0;
    windowFrom = now;
  };
  const measured = (): number => {
    roll();
    const now = clock.monotonicMs();
    const seconds = Math.max(shortestMs, Math.min(now - (startedAt ?? now), now - windowFrom + windowMs)) / 1000;
    return (current + before) / seconds;
  };
  const change = async (
    next: (pace: Pace) => { perSecond: number | null; rule: string | null } | null,
  ): Promise<boolean> => {
    try {
      const pace = await ledger.read();
      const to = next(pace);
      if (to === null || !(await ledger.throttle({ ...to, was: pace.throttledPerSecond }))) return false;
      logger.info(
        { perSecond: to.perSecond, rule: to.rule },
        to.perSecond === null ? 'the throttle is lifted' : 'the relay sets the pace',
      );
      return true;
    } catch (error) {
      if (!isUnreachable(error)) throw error;
      return false;
    }
  };
  const timer = setInterval(() => {
    void change((pace) => {
      const climb = climbBack(pace, clock.now());
      if (climb === null) return null;
      return climb === 'lifted'
        ? { perSecond: null, rule: null }
        : { perSecond: climb.perSecond, rule: pace.throttleRule };
    }).catch((err: unknown) => logger.error({ err }, 'the throttle could not be changed'));
  }, 5_000);
  timer.unref();
  return {
    answered() {
      startedAt ??= clock.monotonicMs();
      roll();
      current += 1;
    },
    slowDown: (rule) =>
      change((pace) => {
        const perSecond = slowDown(pace, measured(), clock.now());
        return perSecond === null ? null : { perSecond, rule };
      }),
    async lift(rule) {
      await change((pace) =>
        pace.throttledPerSecond !== null && pace.throttleRule === rule ? { perSecond: null, rule: null } : null,
      );
    },
    stop: () => clearInterval(timer),
  };
}
