// One installation of Candor, made for one run and gone after it: a data folder of its own, a Redis of its own where
// one is used, and a look into both.
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import type { CampaignSummary } from '../src/domain/summary.ts';
import { readSummary } from '../src/campaigns/read-summary.ts';
import { openEmbeddedPostgres, type EmbeddedPostgres } from '../src/embedded/postgres.ts';
import { openDatabase } from '../src/ledger/database.ts';
import { silentLogger } from '../src/runtime/logger.ts';
import { eventually } from '../tests/support/eventually.ts';
import { startRedis, type TestRedis } from '../tests/support/redis.ts';
import { sender } from './bench-letter.ts';
import { spreadOf } from './measurement.ts';

export interface InstallationOptions {
  readonly queue: 'redis' | 'postgres';
  /** New and empty; for the data folder. */
  readonly folder: string;
  readonly host: string;
  readonly port: number;
  readonly connections: number;
  /** A private key in PEM: letters are signed. */
  readonly keyFile?: string;
}

export interface Installation {
  /** The environment of its processes. */
  readonly env: Readonly<Record<string, string>>;
  readonly dataDir: string;
  readonly redis: TestRedis | null;
  /** Megabytes by which Redis's memory peaked above its start; null without Redis. */
  redisPeakMb(): Promise<number | null>;
  redisCpuMs(): Promise<number | null>;
  close(): Promise<void>;
}

/** Makes one; nothing of Candor runs yet. */
export async function install(options: InstallationOptions): Promise<Installation> {
  const dataDir = join(options.folder, 'data');
  mkdirSync(dataDir, { mode: 0o711 });
  const redis = options.queue === 'redis' ? await startRedis() : null;
  const before = await redisFigure(redis, 'memory', /^used_memory:(\d+)/gm);
  return {
    env: {
      CANDOR_DATA: dataDir,
      SMTP_URL: `smtp://${options.host}:${options.port}`,
      SMTP_CONNECTIONS: String(options.connections),
      MAIL_FROM: sender,
      ...(redis === null ? {} : { REDIS_URL: redis.url }),
      ...(options.keyFile === undefined ? {} : { DKIM_KEY_FILE: options.keyFile, DKIM_SELECTOR: 'bench' }),
    },
    dataDir,
    redis,
    redisPeakMb: async () =>
      redis === null ? null : ((await redisFigure(redis, 'memory', /^used_memory_peak:(\d+)/gm)) - before) / 2 ** 20,
    redisCpuMs: async () =>
      redis === null ? null : (await redisFigure(redis, 'cpu', /^used_cpu_(?:sys|user):([\d.]+)/gm)) * 1000,
    close: async () => redis?.stop(),
  };
}

/** The sum of what a section of INFO says. */
async function redisFigure(redis: TestRedis | null, section: string, pattern: RegExp): Promise<number> {
  if (redis === null) return 0;
  const info = await redis.client.info(section);
  return [...info.matchAll(pattern)].reduce((sum, [, figure]) => sum + Number(figure), 0);
}

/** Attaches to the ledger as soon as a program has started it, so that its figures can be read after the program's end. */
export async function attach(dataDir: string): Promise<EmbeddedPostgres> {
  await eventually(() => existsSync(join(dataDir, 'postgres/cluster/postmaster.pid')), { timeoutMs: 60_000 });
  return openEmbeddedPostgres({ dataDir, logger: silentLogger, say: () => undefined });
}

export function postmasterOf(dataDir: string): number {
  return Number.parseInt(readFileSync(join(dataDir, 'postgres/cluster/postmaster.pid'), 'utf8'), 10);
}

/** The moment of the last settlement (Unix time), and what the notices and their attempts take. */
export async function lookAtLedger(ledger: EmbeddedPostgres): Promise<{ lastSettledMs: number; tableBytes: number }> {
  const row = await askOnce<{ settled: number; tables: number }>(
    ledger,
    `select (select extract(epoch from max(last_settled_at))::double precision * 1000 from candor.tally) as settled,
            (pg_total_relation_size('candor.notice') + pg_total_relation_size('candor.notice_address') + pg_total_relation_size('candor.attempt'))::double precision as tables`,
  );
  return { lastSettledMs: row.settled, tableBytes: row.tables };
}

/** Write-ahead log since the database was made. */
export async function walBytes(ledger: EmbeddedPostgres): Promise<number> {
  return (
    await askOnce<{ wal: number }>(ledger, `select (pg_current_wal_insert_lsn() - '0/0')::double precision as wal`)
  ).wal;
}

/** What `candor status` reads, and how long the ledger takes to say it (median of 21, connection open). */
export async function readStatus(ledger: EmbeddedPostgres): Promise<{ summary: CampaignSummary; statusMs: number }> {
  const database = openDatabase(ledger.connection, silentLogger, { max: 1 });
  try {
    const summary = await readSummary(database, null);
    const taken: number[] = [];
    for (let look = 0; look < 21; look += 1) {
      const startedAt = performance.now();
      await readSummary(database, null);
      taken.push(performance.now() - startedAt);
    }
    return { summary, statusMs: spreadOf(taken).median };
  } finally {
    await database.close();
  }
}

/** Asks on a connection of its own. */
export async function askOnce<Row extends pg.QueryResultRow>(ledger: EmbeddedPostgres, text: string): Promise<Row> {
  const client = new pg.Client({ ...ledger.connection });
  await client.connect();
  try {
    const { rows } = await client.query<Row>(text);
    const [row] = rows;
    if (row === undefined) throw new Error('the ledger did not answer');
    return row;
  } finally {
    await client.end();
  }
}
