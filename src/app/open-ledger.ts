// The ledger of this process: at DATABASE_URL, or the embedded Postgres of the data folder.
import { statfs } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { ensureDataFolder, findKey, loadKey, placeOfKey } from '../config/key.ts';
import { laidKey, takeLaidKey } from '../config/new-key.ts';
import type { Config } from '../config/read-config.ts';
import { CandorError } from '../domain/errors.ts';
import { openEmbeddedPostgres, type EmbeddedPostgres } from '../embedded/postgres.ts';
import { openDatabase, withFullCheck, type Claim, type Connection, type Database } from '../ledger/database.ts';
import { createKeyring, type Keyring } from '../ledger/keyring.ts';
import { migrate } from '../ledger/migrate.ts';
import { refusePooler } from '../ledger/pooler.ts';
import { createAlert } from './alert.ts';
import { program } from './ledger-ports.ts';
import { createLedgerWitness, type LedgerWitness } from './ledger-witness.ts';
import { keptInFile, keptInRedis } from './memory-places.ts';
import type { Logger } from '../runtime/logger.ts';
import { queueSchema } from '../queue/queue-name.ts';

export interface OpenLedger {
  readonly database: Database;
  readonly keyring: Keyring;
  readonly ledgerId: string;
  readonly connection: Connection;
  readonly witness: LedgerWitness;
  close(): Promise<void>;
}

/**
 * Opens the ledger, brings its schema up to date and checks the key. Throws `key-*`, `ledger-*`, `schema-mismatch`,
 * `postgres-*`. A ledger that went back is held before anybody gets it. To work, a pooler that nothing else minds is refused too. To restore, no key is made, because a new one
 * is never that of the backup, and a ledger that holds nothing may have been made under another.
 */
export async function openLedger(
  config: Config,
  logger: Logger,
  say: (line: string) => void,
  purpose: 'look' | 'work' | 'restore' = 'look',
  claim?: Claim,
): Promise<OpenLedger> {
  const place = placeOfKey(config);
  if (purpose === 'restore' && (await findKey(config)) === null)
    throw new CandorError('key-wrong', { place, what: 'the backup' });
  if (config.ledger.url === null) await ensureDataFolder(config.dataDir);
  let keyring = createKeyring(await loadKey(config), place);
  const embedded =
    config.ledger.url === null ? await openEmbeddedPostgres({ dataDir: config.dataDir, logger, say }) : null;
  const connection: Connection =
    embedded === null ? { connectionString: withFullCheck(config.ledger.url ?? '') } : { ...embedded.connection };
  let closing = false;
  const revive = embedded === null ? null : reviver(embedded, config.dataDir, logger);
  const witness = createLedgerWitness({
    logger,
    actor: program,
    onHeld: (held) => {
      for (const campaign of held) alert.raise(campaign, 'held');
    },
  });
  const database = openDatabase(connection, logger, {
    ...(claim === undefined ? {} : { claim }),
    inspect: (on) => witness.inspect(on),
    // A connection that breaks because this process lets the server stop is no reason to start it again.
    onUnreachable: () => {
      if (!closing) revive?.();
    },
  });
  const alert = createAlert(config.alertWebhook, database, logger);
  const close = async (): Promise<void> => {
    closing = true;
    await witness.close();
    await alert.told();
    await database.close();
    await embedded?.release();
  };
  try {
    if (purpose === 'work' && embedded === null) await refusePooler(database, queueSchemaOf(config));
    const how = { toRestore: purpose === 'restore', say };
    const ledgerId = await migrate(database, keyring, how).catch(async (error: unknown) => {
      const laid = error instanceof CandorError && error.code === 'key-wrong' ? await laidKey(config) : null;
      if (laid === null) throw error;
      // A rotation that ended between the ledger and the key file.
      keyring = createKeyring(laid, place);
      const id = await migrate(database, keyring, how);
      await takeLaidKey(config);
      return id;
    });
    await witness.begin(ledgerId, database);
    await witness.keepIn(keptInFile(config.dataDir));
    // Loaded here: no look needs Redis.
    if (purpose === 'work' && config.queue.url !== null)
      await witness.keepIn(keptInRedis((await import('../queue/kept-in-redis.ts')).keepInRedis(config.queue.url)));
    return { database, keyring, ledgerId, connection, witness, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Null when the queue is on Redis. */
export function queueSchemaOf(config: Config): string | null {
  return config.queue.url === null ? queueSchema : null;
}

/** Between two tries: a full disk is not emptied by trying, and each try is a recovery. */
const reviveAgainMs = [250, 15_000] as const;
/** How often it is said that it does not come back. */
const saidEveryMs = 60_000;

/** Starts the embedded server again after it died; one try at a time, with growing pauses while it fails. */
function reviver(embedded: EmbeddedPostgres, dataDir: string, logger: Logger): () => void {
  let reviving = false;
  let pauseMs: number = reviveAgainMs[0];
  let saidAtMs = -Infinity;
  const failed = async (err: unknown): Promise<void> => {
    if (performance.now() - saidAtMs > saidEveryMs) {
      saidAtMs = performance.now();
      logger.error(
        { err },
        `the embedded Postgres could not be started again; it is tried on. The disk of ${dataDir} has ${await freeMegabytes(dataDir)} MB left`,
      );
    }
    await pause(pauseMs, undefined, { ref: false });
    pauseMs = Math.min(2 * pauseMs, reviveAgainMs[1]);
  };
  return () => {
    if (reviving) return;
    reviving = true;
    void embedded
      .ensureRunning()
      .then(() => {
        pauseMs = reviveAgainMs[0];
      })
      .catch(failed)
      .finally(() => {
        reviving = false;
      });
  };
}

async function freeMegabytes(folder: string): Promise<string> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return String(Math.floor((bavail * bsize) / 1e6));
  } catch {
    return '?';
  }
}
