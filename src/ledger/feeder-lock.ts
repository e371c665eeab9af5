// Who feeds: one process per relay, by an advisory lock that lives as long as its connection. When the
// process or the connection dies, Postgres frees the lock and another process takes it. A network that swallows
// everything, or a frozen machine, ends no connection that Postgres would notice within hours: so the holder says
// something every quarter of its patience, and Postgres ends a holder that has said nothing for all of it.
import type { Logger } from '../runtime/logger.ts';
import type { Database, Session, Statement } from './database.ts';

export interface FeederLock {
  /** Tries to become the feeder, or answers that this process is it already. Throws `ledger-unreachable`. */
  isMine(): Promise<boolean>;
  release(): Promise<void>;
}

/** Below this a busy holder would lose the lock between two words. */
const leastPatienceMs = 4_000;

/**
 * A lock for one relay's feeder. Needs a connection that a pooler does not share (docs/OPERATIONS.md).
 *
 * @param recoveryMs RECOVERY_SECONDS: how long a holder may be silent
 */
export function createFeederLock(
  database: Database,
  relayIdentity: string,
  logger: Logger,
  recoveryMs: number,
): FeederLock {
  const patienceMs = Math.max(recoveryMs, leastPatienceMs);
  let session: Session | null = null;
  let mine = false;
  let talking = false;
  const say = async <Row>(to: Session, statement: Statement): Promise<Row[]> => {
    talking = true;
    try {
      return (await to.query<Row>(statement)).rows;
    } finally {
      talking = false;
    }
  };
  const open = async (): Promise<Session> => {
    const fresh = await database.session();
    await fresh.query({ text: `select set_config('idle_session_timeout', $1, false)`, values: [`${patienceMs}ms`] });
    session = fresh;
    const sayingSo = setInterval(() => {
      if (!talking) void say(fresh, { text: 'select' }).catch(() => undefined);
    }, patienceMs / 4).unref();
    void fresh.gone.then(() => {
      clearInterval(sayingSo);
      if (session !== fresh) return;
      if (mine) logger.warn('the feeder lost its connection to the ledger');
      session = null;
      mine = false;
    });
    return fresh;
  };
  return {
    async isMine() {
      const on = session ?? (await open());
      if (mine) return true;
      const [answer] = await say<{ taken: boolean }>(on, {
        text: `select pg_try_advisory_lock(hashtextextended('candor-feeder:' || $1, 0)) as taken`,
        values: [relayIdentity],
      });
      mine = answer?.taken ?? false;
      return mine;
    },
    async release() {
      const on = session;
      session = null;
      mine = false;
      await on?.end().catch(() => undefined);
    },
  };
}
