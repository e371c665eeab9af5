// Limits of single receiving domains, and when the letters of a turn may leave. Pure.
import { allowedLatenessMs, usedShare } from './pace.ts';

/** A limit for one receiving domain, in its A-label form. */
export interface DomainLimit {
  readonly domain: string;
  readonly perSecond: number;
}

/** A domain with a limit, as dispatch needs it. */
export interface DomainPace extends DomainLimit {
  readonly domainNo: number;
  /** Keyed hash of its name. */
  readonly key: string;
  /** Notices of running campaigns wait for it. */
  readonly waiting: boolean;
}

/** What the ledger gave: so many notices, and where the slots lie, in milliseconds from when it was asked. */
export interface DomainTurn {
  readonly count: number;
  /** By the clock of the ledger, in milliseconds since 1970. */
  readonly askedAtMs: number;
  /** The relay's first slot, and its gap; null: the relay has no limit, and the first moment that is early enough. */
  readonly relayInMs: number;
  readonly relayGapMs: number | null;
  readonly domainInMs: number;
  /** Null: the domain has no limit any more. */
  readonly domainGapMs: number | null;
}

/** Of a domain's lateness, this much is kept for the way from the relay's slot to the wire. */
const keptMs = 10;

/**
 * How long after the domain's slot the relay's slot may lie: the two grids do not meet, and a letter must keep to both.
 * What promise 7 allows a domain at this rate to be late, less what its letter needs after the relay's slot.
 */
export function turnSpareMs(perSecond: number): number {
  const late = allowedLatenessMs(1000 / (perSecond * usedShare));
  return late - Math.min(keptMs, late / 2);
}

/** From when until when each letter of a turn may leave, and when to ask for the next one (null: no notice waits). */
export function turnTimes(
  turn: DomainTurn,
  { latestMs, spareMs }: { latestMs: number; spareMs: number },
): { readonly slots: readonly { readonly at: number; readonly until: number }[]; readonly nextInMs: number | null } {
  const { count, relayInMs, relayGapMs, domainInMs, domainGapMs } = turn;
  if (domainGapMs === null) return { slots: [], nextInMs: null };
  const late = allowedLatenessMs(domainGapMs);
  const slots = Array.from({ length: count }, (_, index) => {
    const own = domainInMs + index * domainGapMs;
    if (relayGapMs === null) return { own, at: Math.max(own, relayInMs), until: own + late };
    const at = relayInMs + index * relayGapMs;
    const slot = Math.max(own, at - spareMs);
    return { own: slot, at, until: Math.min(at + allowedLatenessMs(relayGapMs), slot + late) };
  });
  const ownNext = (slots.at(-1)?.own ?? domainInMs - domainGapMs) + domainGapMs;
  // The relay's next slot moves on with the time: when it will have reached the domain's.
  const reaches = relayGapMs === null ? ownNext - latestMs / 2 : ownNext - (relayInMs + count * relayGapMs);
  const outOfSight = relayGapMs === null ? domainInMs > latestMs : relayInMs > latestMs || domainInMs > relayInMs;
  if (count === 0 && !outOfSight) return { slots, nextInMs: null };
  return { slots, nextInMs: Math.max(leastWaitMs, reaches, relayInMs - latestMs) };
}

const leastWaitMs = 3;
