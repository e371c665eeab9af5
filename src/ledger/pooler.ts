// Recognises a pooler between this process and Postgres that does not give each client a connection of its own
// (PgBouncer in transaction mode, and what managed databases offer under a second address). Behind one, the feeder's
// lock stays with a connection that somebody else uses next, and no campaign goes on any more.
import { CandorError } from '../domain/errors.ts';
import { connectionShared } from '../runtime/postgres-answer.ts';
import type { Database, Session } from './database.ts';

/**
 * Throws `ledger-pooled` when connections are shared; with `queueSchema`, also when a connection cannot be told its
 * search path, by which the queue on Postgres finds its tables. Two connections and five short statements.
 */
export async function refusePooler(database: Database, queueSchema: string | null): Promise<void> {
  const sessions = await Promise.all([database.session(), database.session()]);
  try {
    if (await areShared(sessions)) throw connectionShared();
  } finally {
    await Promise.all(sessions.map((session) => session.end().catch(() => undefined)));
  }
  if (queueSchema !== null && !(await takesSearchPath(database, queueSchema))) {
    throw new CandorError('ledger-pooled', {
      why: 'it drops the options of a connection, which the queue on Postgres needs',
    });
  }
}

/**
 * A connection's backend stays the same and is nobody else's. Asked in this order, two clients of a pooler see the same
 * one, or one of them sees another, whether it lends what came back last (PgBouncer's habit) or what has rested longest.
 */
async function areShared([one, other]: readonly [Session, Session]): Promise<boolean> {
  const seen: [number, number, number, number] = [
    await backendOf(one),
    await backendOf(other),
    await backendOf(one),
    await backendOf(one),
  ];
  return seen[0] === seen[1] || seen[0] !== seen[2] || seen[0] !== seen[3];
}

async function backendOf(session: Session): Promise<number> {
  const { rows } = await session.query<{ pid: number }>({ text: 'select pg_backend_pid() as pid' });
  return rows[0]?.pid ?? 0;
}

async function takesSearchPath(database: Database, schema: string): Promise<boolean> {
  const session = await database.session({ searchPath: schema }).catch((error: unknown) => {
    if (error instanceof CandorError && isProtocolViolation(error.cause)) return null;
    throw error;
  });
  if (session === null) return false;
  try {
    const { rows } = await session.query<{ search_path: string }>({ text: 'show search_path' });
    return rows[0]?.search_path === schema;
  } finally {
    await session.end().catch(() => undefined);
  }
}

/** 08P01: PgBouncer's answer to an option that it does not know. */
function isProtocolViolation(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '08P01';
}
