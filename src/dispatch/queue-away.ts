// Tells a queue that is away from a queue that is broken. With the queue on Postgres the ledger is away with
// it: an outage that the feeder waits out quietly, instead of a stumble to be looked into. Pure.
import { CandorError } from '../domain/errors.ts';

/** SQLSTATE: the server shuts down, crashed or starts (57P), lost the connection (08), has too many (53300). */
const serverAway = /^(57P\d\d|08\d{3}|53300)$/;
/** The system's word for a connection that is not there. */
const connectionGone: ReadonlySet<string> = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOENT', 'EHOSTUNREACH', 'ENETUNREACH']);

/** Answers `ledger-unreachable` for an error of the Postgres driver that says so by its code, else the error itself. */
export function asAwayError(error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return serverAway.test(code) || connectionGone.has(code) ? new CandorError('ledger-unreachable', {}, { cause: error }) : error;
}
