// The data of a test's own Postgres: made once for the whole run, since that takes a second of a processor.
import { existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { runAs, type ServerUser } from '../../src/embedded/server-user.ts';

export interface ClusterPlace {
  /** Is there, empty, and the user's. */
  readonly data: string;
  readonly user: ServerUser;
  readonly bin: string;
  readonly libraryPath: string | undefined;
}

/** A new cluster, without a password: copied from the one that the first of this run has left (cluster-template.ts). */
export async function makeCluster({ data, user, bin, libraryPath }: ClusterPlace): Promise<void> {
  const folder = process.env['CANDOR_TEST_CLUSTERS'];
  const template = folder === undefined ? null : join(folder, 'template');
  if (template !== null && existsSync(template)) {
    await run(user, 'cp', ['-R', `${template}/.`, data]);
    return;
  }
  await run(
    user,
    join(bin, 'initdb'),
    ['-D', data, '-U', 'candor', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'],
    libraryPath,
  );
  if (template === null) return;
  // Whole by one rename; whoever is second leaves what is there.
  const draft = `${template}-${process.pid}`;
  await run(user, 'cp', ['-R', data, draft]);
  try {
    renameSync(draft, template);
  } catch {
    await run(user, 'rm', ['-R', draft]);
  }
}

async function run(user: ServerUser, command: string, args: readonly string[], libraryPath?: string): Promise<void> {
  const ran = await runAs(user, command, args, libraryPath);
  if (ran.code !== 0) throw new Error(`${command} failed: ${ran.output}`);
}
