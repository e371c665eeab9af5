// Where the ledger's clock stands against this process's own, from what its answers prove. Slots are moments
// of the ledger's clock: were each counted from the arrival of its answer, the delay of that answer would
// move it, and letters of two answers would bunch up (promise 7). Pure.

export interface LedgerClock {
  /** Takes the proof of one answer: the ledger's clock read `ledgerMs` between two moments of ours. */
  observe(askedMs: number, answeredMs: number, ledgerMs: number): void;
  /** A moment of the ledger's clock (epoch milliseconds) on ours; NaN before the first answer. */
  here(ledgerMs: number): number;
}

/** Clocks drift apart by less than this share, so what an old answer proved fades. */
const driftShare = 1e-4;

/** A clock that knows nothing yet. Its error is at most half the shortest round trip, and usually far less. */
export function createLedgerClock(): LedgerClock {
  // Ours minus the ledger's lies between these two.
  let least = -Infinity;
  let most = Infinity;
  let observedMs = 0;
  return {
    observe(askedMs, answeredMs, ledgerMs) {
      const fading = Math.max(0, answeredMs - observedMs) * driftShare;
      observedMs = answeredMs;
      least = Math.max(least - fading, askedMs - ledgerMs);
      most = Math.min(most + fading, answeredMs - ledgerMs);
      // A contradiction: one of the clocks was set. Only the newest answer counts then.
      if (least > most) [least, most] = [askedMs - ledgerMs, answeredMs - ledgerMs];
    },
    here: (ledgerMs) => ledgerMs + (least + most) / 2,
  };
}
