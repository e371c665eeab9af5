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
  /** How many there may be by what the relay has taken lately: two for each that it has. */
  readonly proven?: number;
  /** Lent ones on the last letter that the relay takes over them: each will be missed. */
  readonly ending?: number;
  /** Idle ones that are open for those. */
  readonly spare?: number;
}

/**
 * How many connections to open now. With none open the relay is unproven, and one is tried alone: ten logins with a wrong
 * password lock the account ten times as fast. After that the number may double with each opening, and never exceeds the
 * callers that wait for one. Where connections end after some letters, their number falls without a fault, or never grows:
 * then counts what was opened before; and the next one is opened while the last letter is sent.
 */
export function connectionsToOpen(situation: PoolSituation): number {
  const { waiting, open, opening, limit, proven = 0, ending = 0, spare = 0 } = situation;
  const wanted = Math.min(waiting + Math.max(0, ending - spare) - opening, limit - open - opening);
  const step = Math.max(open === 0 ? 1 : open, proven - open) - opening;
  return Math.max(0, Math.min(wanted, step));
}

/**
 * The pause before the next try, after this many failures in a row (1 = the first). A relay that does
 * not answer is asked again after 0.5 s, 1 s, 2 s, 4 s, 4 s …: what it says when it is back must not be waited for. A refused login or certificate needs a
 * person and is asked again after 1, 2, 4 … 15 minutes: relays lock accounts after a few wrong logins.
 */
export function probePauseMs(failures: number, needsPerson: boolean): number {
  const [firstMs, longestMs] = needsPerson ? [60_000, 900_000] : [500, 4_000];
  return Math.min(longestMs, firstMs * 2 ** Math.min(failures - 1, 16));
}
