// Finds kits: lists those in a folder, and turns what a person typed into the folder of one.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
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
 * The folder that a person means by a kit's name or by a path: a plain name that is a folder of `root`
 * is that folder, anything else is taken as a path. Only a name can come from the console
 * (`isKitName`), so that a request can't point anywhere else.
 */
export async function resolveKitFolder(root: string, nameOrPath: string): Promise<string> {
  if (!isKitName(nameOrPath)) return nameOrPath;
  const names = await readdir(root).catch((): string[] => []);
  return names.includes(nameOrPath) ? join(root, nameOrPath) : nameOrPath;
}

/** True for a plain folder name: no separators, no dots, nothing that leads out of the folder of kits. */
export function isKitName(text: string): boolean {
  return /^[a-z0-9]+(-[a-z0-9]+)*$/.test(text);
}
