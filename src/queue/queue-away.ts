// Tells a queue that is away from a queue that is broken. With the queue on Postgres the ledger is away with
// it; a Redis that answers and says no is as good as away. An outage that the feeder waits out quietly, instead of
// a stumble to be looked into. Pure.
import { fromConnection, fromSqlState } from '../runtime/postgres-answer.ts';
import { fromReply } from '../runtime/redis-answer.ts';

/** The system's word for a connection that is not there. */
const connectionGone: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOENT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
]);

/**
 * Answers what a reply of Redis means for the queue, or an error of the Postgres driver for the ledger, when its code says
 * so; else the error itself.
 */
export function asAwayError(error: unknown): unknown {
  const refusal = fromReply(error);
  if (refusal !== null) return refusal;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return connectionGone.has(code) ? fromConnection(error) : (fromSqlState(code, error) ?? error);
}
