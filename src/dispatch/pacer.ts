// Hands out the moments at which a MAIL FROM may be written. The slots themselves are in the ledger
// (one row per relay), so the rate is exact over all processes; this is each process's share of them.
//
// A slot is taken a little ahead (120 ms, up to 300 where claims are slow), so that a changed rate, a pause and
// another process's needs take effect at once. A slot that cannot be used in time is forfeited by its owner, who asks
// for another: late letters must not bunch up with punctual ones. None is taken that a claim would be too late for,
// and one at a time until the first claim is through: a process that has just come wastes no more.
import { isUnreachable } from '../domain/errors.ts';
import { allowedLatenessMs, mostLateMs } from '../domain/pace.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Logger } from '../runtime/logger.ts';
import { createLedgerClock } from './ledger-clock.ts';
import type { PaceLedger } from './ports.ts';
import { createSpread } from './spread.ts';

/** When a MAIL FROM may be written, in monotonic milliseconds: neither before nor after. */
export interface Slot {
  readonly at: number;
  /** Used later than this, the slot could break the rate. */
  readonly until: number;
}

export interface Pacer {
  /** The next free slot; rejects when the signal aborts. */
  slot(signal: AbortSignal): Promise<Slot>;
  /** A claim took so long: slots are taken so far ahead that it is through before they are due. */
  claimTook(ms: number): void;
  /** What a claim takes, mostly. */
  leadMs(): number;
  /** How long a slot that is due takes to come: who holds a lane waits so long beside what the rate makes it wait. */
  askingMs(): number;
  /** The rate in force, as the ledger last said; null: none, or not asked yet. */
  perSecond(): number | null;
}

/** Slots are taken so far ahead; further while claims are slow, and never so far that a pause would take a second. */
const horizonMs = { least: 120, most: 300 } as const;
/** Beside the claim: to compose the letter, and for the timer. */
const slackMs = 40;
/** What the first claim of a process may take. */
const firstClaimMs = 60;
/** Slots that come into the horizon are taken together: each asking is a commit. */
const togetherMs = 20;
/** How long an unlimited relay is taken to be unlimited before the ledger is asked again. */
const unlimitedForMs = 500;

interface Waiter {
  readonly resolve: (slot: Slot) => void;
  readonly reject: (error: unknown) => void;
  readonly signal: AbortSignal;
}

/** A pacer for one relay in this process. */
export function createPacer(ledger: PaceLedger, clock: Clock, logger: Logger): Pacer {
  const waiters: Waiter[] = [];
  const ledgerClock = createLedgerClock();
  let asking = false;
  let unlimitedUntil = -Infinity;
  let lateMs = 0;
  let perSecond: number | null = null;
  let claimed = false;
  const claims = createSpread();
  const askings = createSpread();
  const horizon = (): number => Math.min(horizonMs.most, Math.max(horizonMs.least, claims.mostly() + slackMs));
  const leadMs = (): number => Math.min(horizonMs.least, claimed ? claims.mostly() : firstClaimMs);
  /** The earliest slot worth taking, from now; in the past where the slots of this rate may be used so late. */
  const earliest = (): number => leadMs() - lateMs;

  const ask = async (): Promise<void> => {
    try {
      while (waiters.length > 0) {
        dropAborted(waiters);
        if (waiters.length === 0) return;
        const askedMs = clock.monotonicMs();
        const ahead = horizon();
        const slots = await ledger
          .takeSlots(claimed ? waiters.length : 1, { earliestMs: earliest(), latestMs: ahead })
          .catch((error: unknown) => {
            if (!isUnreachable(error)) logger.error({ err: error }, 'rate slots could not be taken');
            return null;
          });
        const now = clock.monotonicMs();
        if (slots === null) {
          await pause(250);
          continue;
        }
        askings.took(now - askedMs);
        perSecond = slots.unlimited ? null : 1000 / slots.gapMs;
        if (slots.unlimited) {
          unlimitedUntil = now + unlimitedForMs;
          for (const waiter of waiters.splice(0)) waiter.resolve(unlimited(now));
          return;
        }
        lateMs = Math.min(mostLateMs, allowedLatenessMs(slots.gapMs));
        ledgerClock.observe(askedMs, now, slots.askedAtMs);
        const firstAt = ledgerClock.here(slots.askedAtMs + slots.firstInMs);
        for (let index = 0; index < slots.count; index += 1) {
          const at = firstAt + index * slots.gapMs;
          waiters.shift()?.resolve({ at, until: at + lateMs });
        }
        // What is left waits until a slot comes into the horizon; never long, so that a change is noticed.
        const nextIn = firstAt + slots.count * slots.gapMs - ahead - now;
        if (waiters.length > 0) await pause(Math.min(Math.max(nextIn, togetherMs), 250));
      }
    } finally {
      // In the same step as the last look: who comes later must find that nobody asks any more.
      asking = false;
    }
  };

  return {
    slot(signal) {
      if (signal.aborted) return Promise.reject(signal.reason as Error);
      if (clock.monotonicMs() < unlimitedUntil) return Promise.resolve(unlimited(clock.monotonicMs()));
      return new Promise<Slot>((resolve, reject) => {
        waiters.push({ resolve, reject, signal });
        if (asking) return;
        asking = true;
        void ask();
      });
    },
    claimTook(ms) {
      claimed = true;
      claims.took(ms);
    },
    leadMs,
    askingMs: () => togetherMs + askings.mean(),
    perSecond: () => perSecond,
  };
}

function unlimited(at: number): Slot {
  return { at, until: Infinity };
}

function dropAborted(waiters: Waiter[]): void {
  for (let index = waiters.length - 1; index >= 0; index -= 1) {
    const waiter = waiters[index]!;
    if (!waiter.signal.aborted) continue;
    waiters.splice(index, 1);
    waiter.reject(waiter.signal.reason);
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
