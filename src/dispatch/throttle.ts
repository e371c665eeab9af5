// Slows the relay's rate when the relay asks for it, and finds the rate that it takes. The arithmetic is in
// domain/pace.ts, the state in the ledger's row of the relay, so all workers slow down together; each climbs on what
// its own letters prove.
import { isUnreachable } from '../domain/errors.ts';
import { climbBack, slowDown, type Pace, type ThrottleStep } from '../domain/pace.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Logger } from '../runtime/logger.ts';
import type { PaceLedger } from './ports.ts';

export interface Throttle {
  /** Counts one answer to a recipient or a letter that was not itself a request for less. */
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
/** Between two looks at a throttle that is in force, and at the relay whether there is one. */
const lookMs = { throttled: 500, free: 5_000 } as const;
/** After a request for less it does not climb for so long, whoever was asked. */
const quietMs = 1_000;

export function createThrottle(ledger: PaceLedger, clock: Clock, logger: Logger): Throttle {
  const rate = createRate(clock);
  /** Letters that were taken since the throttle changed, and since the relay asked for less: of this process. */
  const taken = { sinceChange: 0, sinceSlowed: 0 };
  let changedAt: number | null = null;
  let slowedAt: number | null = null;
  // The ledger's clock may be another: how long ago a change was is counted from when this process made or saw it.
  let changedMs = -Infinity;
  let madeMs: number | null = null;
  let askedMs = -Infinity;
  let lookedMs = -Infinity;
  let inForce = false;

  /** What was taken before another worker changed the throttle proves nothing about it. */
  const read = async (): Promise<Pace> => {
    const pace = await ledger.read();
    lookedMs = clock.monotonicMs();
    inForce = pace.throttledPerSecond !== null;
    const [changed, slowed] = [pace.throttledAt?.getTime() ?? null, pace.slowedAt?.getTime() ?? null];
    if (changed !== changedAt) {
      taken.sinceChange = madeMs === null ? 0 : taken.sinceChange;
      changedMs = madeMs ?? lookedMs;
      madeMs = null;
    }
    if (slowed !== slowedAt && changedMs === lookedMs) taken.sinceSlowed = 0;
    [changedAt, slowedAt] = [changed, slowed];
    return pace;
  };
  const change = async (
    next: (pace: Pace) => { to: ThrottleStep | null; rule: string | null; slowed: boolean } | null,
  ): Promise<boolean> => {
    try {
      const pace = await read();
      const step = next(pace);
      if (step === null || !(await ledger.throttle({ ...step, was: pace.throttledPerSecond }))) return false;
      inForce = step.to !== null;
      madeMs = clock.monotonicMs();
      taken.sinceChange = 0;
      if (step.slowed) taken.sinceSlowed = 0;
      logger.info(
        { perSecond: step.to?.perSecond ?? null, rule: step.rule },
        step.to === null ? 'the throttle is lifted' : 'the relay sets the pace',
      );
      return true;
    } catch (error) {
      if (!isUnreachable(error)) throw error;
      return false;
    }
  };
  /** Now, by the ledger's clock, as near as the last change tells. */
  const ledgerNow = (): Date =>
    changedAt === null ? clock.now() : new Date(changedAt + clock.monotonicMs() - changedMs);
  const climb = async (): Promise<void> => {
    const now = clock.monotonicMs();
    if (now - lookedMs < (inForce ? lookMs.throttled : lookMs.free) || now - askedMs < quietMs) return;
    await change((pace) => {
      const step = climbBack(pace, taken.sinceChange > 0, ledgerNow());
      if (step === null) return null;
      return step === 'lifted'
        ? { to: null, rule: null, slowed: false }
        : { to: step, rule: pace.throttleRule, slowed: false };
    });
  };
  let climbing = false;
  const timer = setInterval(() => {
    if (climbing) return;
    climbing = true;
    climb()
      .catch((err: unknown) => logger.error({ err }, 'the throttle could not be changed'))
      .finally(() => (climbing = false));
  }, lookMs.throttled);
  timer.unref();
  return {
    answered() {
      rate.count();
      taken.sinceChange += 1;
      taken.sinceSlowed += 1;
    },
    slowDown(rule) {
      askedMs = clock.monotonicMs();
      return change((pace) => {
        const to = slowDown(pace, rate.perSecond(), taken.sinceSlowed > 0, ledgerNow());
        return to === null ? null : { to, rule, slowed: true };
      });
    },
    async lift(rule) {
      await change((pace) =>
        pace.throttledPerSecond !== null && pace.throttleRule === rule ? { to: null, rule: null, slowed: false } : null,
      );
    },
    stop: () => clearInterval(timer),
  };
}

/** How many a second, over the last two windows. */
function createRate(clock: Clock): { count(): void; perSecond(): number } {
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
  return {
    count() {
      startedAt ??= clock.monotonicMs();
      roll();
      current += 1;
    },
    perSecond() {
      roll();
      const now = clock.monotonicMs();
      const seconds = Math.max(shortestMs, Math.min(now - (startedAt ?? now), now - windowFrom + windowMs)) / 1000;
      return (current + before) / seconds;
    },
  };
}
