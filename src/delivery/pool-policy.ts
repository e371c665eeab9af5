// How many connections to have, and when to try again. Pure.

export interface PoolSituation {
  /** Callers without a connection. */
  readonly waiting: number;
  /** Connections that exist, lent or idle. */
  readonly open: number;
  /** Connections being opened. */
  readonly opening: number;
  /** The most there may be now. */
  readonly limit: number;
}

/**
 * How many connections to open now. With none open the relay is unproven, and one is tried alone: ten
 * logins with a wrong password lock the account ten times as fast. After that the number may double
 * with each opening, and never exceeds the callers that wait for one.
 */
export function connectionsToOpen({ waiting, open, opening, limit }: PoolSituation): number {
  const wanted = Math.min(waiting - opening, limit - open - opening);
  const step = open === 0 ? 1 - opening : open - opening;
  return Math.max(0, Math.min(wanted, step));
}

/**
 * The pause before the next try, after this many failures in a row (1 = the first). A relay that does
 * not answer is asked again after 0.5 s, 1 s, 2 s … 30 s. A refused login or certificate needs a
 * person and is asked again after 1, 2, 4 … 15 minutes: relays lock accounts after a few wrong logins.
 */
export function probePauseMs(failures: number, needsPerson: boolean): number {
  const [firstMs, longestMs] = needsPerson ? [60_000, 900_000] : [500, 30_000];
  return Math.min(longestMs, firstMs * 2 ** Math.min(failures - 1, 16));
}
