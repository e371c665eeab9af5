// The one door to Postgres: a pool that survives the server's death, typed rows, one transaction helper.
import pg from 'pg';
import { CandorError, isUnreachable } from '../domain/errors.ts';
import type { Logger } from '../runtime/logger.ts';
import { watchAnswers, type AnswerWatch } from './answer-watch.ts';
import { createOverseer } from './overseer.ts';
import { fromConnection, fromSqlState, isShortage } from '../runtime/postgres-answer.ts';

// int8 comes as text by default; counts and ids stay far below 2^53. Set on our own connections only,
// because BullMQ shares the driver.
const types = new pg.TypeOverrides();
types.setTypeParser(pg.types.builtins.INT8, (text) => Number(text));

export type Connection =
  { connectionString: string } | { host: string; port: number; user: string; password: string; database: string };

/** What a function of the ledger needs: the pool, or a client inside a transaction. */
export interface Queryable {
  /** The name that `--actor` gave, and the system's user who gave it; absent where nobody claims a name. */
  readonly claim?: Claim;
  query<Row>(statement: Statement): Promise<{ rows: Row[]; rowCount: number }>;
}

export interface Claim {
  readonly actor: string;
  readonly systemUser: string;
}

/** A statement with its values. `name` makes it a prepared one; use it on what runs often. */
export interface Statement {
  readonly text: string;
  readonly values?: readonly unknown[];
  readonly name?: string;
  /** After so long without an answer its connection is given up, whoever works on it: for questions that are not worth waiting for. */
  readonly timeoutMs?: number;
}

export interface Database extends Queryable {
  /**
   * Runs the work in one transaction: all of it stands, or none. Postgres ends one that says nothing for a minute,
   * so that a process which is cut off locks nobody out; `patient` where a file or a person sets the pace.
   */
  transaction<Result>(work: (tx: Transaction) => Promise<Result>, options?: { patient?: boolean }): Promise<Result>;
  /** A connection of its own, for advisory locks that must live as long as it. The caller ends it. */
  session(settings?: { searchPath: string }): Promise<Session>;
  close(): Promise<void>;
}

export interface Transaction extends Queryable {
  /** The driver's client, for COPY. */
  readonly client: pg.PoolClient;
}

export interface Session extends Queryable {
  /** Resolves when the connection is gone, for whatever reason. */
  readonly gone: Promise<void>;
  end(): Promise<void>;
}

/**
 * What a database or a role may have set otherwise. The statements rely on READ COMMITTED; an import takes its time; the
 * driver reads dates as ISO writes them. And the statements that run often are written so that one plan fits all values:
 * planning them anew each time took a claim of five from 2.2 to 7.1 ms and a campaign from 1,990 to 660 notices/s
 * (2026-11, 10 connections).
 */
const ownSettings = `set plan_cache_mode = force_generic_plan; set default_transaction_isolation = 'read committed'; set statement_timeout = 0;
  set lock_timeout = 0; set idle_in_transaction_session_timeout = 0; set datestyle = ISO`;

/** For what is said first on a new connection. */
const settingMs = 5_000;

/** The same for the queue's connections, which are BullMQ's to open: as options of a connection. */
const queueOptions = '-c default_transaction_isolation=read\\ committed -c statement_timeout=0 -c lock_timeout=0';

/**
 * Opens the pool. Connections are made when they are needed, so this succeeds while the server is away.
 *
 * Every statement may throw `ledger-unreachable` (the server did not answer, or the connection broke; a
 * commit under way may or may not stand), `ledger-refused` or `ledger-pooled` (it answered, and nothing was done), or a
 * plain `DatabaseError` (a bug, or a guard of the schema).
 */
export function openDatabase(
  connection: Connection,
  logger: Logger,
  options: {
    max?: number;
    /** Told each time the server did not answer: the embedded one is started again here. */
    onUnreachable?: () => void;
    claim?: Claim;
    /** Looks through each new connection before anybody gets it; what it throws is what they get instead. */
    inspect?: (on: Queryable) => Promise<void>;
  } = {},
): Database {
  const claim = options.claim === undefined ? {} : { claim: options.claim };
  const config: pg.PoolConfig = {
    ...connection,
    max: options.max ?? 12,
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    application_name: 'candor',
    types,
    verify: (client, done) => {
      const inspected = async (): Promise<void> => {
        await client.query(first(ownSettings));
        await noteProcess(client);
        await options.inspect?.({ query: (statement) => run(client, statement, watch) });
      };
      inspected().then(() => done(), done);
    },
  };
  const pool = new pg.Pool(config);
  const watch = watchAnswers(createOverseer(config));
  // From its birth: between the pool's hands and ours a client has no listener, and the server's last word may
  // come in the same packet as its first. Without one, a broken connection would end the process.
  pool.on('connect', (client) => client.on('error', ignore));
  pool.on('error', (err) => {
    logger.debug({ err }, 'an idle ledger connection broke');
    options.onUnreachable?.();
  });
  let saidAtMs = -Infinity;
  const noteAbsence = (error: unknown): never => {
    if (isUnreachable(error)) {
      options.onUnreachable?.();
      // Nobody else would say so: the heartbeat still goes through. Not more often than somebody wants to read it.
      if (isShortage(error) && performance.now() - saidAtMs > 60_000) {
        saidAtMs = performance.now();
        logger.warn({ code: error.code }, `${error.message} Work waits for it.`);
      }
    }
    throw error;
  };
  const lend = (): Promise<pg.PoolClient> => pool.connect().catch(asLedgerError).catch(noteAbsence);
  return {
    ...claim,
    async query<Row>(statement: Statement) {
      const client = await lend();
      let broken = false;
      try {
        return await run<Row>(client, statement, watch);
      } catch (error) {
        broken = isUnreachable(error);
        return noteAbsence(error);
      } finally {
        client.release(broken);
      }
    },
    async transaction(work, { patient = false } = {}) {
      const client = await lend();
      let broken = false;
      const ask = <Row>(statement: Statement) => run<Row>(client, statement, watch, patient);
      try {
        await ask({ text: patient ? 'begin' : `begin; set local idle_in_transaction_session_timeout = '60s'` });
        const result = await work({ ...claim, client, query: ask });
        await ask({ text: 'commit' });
        return result;
      } catch (error) {
        // One that leads to a standby would be lent again and again.
        broken = isUnreachable(error);
        await ask({ text: 'rollback' }).catch(() => {
          broken = true;
        });
        throw error;
      } finally {
        client.release(broken);
      }
    },
    async session(settings) {
      const own = optionsBeside(config);
      const client = new pg.Client(
        settings === undefined
          ? own
          : { ...own, options: `${own.options ?? ''} -c search_path=${settings.searchPath}`.trim() },
      );
      const gone = new Promise<void>((resolve) => client.once('end', () => resolve()));
      client.on('error', ignore);
      await client.connect().catch(asLedgerError);
      await noteProcess(client).catch(asLedgerError);
      return { gone, query: (statement) => run(client, statement, watch), end: () => client.end() };
    },
    async close() {
      await pool.end();
      await watch.close();
    },
  };
}

/**
 * The same settings with the options of the connection (`-c name=value`) beside the connection string instead of in it,
 * where they would win over those that somebody adds.
 */
export function optionsBeside(settings: pg.PoolConfig): pg.PoolConfig {
  const [address = '', query] = settings.connectionString?.split(/\?(.*)/s, 2) ?? [];
  const parameters = new URLSearchParams(query);
  const options = parameters.get('options');
  if (options === null) return settings;
  parameters.delete('options');
  return {
    ...settings,
    connectionString: parameters.size === 0 ? address : `${address}?${parameters.toString()}`,
    options,
  };
}

/** Settings for the queue's connections to the same Postgres. */
export function queueConnection(connection: Connection): Readonly<Record<string, unknown>> {
  const settings = optionsBeside(connection);
  return { ...settings, options: `${settings.options ?? ''} ${queueOptions}`.trim() };
}

/**
 * The driver checks the server's certificate for each of these, and warns on stderr that a later version will not: said
 * outright, so it stays as it is and nobody is warned.
 */
export function withFullCheck(connectionString: string): string {
  return /[?&]uselibpqcompat=true/.test(connectionString)
    ? connectionString
    : connectionString.replace(/([?&]sslmode=)(?:prefer|require|verify-ca)(?=&|$)/, '$1verify-full');
}

/** SQLSTATE of a database error, or null. */
export function sqlState(error: unknown): string | null {
  return error instanceof pg.DatabaseError ? (error.code ?? null) : null;
}

type Client = pg.Client | pg.PoolClient;

/** The server's process of each client. A pooler gives clients another number than that. */
const processes = new WeakMap<object, number>();

/** A statement that must be answered soon. The driver's types do not know its time limit. */
function first(text: string): pg.QueryConfig {
  const statement = { text, query_timeout: settingMs };
  return statement;
}

async function noteProcess(client: Client): Promise<void> {
  const { rows } = await client.query<{ pid: number }>(first('select pg_backend_pid() as pid'));
  if (rows[0] !== undefined) processes.set(client, rows[0].pid);
}

async function run<Row>(
  client: Client,
  statement: Statement,
  watch: AnswerWatch,
  patient = false,
): Promise<{ rows: Row[]; rowCount: number }> {
  const pid = processes.get(client);
  const answered = pid === undefined ? null : watch.begin({ client, pid, patient });
  try {
    const result = await client.query<Row & pg.QueryResultRow>({
      text: statement.text,
      ...(statement.values ? { values: [...statement.values] } : {}),
      ...(statement.name ? { name: statement.name } : {}),
      ...(statement.timeoutMs === undefined ? {} : { query_timeout: statement.timeoutMs }),
    });
    return { rows: result.rows, rowCount: result.rowCount ?? 0 };
  } catch (error) {
    return asLedgerError(error);
  } finally {
    answered?.();
  }
}

/** Throws what the error means (`ledger-unreachable`, `ledger-refused`, `ledger-pooled`), or else the error itself. */
export function asLedgerError(error: unknown): never {
  if (error instanceof CandorError) throw error;
  // Anything that is not a database error at all is the driver's word for a broken connection.
  throw error instanceof pg.DatabaseError ? (fromSqlState(error.code ?? '', error) ?? error) : fromConnection(error);
}

function ignore(): void {
  // The statement under way reports the broken connection.
}
