// Letters for which the relay has said nothing for long. It may be slow, or a network may have swallowed the connection:
// nobody can tell, and RFC 5321 has us wait for minutes. Others go past it meanwhile.
import type { Clock } from '../runtime/clock.ts';

export interface Stalls {
  /** Handing a letter over begins; call what it answers when that is over. */
  begin(): () => void;
  /** How many have taken long. */
  count(): number;
}

const longMs = 5_000;

export function createStalls(clock: Pick<Clock, 'monotonicMs'>): Stalls {
  /** In the order in which they began. */
  const begun = new Set<{ readonly atMs: number }>();
  return {
    begin() {
      const one = { atMs: clock.monotonicMs() };
      begun.add(one);
      return () => void begun.delete(one);
    },
    count() {
      const before = clock.monotonicMs() - longMs;
      let count = 0;
      for (const { atMs } of begun) {
        if (atMs > before) break;
        count += 1;
      }
      return count;
    },
  };
}
