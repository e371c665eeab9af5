// Who feeds: one process per relay, by an advisory lock that lives as long as its connection. When the
// process or the connection dies, Postgres frees the lock and another process takes it.
import type { Logger } from '../runtime/logger.ts';
import type { Database, Session } from './database.ts';

export interface FeederLock {
  /** Tries to become the feeder, or answers that this process is it already. Throws `ledger-unreachable`. */
  isMine(): Promise<boolean>;
  release(): Promise<void>;
}

/** A lock for one relay's feeder. Needs a connection that a pooler does not share (docs/OPERATIONS.md). */
export function createFeederLock(database: Database, relayIdentity: string, logger: Logger): FeederLock {
  let session: Session | null = null;
  let mine = false;
  const open = async (): Promise<Session> => {
    const fresh = await database.session();
    session = fresh;
    void fresh.gone.then(() => {
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
      const { rows } = await on.query<{ taken: boolean }>({
        text: `select pg_try_advisory_lock(hashtextextended('candor-feeder:' || $1, 0)) as taken`,
        values: [relayIdentity],
      });
      mine = rows[0]?.taken ?? false;
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
