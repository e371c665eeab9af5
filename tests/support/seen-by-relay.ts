// The relay's record in the form that the judge of the chaos runs compares with the ledger.
import type { SeenByRelay } from '../chaos/audit.ts';
import type { RelayRecord } from './relay-record.ts';

/**
 * @param earliestMs for a MAIL FROM that was read at this `performance.now()`: when it may have come at the earliest
 */
export function seenByRelay(
  record: RelayRecord,
  earliestMs: (readMs: number) => number = (readMs) => readMs,
): SeenByRelay {
  const since1970 = (ms: number): number => performance.timeOrigin + ms;
  return {
    letters: record.letters.map(({ to, messageId, notice }) => ({ to, messageId, notice })),
    mailFromsMs: record.mailFromsMs.map((ms) => [since1970(earliestMs(ms)), since1970(ms)] as const),
    senders: record.commands.flatMap((line) => /^MAIL FROM:<(.*?)>/i.exec(line)?.[1] ?? []),
  };
}
