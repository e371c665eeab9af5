// Runs `candor send` as its users do, from nothing: a new data folder, a ledger that has to be made, a new
// Redis where one is used. So its wall time holds everything, the making of the database included.
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import type { CampaignSummary } from '../src/domain/summary.ts';
import { openEmbeddedPostgres, type EmbeddedPostgres } from '../src/embedded/postgres.ts';
import { silentLogger } from '../src/runtime/logger.ts';
import { eventually } from '../tests/support/eventually.ts';
import { startRedis, type TestRedis } from '../tests/support/redis.ts';
import { kitName, sender } from './bench-letter.ts';
import { startProgram } from './start-program.ts';
import type { Measurement } from './measurement.ts';
import { watchProcess, watchTree } from './process-usage.ts';

export interface CandorRun {
  readonly queue: 'redis' | 'postgres';
  readonly notices: number;
  readonly recipients: string;
  /** New and empty; for the data folder. */
  readonly folder: string;
  readonly host: string;
  readonly port: number;
  readonly connections: number;
}

/** Runs it and measures. Throws when not every notice was accepted. */
export async function runCandor(run: CandorRun): Promise<Measurement> {
  const data = join(run.folder, 'data');
  mkdirSync(data, { mode: 0o711 });
  const redis = run.queue === 'redis' ? await startRedis() : null;
  try {
    const redisBefore = redis === null ? 0 : await redisMb(redis, 'used_memory');
    const startedAtMs = Date.now();
    const program = startProgram(['send', run.recipients, '--kit', kitName, '--yes', '--json'], {
      CANDOR_DATA: data,
      SMTP_URL: `smtp://${run.host}:${run.port}`,
      SMTP_CONNECTIONS: String(run.connections),
      MAIL_FROM: sender,
      ...(redis === null ? {} : { REDIS_URL: redis.url }),
    });
    const candor = watchProcess(program.pid);
    const ledger = await attach(data);
    const database = watchTree(postmasterOf(data));
    const walBefore = await walBytes(ledger);
    const { code, stdout } = await program.outcome;
    const own = candor.stop();
    const behind = database.stop();
    if (code !== 0) throw new Error(`candor send ended with ${String(code)}`);
    const summary = JSON.parse(stdout) as CampaignSummary;
    if (summary.states.accepted !== run.notices) throw new Error(`candor: ${summary.states.accepted} of ${run.notices} notices were accepted`);
    const looked = await lookAtLedger(ledger);
    const walAfter = await walBytes(ledger);
    await ledger.release();
    return {
      notices: run.notices,
      wallSeconds: (looked.lastSettledMs - startedAtMs) / 1000,
      sendingSeconds: summary.seconds,
      cpuMs: own.cpuMs,
      databaseCpuMs: behind.cpuMs,
      peakMb: own.peakMb,
      databasePeakMb: behind.peakMb,
      redisPeakMb: redis === null ? null : (await redisMb(redis, 'used_memory_peak')) - redisBefore,
      ledgerBytesPerNotice: looked.tableBytes / run.notices,
      walBytesPerNotice: (walAfter - walBefore) / run.notices,
    };
  } finally {
    await redis?.stop();
  }
}

/** Attaches to the ledger as soon as the program has started it, so that its last figures can be read after the program's end. */
async function attach(data: string): Promise<EmbeddedPostgres> {
  await eventually(() => existsSync(join(data, 'postgres/cluster/postmaster.pid')), { timeoutMs: 60_000 });
  return openEmbeddedPostgres({ dataDir: data, logger: silentLogger, say: () => undefined });
}

function postmasterOf(data: string): number {
  return Number.parseInt(readFileSync(join(data, 'postgres/cluster/postmaster.pid'), 'utf8'), 10);
}

/** The moment of the last settlement (Unix time), and what the notices and their attempts take. */
async function lookAtLedger(ledger: EmbeddedPostgres): Promise<{ lastSettledMs: number; tableBytes: number }> {
  const row = await askOnce<{ settled: number; tables: number }>(
    ledger,
    `select (select extract(epoch from max(last_settled_at))::double precision * 1000 from candor.tally) as settled,
            (pg_total_relation_size('candor.notice') + pg_total_relation_size('candor.attempt'))::double precision as tables`,
  );
  return { lastSettledMs: row.settled, tableBytes: row.tables };
}

/** Write-ahead log since the database was made. */
async function walBytes(ledger: EmbeddedPostgres): Promise<number> {
  return (await askOnce<{ wal: number }>(ledger, `select (pg_current_wal_insert_lsn() - '0/0')::double precision as wal`)).wal;
}

async function askOnce<Row extends pg.QueryResultRow>(ledger: EmbeddedPostgres, text: string): Promise<Row> {
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

async function redisMb(redis: TestRedis, field: 'used_memory' | 'used_memory_peak'): Promise<number> {
  const info = await redis.client.info('memory');
  return Number(new RegExp(`^${field}:(\\d+)`, 'm').exec(info)?.[1] ?? 0) / 1024 / 1024;
}
