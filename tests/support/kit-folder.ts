// Copies of the built-in kit in a temporary folder, changed as a test needs them.
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

/** The folder of the kits that come with Candor. */
export const kitsRoot = fileURLToPath(new URL('../../templates', import.meta.url));
export const builtInKit = join(kitsRoot, 'mixpanel-2025-11');

/** File name → its new text, or how to change it; null removes the file. */
export type KitChanges = Readonly<Record<string, string | null | ((text: string) => string)>>;

/** A changed copy of the built-in kit in a folder named `broken-kit`, removed when the test ends. */
export async function changedKit(changes: KitChanges): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'candor-kit-'));
  onTestFinished(() => rm(root, { recursive: true }));
  const dir = join(root, 'broken-kit');
  await cp(builtInKit, dir, { recursive: true });
  for (const [name, change] of Object.entries(changes)) {
    const path = join(dir, name);
    if (change === null) await rm(path);
    else await writeFile(path, typeof change === 'string' ? change : change(await readFile(path, 'utf8')));
  }
  return dir;
}
