// A Postgres of the tests' own: from the binaries that npm installed, on a Unix socket in a new folder,
// without durability (a test that needs a crash-proof server uses src/embedded).
import type { ChildProcess } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findPackage, usableBinaries } from '../../src/embedded/postgres-binaries.ts';
import { isRoot, spawnAs, systemUser } from '../../src/embedded/server-user.ts';
import { makeCluster } from './cluster.ts';

export interface FastPostgres {
  /** Without the database's name. */
  readonly server: { readonly host: string; readonly port: number; readonly user: string; readonly password: string };
}

const settings = `
listen_addresses = ''
unix_socket_permissions = 0777
fsync = off
full_page_writes = off
max_connections = 100
shared_buffers = 64MB
max_wal_size = 1GB
log_min_messages = log
log_checkpoints = off
`;

let started: Promise<FastPostgres> | null = null;

/** The server of this process, for all its test files: starting one takes half a second. It ends with the run. */
export function fastPostgres(): Promise<FastPostgres> {
  started ??= startServer();
  return started;
}

async function startServer(): Promise<FastPostgres> {
  const root = mkdtempSync(join(tmpdir(), 'candor-pg-'));
  chmodSync(root, 0o755);
  const user = isRoot() ? await systemUser() : null;
  const data = join(root, 'data');
  for (const folder of [data, join(root, 'copy')]) {
    mkdirSync(folder, { mode: 0o700 });
    if (user) chownSync(folder, user.uid, user.gid);
  }
  const { bin, libraryPath } = await usableBinaries({
    package: findPackage(),
    user,
    linksFolder: join(root, 'links'),
    copyFolder: () => join(root, 'copy'),
    say: () => undefined,
  });
  await makeCluster({ data, user, bin, libraryPath });
  writeFileSync(join(data, 'postgresql.auto.conf'), settings);
  const child = spawnAs(
    user,
    join(bin, 'postgres'),
    ['-D', data, '-k', data],
    ['ignore', 'ignore', 'pipe'],
    libraryPath,
  );
  endWithThisProcess(child, root);
  await new Promise<void>((resolve, reject) => {
    let output = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      if (output.length < 65_536) output += chunk.toString('utf8');
      if (output.includes('ready to accept connections')) resolve();
    });
    child.once('exit', () => reject(new Error(`postgres ended: ${output}`)));
  });
  // It keeps nobody from ending.
  child.unref();
  (child.stderr as Socket | null)?.unref();
  return { server: { host: data, port: 5432, user: 'candor', password: '' } };
}

/** And for a process that is killed itself, the run ends it (cluster-template.ts). */
function endWithThisProcess(child: ChildProcess, root: string): void {
  process.once('exit', () => {
    child.kill('SIGQUIT');
    rmSync(root, { recursive: true, force: true });
  });
  const folder = process.env['CANDOR_TEST_CLUSTERS'];
  if (folder !== undefined) writeFileSync(join(folder, `server-${child.pid}`), root);
}
