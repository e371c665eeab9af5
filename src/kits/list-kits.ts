// Finds kits: lists those in a folder, and turns what a person typed into the folder of one.
import { readdir, realpath, stat } from 'node:fs/promises';
import { join, normalize, resolve } from 'node:path';
import { parse } from 'yaml';
import { CandorError } from '../domain/errors.ts';
import { readKitFiles } from './kit-files.ts';
import { kitHeadingSchema } from './kit-schema.ts';

export interface KitHeading {
  readonly id: string;
  readonly title: string;
  readonly locales: readonly string[];
}

/**
 * The kits among the folders of `root`, by folder name. A folder without a kit.yaml is not a kit. A kit
 * that cannot be read is listed all the same, under its folder's name and without locales; `loadKit` says why.
 */
export async function listKits(root: string): Promise<KitHeading[]> {
  const entries = await readdir(root, { withFileTypes: true }).catch(() => []);
  const folders = entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map((entry) => entry.name);
  const headings = await Promise.all(folders.sort().map((folder) => readHeading(root, folder)));
  return headings.filter((heading) => heading !== null);
}

async function readHeading(root: string, folder: string): Promise<KitHeading | null> {
  const hasYaml = (await readdir(join(root, folder)).catch((): string[] => [])).includes('kit.yaml');
  if (!hasYaml) return null;
  const unreadable = { id: folder, title: '(kit.yaml has errors)', locales: [] };
  try {
    const { texts } = await readKitFiles(join(root, folder));
    const heading = kitHeadingSchema.safeParse(parse(texts.get('kit.yaml') ?? ''));
    return heading.success
      ? { id: heading.data.id, title: heading.data.title, locales: Object.keys(heading.data.locales) }
      : unreadable;
  } catch {
    return unreadable;
  }
}

/**
 * The folder that a person means by a path or by a kit's name (`<name>` or `templates/<name>`, as the list of kits
 * prints it). A path wins: a name is tried only where the working directory has no such folder. Text that can only be
 * a path (`./x`, an absolute one) is never a name. Throws `kit-ambiguous` when there are both and they differ.
 */
export async function resolveKitFolder(root: string, nameOrPath: string, from = process.cwd()): Promise<string> {
  const path = from === process.cwd() ? nameOrPath : resolve(from, nameOrPath);
  const name = normalize(nameOrPath)
    .replace(/\/+$/, '')
    .replace(/^templates\//, '');
  if (/^\.{0,2}\//.test(nameOrPath) || !isKitName(name)) return path;
  const named = (await readdir(root).catch((): string[] => [])).includes(name) ? join(root, name) : null;
  const there = await realpath(path).catch(() => null);
  const isFolder = there !== null && ((await stat(there).catch(() => null))?.isDirectory() ?? false);
  if (!isFolder) return named ?? path;
  if (named === null || (await realpath(named).catch(() => null)) === there) return path;
  if ((await digestOf(path)) !== (await digestOf(named)))
    throw new CandorError('kit-ambiguous', { given: nameOrPath, path: resolve(path), named: resolve(named) });
  return path;
}

/** The folder of the installed kit whose kit.yaml has this id: what comes over the web names no paths. Throws `kit-not-found`. */
export async function installedKitFolder(root: string, id: string): Promise<string> {
  const folders = (await readdir(root).catch((): string[] => [])).sort();
  for (const folder of folders) if ((await readHeading(root, folder))?.id === id) return join(root, folder);
  throw new CandorError('kit-not-found', { path: id.replaceAll(/[^\w-]/g, '') });
}

/** Null for a folder that holds no kit: it differs from every kit. */
async function digestOf(folder: string): Promise<string | null> {
  return readKitFiles(folder).then(
    ({ digest }) => digest,
    () => null,
  );
}

/** True for a plain folder name: no separators, no dots, nothing that leads out of the folder of kits. */
export function isKitName(text: string): boolean {
  return /^[a-z0-9]+(-[a-z0-9]+)*$/.test(text);
}
