// Operators of the console, their sessions and API tokens. Digests come in and go out; nobody here sees a secret.
import { CandorError } from '../domain/errors.ts';
import { canonicalOperatorName } from '../domain/operator-name.ts';
import type { Queryable } from './database.ts';

export interface Operator {
  readonly operatorNo: number;
  readonly name: string;
}

export interface ApiToken {
  readonly tokenNo: number;
  readonly name: string;
  readonly operator: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly usedAt: Date | null;
}

/** A session ends this long after its last use, and this long after its start. */
export const sessionIdleMs = 12 * 60 * 60_000;
export const sessionLongestMs = 7 * 24 * 60 * 60_000;
/** `used_at` is written at most this often: not each request of a page that lives should write. */
const touchMs = 60_000;

const alive = `s.used_at > now() - make_interval(secs => ${sessionIdleMs / 1000}) and s.started_at > now() - make_interval(secs => ${sessionLongestMs / 1000})`;

/** Every operator, by name. */
export async function listOperators(on: Queryable): Promise<Operator[]> {
  const { rows } = await on.query<{ operator_no: number; name: string }>({
    text: 'select operator_no, name from candor.operator order by lower(name)',
  });
  return rows.map((row) => ({ operatorNo: row.operator_no, name: row.name }));
}

/** The operator of this name, in any case, with the stored password; null when there is none. */
export async function findOperator(on: Queryable, name: string): Promise<(Operator & { password: string }) | null> {
  const { rows } = await on.query<{ operator_no: number; name: string; password: string }>({
    text: 'select operator_no, name, password from candor.operator where lower(name) = lower($1)',
    values: [name],
  });
  // The index folds case by the database's locale; only what is the same everywhere is the same operator.
  const row = rows.find((each) => canonicalOperatorName(each.name) === canonicalOperatorName(name));
  return row ? { operatorNo: row.operator_no, name: row.name, password: row.password } : null;
}

/**
 * Makes the operator, or gives the one of this name another password. Answers it as it stands. In a transaction: throws
 * `operator-name-taken` for a name that the database takes for another operator's.
 */
export async function putOperator(on: Queryable, name: string, password: string): Promise<Operator> {
  const { rows } = await on.query<{ operator_no: number; name: string }>({
    text: `insert into candor.operator (name, password) values ($1, $2)
           on conflict (lower(name)) do update set password = excluded.password, password_at = now()
           returning operator_no, name`,
    values: [name, password],
  });
  // Somebody else's by the database's folding: that password stays.
  if (canonicalOperatorName(rows[0]!.name) !== canonicalOperatorName(name))
    throw new CandorError('operator-name-taken');
  return { operatorNo: rows[0]!.operator_no, name: rows[0]!.name };
}

/** Makes the first operator; null when there is one already. Two at the same moment: one of them. */
export async function putFirstOperator(on: Queryable, name: string, password: string): Promise<Operator | null> {
  await on.query({ text: `select pg_advisory_xact_lock(hashtextextended('candor-first-operator', 0))` });
  const { rows } = await on.query({ text: 'select from candor.operator limit 1' });
  return rows.length > 0 ? null : putOperator(on, name, password);
}

export async function removeOperator(on: Queryable, operatorNo: number): Promise<boolean> {
  return (
    (await on.query({ text: 'delete from candor.operator where operator_no = $1', values: [operatorNo] })).rowCount > 0
  );
}

/** Starts a session, and forgets those that have ended. */
export async function startSession(on: Queryable, digest: Buffer, operatorNo: number): Promise<void> {
  await on.query({ text: `delete from candor.console_session s where not (${alive})` });
  await on.query({
    text: 'insert into candor.console_session (digest, operator_no) values ($1, $2)',
    values: [digest, operatorNo],
  });
}

/** The operator whose living session this is, kept alive by the question unless it is said otherwise; null when it has ended. */
export async function readSession(on: Queryable, digest: Buffer, { keepAlive = true } = {}): Promise<Operator | null> {
  const { rows } = await on.query<{ operator_no: number; name: string; stale: boolean }>({
    name: 'read-session',
    text: `select o.operator_no, o.name, s.used_at < now() - make_interval(secs => ${touchMs / 1000}) as stale
           from candor.console_session s join candor.operator o using (operator_no) where s.digest = $1 and ${alive}`,
    values: [digest],
  });
  const row = rows[0];
  if (!row) return null;
  if (row.stale && keepAlive)
    await on.query({ text: 'update candor.console_session set used_at = now() where digest = $1', values: [digest] });
  return { operatorNo: row.operator_no, name: row.name };
}

export async function endSession(on: Queryable, digest: Buffer): Promise<void> {
  await on.query({ text: 'delete from candor.console_session where digest = $1', values: [digest] });
}

/** Ends the operator's sessions but this one (null: all of them). */
export async function endSessions(on: Queryable, operatorNo: number, but: Buffer | null): Promise<number> {
  return (
    await on.query({
      text: 'delete from candor.console_session where operator_no = $1 and digest is distinct from $2',
      values: [operatorNo, but],
    })
  ).rowCount;
}

export async function putToken(
  on: Queryable,
  token: { digest: Buffer; operatorNo: number; name: string; days: number },
): Promise<void> {
  await on.query({
    text: `insert into candor.api_token (digest, operator_no, name, expires_at) values ($1, $2, $3, now() + make_interval(days => $4))`,
    values: [token.digest, token.operatorNo, token.name, token.days],
  });
}

/** Tokens that have not expired, newest first. */
export async function listTokens(on: Queryable): Promise<ApiToken[]> {
  const { rows } = await on.query<{
    token_no: number;
    name: string;
    operator: string;
    created_at: Date;
    expires_at: Date;
    used_at: Date | null;
  }>({
    text: `select t.token_no, t.name, o.name as operator, t.created_at, t.expires_at, t.used_at
           from candor.api_token t join candor.operator o using (operator_no) where t.expires_at > now() order by t.token_no desc`,
  });
  return rows.map((row) => ({
    tokenNo: row.token_no,
    name: row.name,
    operator: row.operator,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    usedAt: row.used_at,
  }));
}

export async function removeToken(on: Queryable, tokenNo: number): Promise<boolean> {
  return (await on.query({ text: 'delete from candor.api_token where token_no = $1', values: [tokenNo] })).rowCount > 0;
}

/** The operator who made this living token; null when it is unknown or has expired. */
export async function readToken(on: Queryable, digest: Buffer): Promise<Operator | null> {
  const { rows } = await on.query<{ operator_no: number; name: string; token: string; stale: boolean }>({
    name: 'read-token',
    text: `select o.operator_no, o.name, t.name as token, t.used_at is null or t.used_at < now() - interval '1 minute' as stale
           from candor.api_token t join candor.operator o using (operator_no) where t.digest = $1 and t.expires_at > now()`,
    values: [digest],
  });
  const row = rows[0];
  if (!row) return null;
  if (row.stale)
    await on.query({ text: 'update candor.api_token set used_at = now() where digest = $1', values: [digest] });
  return { operatorNo: row.operator_no, name: `${row.name} (${row.token})` };
}

/** The label of the name at which browsers of this machine use the console. */
export async function readConsoleName(on: Queryable): Promise<string> {
  const { rows } = await on.query<{ console_name: string }>({
    text: 'select console_name from candor.ledger_identity',
  });
  return rows[0]!.console_name;
}
