// How many letters the relay takes over one connection, learned from the connections that it ended. Pure, with a memory.

export interface LetterLimit {
  /** The relay ended a connection between two letters, after so many; answers whether that is news. */
  ended(letters: number): boolean;
  /** True when a connection that has carried so many is better ended by us. */
  isReached(letters: number): boolean;
  /** True when one that has carried so many has one letter left at most. */
  isLast(letters: number): boolean;
}

/** So many connections are ended by a limit before one is let go on, to see whether it still holds. */
const untilTrial = 200;

/**
 * Learns a limit when two connections in a row ended after the same number of letters: a relay that ends them by time, or
 * because it restarts, hardly does so. A limit that costs nothing to be wrong about is still tried out now and then.
 */
export function createLetterLimit(): LetterLimit {
  let limit: number | null = null;
  let lastEnd: number | null = null;
  let ends = 0;
  return {
    ended(letters) {
      if (letters < 1) return false;
      const again = letters === lastEnd;
      lastEnd = letters;
      if (!again || letters === limit) return false;
      limit = letters;
      ends = 0;
      return true;
    },
    isLast: (letters) => limit !== null && letters + 1 >= limit,
    isReached(letters) {
      if (limit === null || letters < limit) return false;
      // The trial got further than the limit: there is none any more.
      if (letters > limit) {
        limit = null;
        lastEnd = null;
        return false;
      }
      ends += 1;
      return ends % untilTrial !== 0;
    },
  };
}
