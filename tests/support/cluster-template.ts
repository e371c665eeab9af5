// For the whole run: where the first test Postgres leaves its new cluster for the others to copy, since making
// one takes a second. Nothing is made before a test needs it. And the servers of processes that did not end them.
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isRoot } from '../../src/embedded/server-user.ts';

export function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'candor-cluster-'));
  // The servers of root run as another user, who makes the template.
  if (isRoot()) chmodSync(folder, 0o777);
  process.env['CANDOR_TEST_CLUSTERS'] = folder;
  return () => {
    for (const name of readdirSync(folder).filter((each) => each.startsWith('server-')))
      endServer(Number(name.slice('server-'.length)), readFileSync(join(folder, name), 'utf8'));
    rmSync(folder, { recursive: true, force: true });
  };
}

function endServer(pid: number, root: string): void {
  // The number may be somebody else's by now: only with its folder is it that server.
  if (existsSync(root)) {
    try {
      process.kill(pid, 'SIGQUIT');
    } catch {
      // It is gone.
    }
  }
  rmSync(root, { recursive: true, force: true });
}
