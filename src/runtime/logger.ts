// One logger for the whole program: JSON lines on stderr. What is logged is chosen field by field;
// nothing here is handed a recipient, a relay's raw reply or an error's private details (promise 8).
import pino from 'pino';
import { CandorError } from '../domain/errors.ts';
import { replyWord } from './redis-answer.ts';

export const logLevels = ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const;
export type LogLevel = (typeof logLevels)[number];

export type Logger = Pick<pino.Logger, 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace'> & {
  child(bindings: Record<string, unknown>): Logger;
};

/**
 * A logger that writes JSON lines to the stream (default: stderr, synchronously, so that a killed
 * process loses none).
 */
export function createLogger(
  level: LogLevel,
  stream: pino.DestinationStream = pino.destination({ fd: 2, sync: true }),
): Logger {
  return pino(
    { level, base: null, serializers: { err: describeError }, timestamp: pino.stdTimeFunctions.isoTime },
    stream,
  );
}

/** A logger that says nothing. */
export const silentLogger: Logger = createLogger('silent');

/**
 * An error as it may be logged: its name, code and stack frames. Messages of foreign errors are left
 * out, because drivers and relays quote values in them (Postgres: "Key (address)=(…) already exists"); of a reply of
 * Redis its first word is the code.
 */
export function describeError(error: unknown): Record<string, unknown> {
  if (error instanceof CandorError) return { name: error.name, code: error.code, message: error.message };
  if (!(error instanceof Error)) return { name: typeof error };
  const code =
    'code' in error && (typeof error.code === 'string' || typeof error.code === 'number')
      ? error.code
      : (replyWord(error) ?? undefined);
  const frames = error.stack
    ?.split('\n')
    .filter((line) => line.startsWith('    at '))
    .slice(0, 12);
  return { name: error.name, code, frames, cause: error.cause === undefined ? undefined : describeError(error.cause) };
}
