// What an error of the Postgres driver means: that the server is away, lets nobody in, or is not what it seems.
// Anything else is a bug or a guard of the schema, and must stay visible as what it is. Pure.
import { CandorError } from '../domain/errors.ts';
import { tooManyOpenFiles } from '../domain/open-files.ts';

/** SQLSTATE, or its class: the server is away for now, and why. */
const away: readonly (readonly [RegExp, string])[] = [
  [/^57P03$/, 'it is starting, or shutting down'],
  [/^57P/, 'it was shut down'],
  [/^53300$/, 'it has as many connections as it may have'],
  [/^08/, 'the connection broke'],
  [/^53100$/, 'its disk is full'],
  [/^53200$/, 'it is out of memory'],
  [/^58030$/, 'it cannot read or write its files'],
  // Undone by the server, and fit to be tried again: another transaction, or an administrator, was in the way.
  [/^(?:40001|40P01|55P03|57014)$/, 'what it was doing was broken off'],
];

/** It answers, and says no to whoever asks: a person has to change something, and then work goes on. */
const refusals: readonly (readonly [RegExp, string])[] = [
  [/^28/, 'the user, its password or its right to connect from here is wrong'],
  [/^3D000$/, 'there is no database of that name'],
  [/^55000$/, 'the database takes no connections'],
  [/^42501$/, 'the user may not do in this database what Candor has to'],
  // What a primary becomes, or is taken for, when another one takes over.
  [/^25006$/, 'it takes no changes: it is a standby, or was made read-only'],
];

/** The driver's and the system's words for a connection that did not come about. */
const failures: readonly (readonly [RegExp, string])[] = [
  [/\bEMFILE\b/, tooManyOpenFiles.EMFILE],
  [/\bENFILE\b/, tooManyOpenFiles.ENFILE],
  [/^ECONNREFUSED$/, 'nobody listens at its address'],
  [/^(?:ENOTFOUND|EAI_AGAIN)$/, 'the name of its host is not known here'],
  [/^(?:EHOSTUNREACH|ENETUNREACH)$/, 'there is no way to its host'],
  [/^ENOENT$/, 'there is no socket at its address'],
  [/^ETIMEDOUT$|timeout/i, 'no answer came in time'],
  [/CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_TLS/, 'its certificate is not trusted here'],
  [/does not support SSL/, 'it offers no TLS, which sslmode asks for'],
];

const find = (table: typeof away, text: string): string | undefined =>
  table.find(([pattern]) => pattern.test(text))?.[1];

/** Answers `ledger-unreachable`, `ledger-refused` or `ledger-pooled` for a SQLSTATE that means it; null for any other. */
export function fromSqlState(state: string, cause: unknown): CandorError | null {
  const why = find(away, state);
  if (why !== undefined) return new CandorError('ledger-unreachable', { why }, { cause });
  const refusal = find(refusals, state);
  if (refusal !== undefined) return new CandorError('ledger-refused', { why: refusal }, { cause });
  // A prepared statement that is there before it was made, or gone after: somebody else's connection.
  return /^(?:42P05|26000)$/.test(state) ? connectionShared(cause) : null;
}

/** True for what it says when it answers and has no room: its heartbeat goes on, since that changes a row in its place. */
export function isShortage(error: unknown): boolean {
  const { cause } = error instanceof CandorError ? error : {};
  return cause instanceof Error && /^(?:53[12]00|58030)$/.test(String((cause as Error & { code?: unknown }).code));
}

/** For a connection that turned out to be somebody else's, too. */
export function connectionShared(cause?: unknown): CandorError {
  return new CandorError('ledger-pooled', { why: 'clients share its connections' }, { cause });
}

/** For an error without a SQLSTATE: the connection did not come about, or broke. */
export function fromConnection(cause: unknown): CandorError {
  const { code = '', message = '' } = cause instanceof Error ? (cause as Error & { code?: unknown }) : {};
  // The driver has nothing to answer the server's question with.
  if (/password must be a (?:non-empty )?string/.test(message))
    return new CandorError('ledger-refused', { why: 'it asks for a password, and DATABASE_URL has none' }, { cause });
  return new CandorError(
    'ledger-unreachable',
    { why: find(failures, String(code)) ?? find(failures, message) ?? 'the connection broke' },
    { cause },
  );
}
