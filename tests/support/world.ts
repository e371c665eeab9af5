// The world of a scenario: the real program in processes of its own, with a real ledger, queue and relay
// around it, everything fresh for each test. What a test starts is ended after it, whatever happened.
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import type { CampaignSummary } from '../../src/domain/summary.ts';
import { openDatabase, type Database } from '../../src/ledger/database.ts';
import { silentLogger } from '../../src/runtime/logger.ts';
import { processesOf } from './attached-process.ts';
import { prepareDataFolder } from './embedded-template.ts';
import { eventually } from './eventually.ts';
import { fastPostgres } from './fast-postgres.ts';
import { createDatabase, dropDatabase } from './migrated-database.ts';
import { csvOf, type Person } from './people.ts';
import { startCandor, type Outcome, type RunningProgram } from './program.ts';
import { startRedis, type TestRedis } from './redis.ts';
import { startRelay, type RelayOptions, type TestRelay } from './relay.ts';

/** The kit that comes with the program. */
export const kit = 'mixpanel-2025-11';

/** How a command with `--json` ended: its object, parsed. */
export interface Answer extends Outcome {
  readonly summary: CampaignSummary;
}

export interface SiteOptions {
  /** `own`: the embedded Postgres, `given` (the default): a database at DATABASE_URL; `new-own` and `new-given`: nothing is in it yet. */
  readonly ledger?: 'own' | 'given' | 'new-own' | 'new-given';
  /** REDIS_URL; without it the queue is on the ledger. */
  readonly redis?: TestRedis;
  /** SMTP_URL; without it everything is a rehearsal. */
  readonly relay?: Pick<TestRelay, 'url'>;
  readonly settings?: Readonly<Record<string, string>>;
}

/** One installation of the program: the environment that its processes share. */
export interface Site {
  readonly env: Readonly<Record<string, string>>;
  /** The same ledger and queue, with other settings; an empty text takes a variable away. */
  with(settings: Readonly<Record<string, string>>): Site;
  /** Runs a command to its end, with `--json`. */
  run(...args: readonly string[]): Promise<Answer>;
  /** Starts a command, with `--json`. */
  start(...args: readonly string[]): RunningProgram;
  /** `send FILE --kit … --yes` and what else is given, as `run` and as `start` do. */
  send(file: string, ...args: readonly string[]): Promise<Answer>;
  startSend(file: string, ...args: readonly string[]): RunningProgram;
  /** Starts `candor worker` and waits until it may claim. Only with a ledger at DATABASE_URL. */
  worker(): Promise<RunningProgram>;
  /** A door to the ledger at DATABASE_URL, for looks that the program does not offer. Closed after the test. */
  ledger(): Database;
  /** Waits until a campaign stands and answers its id. */
  campaignOf(running: RunningProgram): Promise<string>;
}

export interface World {
  /** Of this test alone; removed after it. */
  readonly folder: string;
  relay(options?: RelayOptions): Promise<TestRelay>;
  redis(): Promise<TestRedis>;
  site(options?: SiteOptions): Promise<Site>;
  /** Writes a recipient file and answers its path. */
  file(people: readonly Person[] | string, name?: string): string;
}

let databases = 0;
/** Of every site with a given ledger. */
const key = Buffer.alloc(32, 5);

/** Registers the hooks; what it answers is about the test that runs. */
export function scenarioWorld(): World {
  let folder = '';
  const closing: (() => unknown)[] = [];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'candor-world-'));
    // The embedded Postgres of root runs as another user, who has to reach it.
    chmodSync(folder, 0o755);
  });
  afterEach(async () => {
    for (const close of closing.splice(0).toReversed()) await close();
    await eventually(() => processesOf(folder).length === 0, { timeoutMs: 30_000 });
    rmSync(folder, { recursive: true, force: true });
  });

  const newDatabase = async (empty: boolean): Promise<string> => {
    const postgres = await fastPostgres();
    const name = `world_${(databases += 1)}`;
    await createDatabase(postgres, name, { empty, key });
    closing.push(() => dropDatabase(postgres, name));
    const { user, host } = postgres.server;
    return `postgres://${user}@localhost/${name}?host=${encodeURIComponent(host)}`;
  };

  const siteOf = (env: Readonly<Record<string, string>>): Site => {
    const launch = (args: readonly string[]): RunningProgram => {
      const running = startCandor(args, env, { cwd: folder });
      closing.push(async () => {
        running.kill('SIGKILL');
        await running.outcome;
      });
      return running;
    };
    const start = (args: readonly string[]): RunningProgram => launch([...args, '--json']);
    const ledger = (): Database => {
      const database = openDatabase({ connectionString: env['DATABASE_URL'] ?? '' }, silentLogger, { max: 2 });
      closing.push(() => database.close());
      return database;
    };
    const run = async (args: readonly string[]): Promise<Answer> => answerOf(await start(args).outcome);
    const sending = (file: string, args: readonly string[]): string[] => ['send', file, '--kit', kit, '--yes', ...args];
    return {
      env,
      with: (settings) =>
        siteOf(Object.fromEntries(Object.entries({ ...env, ...settings }).filter(([, value]) => value !== ''))),
      run: (...args) => run(args),
      start: (...args) => start(args),
      send: (file, ...args) => run(sending(file, args)),
      startSend: (file, ...args) => start(sending(file, args)),
      async worker() {
        const running = launch(['worker']);
        const looking = ledger();
        const alive = {
          text: `select from candor.lease where worker like '%:' || $1 and expires_at > clock_timestamp()`,
          values: [String(running.pid)],
        };
        await eventually(async () => (await looking.query(alive)).rowCount === 1, { timeoutMs: 20_000 });
        return running;
      },
      ledger,
      campaignOf,
    };
  };

  return {
    get folder() {
      return folder;
    },
    async relay(options) {
      const relay = await startRelay(options);
      closing.push(() => relay.stop());
      return relay;
    },
    async redis() {
      const redis = await startRedis();
      closing.push(() => redis.stop());
      return redis;
    },
    async site(options = {}) {
      const { ledger = 'given', redis, relay, settings } = options;
      if (ledger === 'own') await prepareDataFolder(join(folder, 'data'));
      return siteOf({
        CANDOR_DATA: join(folder, 'data'),
        LOG_LEVEL: 'warn',
        RECOVERY_SECONDS: '2',
        ...(ledger.endsWith('given')
          ? {
              DATABASE_URL: settings?.['DATABASE_URL'] ?? (await newDatabase(ledger === 'new-given')),
              CANDOR_KEY: key.toString('base64'),
            }
          : {}),
        ...(redis === undefined ? {} : { REDIS_URL: redis.url }),
        ...(relay === undefined ? {} : { SMTP_URL: relay.url, MAIL_FROM: 'Notices <notices@example.com>' }),
        ...settings,
      });
    },
    file(people, name = 'recipients.csv') {
      const path = join(folder, name);
      writeFileSync(path, typeof people === 'string' ? people : csvOf(people));
      return path;
    },
  };
}

/** Waits for the line that says that the campaign stands. Fails at once when the program ended without one. */
async function campaignOf(running: RunningProgram): Promise<string> {
  let ended: Outcome | null = null;
  void running.outcome.then((outcome) => (ended = outcome));
  const found = await eventually(
    () => {
      const id = /Campaign (\S+) stands/.exec(running.stderr())?.[1];
      return id !== undefined || ended !== null ? { id, ended } : undefined;
    },
    { timeoutMs: 20_000 },
  );
  if (found?.id !== undefined) return found.id;
  throw new Error(`it ended before a campaign stood: ${running.stderr()}`);
}

/** The one JSON object on stdout. A program that printed none, or more, breaks its promise to scripts. */
export function answerOf(outcome: Outcome): Answer {
  try {
    return { ...outcome, summary: JSON.parse(outcome.stdout) as CampaignSummary };
  } catch {
    throw new Error(
      `stdout is not one JSON object (exit ${outcome.code}): ${outcome.stdout.slice(0, 500)}\n${outcome.stderr.slice(-2_000)}`,
    );
  }
}

/** The code of the error that a command with `--json` answered with. */
export function codeOf(answer: Answer): string | undefined {
  const { error } = answer.summary as unknown as { error?: { code?: string } };
  return error?.code;
}
