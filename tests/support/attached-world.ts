// A data folder of its own for each test, and the processes that attach to it: ended, checked to be
// gone with everything that they started, and removed afterwards.
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import type { PostgresConnection } from '../../src/embedded/postgres.ts';
import { buildEmbedded, processesOf, startAttached, type AttachedProcess, type Built } from './attached-process.ts';
import { prepareDataFolder } from './embedded-template.ts';
import { eventually } from './eventually.ts';

export interface AttachedWorld {
  /** Open to all users; removed after the test. */
  readonly folder: string;
  /** Below it; not made yet. */
  readonly dataDir: string;
  /** Puts data into it as a first start would (embedded-template.ts). */
  prepare(): Promise<void>;
  start(options?: Parameters<typeof startAttached>[2], at?: string): AttachedProcess;
  postmasterPid(): number;
  /** How often the text stands in the server's log. */
  logged(text: string): number;
  /** Resolves when no process of a server below the folder is left. */
  stopped(): Promise<boolean>;
}

/** The connection of a process that was not refused. */
export async function connectionOf(one: AttachedProcess): Promise<PostgresConnection> {
  const answer = await one.opened;
  if (answer.connection === undefined) throw new Error(`not attached: ${answer.code}`);
  return answer.connection;
}

/** Registers the hooks; what it answers is about the test that runs. */
export function attachedWorld(): AttachedWorld {
  let built: Built;
  let folder = '';
  let started: AttachedProcess[] = [];
  const stopped = (): Promise<boolean> => eventually(() => processesOf(folder).length === 0);
  const inPlace = (path: string): string => readFileSync(join(folder, 'data/postgres', path), 'utf8');

  beforeAll(() => {
    built = buildEmbedded();
  });
  afterAll(() => built.remove());
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'candor-embedded-'));
    chmodSync(folder, 0o755);
    started = [];
  });
  afterEach(async () => {
    for (const one of started)
      if (one.child.exitCode === null && one.child.signalCode === null) await one.end('SIGKILL');
    await stopped();
    rmSync(folder, { recursive: true, force: true });
  });

  return {
    get folder() {
      return folder;
    },
    get dataDir() {
      return join(folder, 'data');
    },
    prepare: () => prepareDataFolder(join(folder, 'data')),
    start: (options = {}, at = join(folder, 'data')) => {
      const one = startAttached(built, at, options);
      started.push(one);
      return one;
    },
    postmasterPid: () => Number.parseInt(inPlace('cluster/postmaster.pid'), 10),
    logged: (text) => inPlace('server.log').split(text).length - 1,
    stopped,
  };
}
