// For the whole run: where the first test Postgres leaves its new cluster for the others to copy, since making
// one takes a second. Nothing is made before a test needs it.
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isRoot } from '../../src/embedded/server-user.ts';

export function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'candor-cluster-'));
  // The servers of root run as another user, who makes the template.
  if (isRoot()) chmodSync(folder, 0o777);
  process.env['CANDOR_TEST_CLUSTERS'] = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}
