// The pace of a relay: its limit, and the throttle that lies under it while the relay asks for less.

export interface Pace {
  /** Null: no limit. */
  readonly limitPerSecond: number | null;
  /** Null: not throttled. */
  readonly throttledPerSecond: number | null;
  readonly throttledAt: Date | null;
  readonly throttleRule: string | null;
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
/** How long a throttle stays before it climbs, and how much. Doubling back to the limit takes about two minutes. */
export const climbAfterMs = 20_000;
const climbFactor = 1.25;

/**
 * The rate after the relay asked for less: half of what it dealt with, or half of the rate in force where
 * nothing was measured yet. A second request within 2 s is the echo
 * of letters that were on the wire already and changes nothing (null).
 */
export function slowDown(pace: Pace, measuredPerSecond: number, now: Date): number | null {
  if (pace.throttledAt !== null && now.getTime() - pace.throttledAt.getTime() < 2_000) return null;
  const current = pace.throttledPerSecond ?? pace.limitPerSecond ?? Math.max(measuredPerSecond, 2);
  const got = measuredPerSecond > 0 ? Math.min(current, measuredPerSecond) : current;
  return Math.max(floorPerSecond, got / 2);
}

/**
 * The rate after a quiet time: a quarter more, until it meets the limit or (without one) ten times what
 * the throttle began with; then `lifted`. Null: not yet.
 */
export function climbBack(pace: Pace, now: Date): { perSecond: number } | 'lifted' | null {
  if (pace.throttledPerSecond === null || pace.throttledAt === null) return null;
  if (now.getTime() - pace.throttledAt.getTime() < climbAfterMs) return null;
  const next = pace.throttledPerSecond * climbFactor;
  return next >= (pace.limitPerSecond ?? unlimitedFrom) ? 'lifted' : { perSecond: next };
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

/**
 * How many connections a rate needs, by Little's law with half again for jitter: rate × seconds a letter
 * holds one. Null where no rate says how many.
 */
export function connectionsForRate(perSecond: number | null, letterMs: number, most: number): number | null {
  if (perSecond === null) return null;
  return Math.max(1, Math.min(most, Math.ceil((perSecond * letterMs * 1.5) / 1000)));
}
