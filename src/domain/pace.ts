// The pace of a relay: its limit, and the throttle that lies under it while the relay asks for less.
//
// The throttle looks for the rate that the relay takes (ADR 0030). It halves while nothing is taken, and doubles each
// second that all is. A rate that was refused after slower ones were taken is remembered: the way back goes half of what is
// left each time, rests close under it, and now and then tries it again. Without proof that letters are taken it waits.

export interface Pace {
  /** Null: no limit. */
  readonly limitPerSecond: number | null;
  /** Null: not throttled. */
  readonly throttledPerSecond: number | null;
  /** When the throttle last changed. */
  readonly throttledAt: Date | null;
  readonly throttleRule: string | null;
  /** The fastest rate that the relay took since it asked for less; null: not known. */
  readonly takenPerSecond: number | null;
  /** The slowest that it refused although it took slower ones; null: not known. */
  readonly refusedPerSecond: number | null;
  /** When it last asked for less. */
  readonly slowedAt: Date | null;
}

/** Where the throttle goes. */
export interface ThrottleStep {
  readonly perSecond: number;
  readonly takenPerSecond: number | null;
  readonly refusedPerSecond: number | null;
}

/** Slots handed out: the first starts `firstInMs` after `askedAtMs`, each next one `gapMs` later. */
export interface Slots {
  readonly count: number;
  /** By the clock of the ledger, in milliseconds since 1970. */
  readonly askedAtMs: number;
  readonly firstInMs: number;
  readonly gapMs: number;
  /** True when the relay has no limit and no throttle: no slot is needed. */
  readonly unlimited: boolean;
}

/** Which slots are wanted, in milliseconds from now. */
export interface SlotSpan {
  /** Below 0: slots of the recent past, which may still be used. What lies before is forfeited. */
  readonly earliestMs: number;
  readonly latestMs: number;
}

/** Never slower than one letter in ten seconds: below that a hold is more honest than a crawl. */
const floorPerSecond = 0.1;
/** Requests for less that come so soon after the pace was lowered are echoes of letters that were on the wire. */
const echoMs = 2_000;
/** A rate is taken when for so long nothing was refused at it; between two known rates the proof is better. */
const provenMs = { doubling: 500, between: 2_000 } as const;
/** So close under a refused rate there is nothing left to find. */
const closeShare = 0.08;
/** How long the throttle rests there before the refused rate is tried again. */
const restMs = 15_000;
/** While nothing is sent there is no proof, and nobody is asked for less: then it doubles so seldom. */
const idleMs = 20_000;
/** After the refusal of a faster rate: so far under what was taken, until the relay has forgotten. */
const backOff = 0.8;

/**
 * The step after the relay asked for less; null when the request is an echo.
 *
 * @param measuredPerSecond what this process's letters got, for the first step
 * @param taken whether the relay took letters since it last asked for less
 */
export function slowDown(pace: Pace, measuredPerSecond: number, taken: boolean, now: Date): ThrottleStep | null {
  const { limitPerSecond, throttledPerSecond, throttledAt, slowedAt } = pace;
  const climbed = throttledAt !== null && slowedAt !== null && throttledAt > slowedAt;
  if (slowedAt !== null && !climbed && now.getTime() - slowedAt.getTime() < echoMs) return null;
  if (throttledPerSecond === null) {
    const current = limitPerSecond ?? Math.max(measuredPerSecond, 2);
    const got = measuredPerSecond > 0 ? Math.min(current, measuredPerSecond) : current;
    return { perSecond: Math.max(floorPerSecond, got / 2), takenPerSecond: null, refusedPerSecond: limitPerSecond };
  }
  // Nothing is taken at any rate: it is no matter of the rate, and what was taken before will be taken again.
  if (!taken)
    return {
      perSecond: Math.max(floorPerSecond, throttledPerSecond / 2),
      takenPerSecond: null,
      refusedPerSecond: null,
    };
  const before = pace.takenPerSecond !== null && pace.takenPerSecond < throttledPerSecond ? pace.takenPerSecond : null;
  return {
    perSecond: Math.max(floorPerSecond, before === null ? throttledPerSecond / 2 : before * backOff),
    takenPerSecond: before,
    refusedPerSecond: throttledPerSecond,
  };
}

/**
 * The step after a time without a request for less: `lifted` when it meets the limit or, without one, leaves the range
 * of throttles. Null: not yet.
 *
 * @param taken whether the relay took letters since the throttle last changed
 */
export function climbBack(pace: Pace, taken: boolean, now: Date): ThrottleStep | 'lifted' | null {
  const { throttledPerSecond: current, throttledAt } = pace;
  if (current === null || throttledAt === null) return null;
  const quietMs = now.getTime() - throttledAt.getTime();
  if (!taken) return quietMs < idleMs ? null : climbTo(pace, 2 * current, null, null);
  const known = pace.takenPerSecond;
  if (known !== null && known > current)
    return quietMs < provenMs.doubling ? null : climbTo(pace, known, known, pace.refusedPerSecond);
  const refused = pace.refusedPerSecond;
  if (refused === null || refused <= current)
    return quietMs < provenMs.doubling ? null : climbTo(pace, 2 * current, current, null);
  if (2 * current < refused) return quietMs < provenMs.doubling ? null : climbTo(pace, 2 * current, current, refused);
  if (refused - current > closeShare * refused)
    return quietMs < provenMs.between ? null : climbTo(pace, (current + refused) / 2, current, refused);
  return quietMs < restMs ? null : climbTo(pace, refused, current, refused);
}

function climbTo(
  { limitPerSecond }: Pace,
  perSecond: number,
  takenPerSecond: number | null,
  refusedPerSecond: number | null,
): ThrottleStep | 'lifted' {
  return perSecond >= (limitPerSecond ?? unlimitedFrom) ? 'lifted' : { perSecond, takenPerSecond, refusedPerSecond };
}

/** Without a limit, a relay that takes this many a second is no longer throttled. */
const unlimitedFrom = 1_000;

/** Slots are spaced for this share of the limit: what is left over is the room for jitter. */
export const usedShare = 0.98;

/**
 * How much later than its slot a MAIL FROM may be written without ever putting more than
 * limit + max(1, 1 %) into a window of one second (promise 7).
 *
 * Slots `gapMs` apart that are used up to d late put at most floor((1000 + d) / gapMs) + 1 into a window.
 * At 100/s that leaves 30 ms, at 10/s 122 ms; `wayMs` of it is kept for the way to the relay: 8 ms, or a quarter where
 * there is more, because a busy machine is late on the way too.
 */
export function allowedLatenessMs(gapMs: number, wayMs?: number): number {
  const limit = 1000 / (gapMs * usedShare);
  const most = Math.floor(limit + Math.max(1, limit / 100) + 1e-6);
  const room = most * gapMs - 1000;
  return Math.max(0, room - (wayMs ?? Math.max(8, room / 4)));
}

/** A relay's slot is never used later: a throttle may rise meanwhile, and at one letter in ten seconds a window alone would allow seven. */
export const mostLateMs = 500;

/**
 * How many connections a rate needs, by Little's law with half again for jitter: rate × seconds a letter
 * holds one. Null where no rate says how many.
 */
export function connectionsForRate(perSecond: number | null, letterMs: number, most: number): number | null {
  if (perSecond === null) return null;
  return Math.max(1, Math.min(most, Math.ceil((perSecond * letterMs * 1.5) / 1000)));
}
