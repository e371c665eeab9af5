// A data folder of the embedded Postgres as its first start leaves it, for tests that are not about that start: to
// make one takes a second of a processor. Made once for the whole run (cluster-template.ts), by the program's own code.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { openEmbeddedPostgres } from '../../src/embedded/postgres.ts';
import { isRoot } from '../../src/embedded/server-user.ts';
import { silentLogger } from '../../src/runtime/logger.ts';

/** What belongs to the data and not to a running server. */
const parts = ['cluster', 'password'];

/** Fills a data folder that is not there yet. */
export async function prepareDataFolder(dataDir: string): Promise<void> {
  const folder = process.env['CANDOR_TEST_CLUSTERS'];
  if (folder === undefined) return;
  const template = join(folder, 'embedded');
  if (!existsSync(template)) await makeTemplate(template);
  const place = join(dataDir, 'postgres');
  const mode = isRoot() ? 0o711 : 0o700;
  mkdirSync(dataDir, { mode });
  mkdirSync(place, { mode });
  execFileSync('cp', ['-a', ...parts.map((part) => join(template, part)), place]);
}

async function makeTemplate(template: string): Promise<void> {
  const draft = `${template}-${process.pid}`;
  const server = await openEmbeddedPostgres({ dataDir: draft, logger: silentLogger, say: () => undefined });
  await server.release();
  // Whole by one rename; whoever is second leaves what is there.
  try {
    renameSync(join(draft, 'postgres'), template);
  } catch {
    // Another process of the run was first.
  }
  rmSync(draft, { recursive: true, force: true });
}
