// Expected problems: coded, public, with what to do about them. Bugs are plain errors and never pass here.
import { errorRegistry, type ErrorCode } from './error-registry.ts';

export type PublicValues = Readonly<Record<string, string | number>>;

/**
 * An expected problem, told to a person.
 *
 * `message` and `help` are public: they never hold personal data or secrets. `details` is private
 * and never printed or logged as it is; `cause` keeps the original error for a debugger.
 */
export class CandorError extends Error {
  override readonly name = 'CandorError';
  readonly code: ErrorCode;
  readonly help: string;
  readonly exit: 1 | 2 | 4;
  readonly values: PublicValues;
  readonly details: unknown;

  constructor(code: ErrorCode, values: PublicValues = {}, extra: { cause?: unknown; details?: unknown } = {}) {
    const entry = errorRegistry[code];
    super(fill(entry.message, values), extra.cause === undefined ? undefined : { cause: extra.cause });
    this.code = code;
    this.help = fill(entry.help, values);
    this.exit = entry.exit;
    this.values = values;
    this.details = extra.details;
  }
}

/** True when the error is an expected problem with this code. */
export function hasCode(error: unknown, code: ErrorCode): error is CandorError {
  return error instanceof CandorError && error.code === code;
}

/**
 * True when the ledger did not answer, or lets nobody in for now (a changed password, a standby after a change of
 * primaries): no "no" to this piece of work, so it may be tried again when the ledger is back.
 */
export function isUnreachable(error: unknown): error is CandorError {
  return hasCode(error, 'ledger-unreachable') || hasCode(error, 'ledger-refused');
}

/** True when Redis did not answer, or answers and takes nothing for now: the queue is away, and work goes on when it is back. */
export function isQueueAway(error: unknown): error is CandorError {
  return hasCode(error, 'redis-refused') || hasCode(error, 'redis-unreachable');
}

function fill(text: string, values: PublicValues): string {
  return text.replaceAll(/\{(\w+)\}/g, (whole, name: string) => (name in values ? String(values[name]) : whole));
}
