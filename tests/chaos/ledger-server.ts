// The Postgres of a chaos run: one at DATABASE_URL that the conductor starts again, or the embedded one, which
// the program itself has to start again.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ledgerDatabase, ledgerUser, readPassword } from '../../src/embedded/postgres-cluster.ts';
import { findPlace } from '../../src/embedded/postgres-place.ts';
import { socketPort } from '../../src/embedded/postgres-probe.ts';
import { openDatabase, type Connection, type Database } from '../../src/ledger/database.ts';
import { silentLogger } from '../../src/runtime/logger.ts';
import { startDurablePostgres } from '../support/durable-postgres.ts';

export interface LedgerServer {
  /** What the program is told of it. */
  readonly env: Readonly<Record<string, string>>;
  /** SIGKILL to the postmaster; false when none ran. */
  kill(): Promise<boolean>;
  /** Does nothing where the program does it. */
  start(): Promise<void>;
  /** A door for looks. The embedded server is not kept alive by it. Once the program has run. */
  open(): Promise<Database>;
  stop(): Promise<void>;
}

/** A server of the conductor's, on loopback. */
export async function givenLedger(): Promise<LedgerServer> {
  const postgres = await startDurablePostgres();
  return {
    env: { DATABASE_URL: postgres.url },
    async kill() {
      await postgres.kill();
      return true;
    },
    start: () => postgres.start(),
    open: () => Promise.resolve(door({ connectionString: postgres.url })),
    stop: () => postgres.stop(),
  };
}

/** The embedded server of the data folder. */
export function embeddedLedger(dataDir: string): LedgerServer {
  return {
    env: {},
    kill: () => Promise.resolve(killPostmaster(join(dataDir, 'postgres/cluster/postmaster.pid'))),
    start: () => Promise.resolve(),
    async open() {
      const place = await findPlace({ dataDir, sharedFolder: '/var/lib/candor', say: () => undefined });
      return door({
        host: place.run,
        port: socketPort,
        user: ledgerUser,
        password: readPassword(place),
        database: ledgerDatabase,
      });
    },
    stop: () => Promise.resolve(),
  };
}

function door(connection: Connection): Database {
  return openDatabase(connection, silentLogger, { max: 2 });
}

/** The server removes its file when it ends well; after a kill the file stays, and its number is nobody's. */
function killPostmaster(pidFile: string): boolean {
  try {
    process.kill(Number.parseInt(readFileSync(pidFile, 'utf8'), 10), 'SIGKILL');
    return true;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null;
    if (code === 'ENOENT' || code === 'ESRCH') return false;
    throw error;
  }
}
