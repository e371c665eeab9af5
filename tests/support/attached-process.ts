// A real process that is attached to the embedded Postgres of a data folder, to be stopped, killed and
// run as other users. It runs the compiled sources, because Node 20 does not run TypeScript.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import {
  copyFileSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  writeFileSync,
  mkdirSync,
  chmodSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import type { PostgresConnection } from '../../src/embedded/postgres.ts';
import type { ServerUser } from '../../src/embedded/server-user.ts';
import { copyProgram, nodeForOthers, reachableByOthers } from './for-others.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

export interface Built {
  /** The compiled sources. */
  readonly folder: string;
  /** What runs them, and the program that does, where any user can reach both. */
  readonly node: string;
  readonly program: string;
  remove(): void;
}

/** Compiles what the child needs, beside node_modules so that it finds its packages; in a copy of them where others cannot reach these. */
export function buildEmbedded(): Built {
  const cache = join(root, 'node_modules', '.cache');
  mkdirSync(cache, { recursive: true });
  const copied = reachableByOthers(join(root, 'tests')) ? null : mkdtempSync(join(tmpdir(), 'candor-copied-'));
  const place = copied ?? mkdtempSync(join(cache, 'candor-test-'));
  chmodSync(place, 0o755);
  const folder = join(place, 'built');
  const program = join(place, 'attached-process-child.mjs');
  mkdirSync(folder, { mode: 0o755 });
  if (copied !== null) copyProgram(root, ['package.json'], copied);
  copyFileSync(join(root, 'tests/support/attached-process-child.mjs'), program);
  const config = join(cache, `${basename(place)}.json`);
  writeFileSync(
    config,
    JSON.stringify({
      extends: join(root, 'tsconfig.json'),
      compilerOptions: { rootDir: join(root, 'src'), outDir: folder, sourceMap: false },
      include: [],
      files: [join(root, 'src/embedded/postgres.ts')],
    }),
  );
  execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', config], { stdio: 'inherit' });
  rmSync(config);
  return { folder, program, node: nodeForOthers(place), remove: () => rmSync(place, { recursive: true, force: true }) };
}

export interface Answer {
  readonly ok: boolean;
  readonly code?: string;
  readonly connection?: PostgresConnection;
  readonly said?: readonly string[];
}

export interface AttachedProcess {
  readonly child: ChildProcess;
  /** The answer to opening: resolves once it is attached, or was refused. */
  readonly opened: Promise<Answer>;
  ask(word: 'ensure' | 'release'): Promise<Answer>;
  /** Sends the signal and waits until the process is gone. */
  end(signal: NodeJS.Signals): Promise<void>;
}

/** Starts one. `environment` is added to an empty environment. */
export function startAttached(
  built: Built,
  dataDir: string,
  options: { user?: ServerUser; sharedFolder?: string; environment?: Record<string, string> } = {},
): AttachedProcess {
  const child = spawn(built.node, [built.program, built.folder, dataDir, options.sharedFolder ?? ''], {
    cwd: '/',
    env: { PATH: '/usr/bin:/bin', ...options.environment },
    stdio: ['pipe', 'pipe', 'inherit'],
    ...options.user,
  });
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const waiting: ((answer: Answer) => void)[] = [];
  const next = (): Promise<Answer> => new Promise((resolve) => waiting.push(resolve));
  const opened = next();
  createInterface({ input: child.stdout }).on('line', (line) => waiting.shift()?.(JSON.parse(line) as Answer));
  void gone.then(() => waiting.splice(0).forEach((answer) => answer({ ok: false, code: 'process-ended' })));
  return {
    child,
    opened,
    ask: (word) => {
      const answer = next();
      child.stdin.write(`${word}\n`);
      return answer;
    },
    end: async (signal) => {
      child.kill(signal);
      await gone;
    },
  };
}

/** One session, one statement, its rows. */
export async function ask<Row extends pg.QueryResultRow>(connection: PostgresConnection, text: string): Promise<Row[]> {
  const client = new pg.Client({ ...connection });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Row>(text)).rows;
  } finally {
    await client.end();
  }
}

/** The living processes (zombies left out) whose command line or inherited FIFO names the folder: pid and command line. */
export function processesOf(folder: string): { pid: number; command: string; environment: string }[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((name) => {
      try {
        const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ');
        const inherited = inheritedOf(name);
        if (!command.includes(folder) && !inherited.includes(folder)) return [];
        if (command === '' || command.includes('attached-process-child')) return [];
        return [{ pid: Number(name), command, environment: readFileSync(`/proc/${name}/environ`, 'utf8') }];
      } catch {
        return [];
      }
    });
}

function inheritedOf(pid: string): string {
  try {
    return readlinkSync(`/proc/${pid}/fd/3`);
  } catch {
    return '';
  }
}
