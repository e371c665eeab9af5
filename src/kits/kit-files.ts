// Reads the files of a kit. Only regular files that lie in the folder itself are read: no symbolic
// links, no way out of the folder, nothing large. The digest covers every file, so that a kit can
// not change without its digest.
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open, readdir, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { CandorError } from '../domain/errors.ts';

const largestFileBytes = 256 * 1024;
const mostFiles = 200;

export interface KitFiles {
  /** Name of the folder. */
  readonly folder: string;
  /** File name → content. */
  readonly texts: ReadonlyMap<string, string>;
  /** SHA-256 (hex) over names and contents, in the order of the names. */
  readonly digest: string;
}

/**
 * The files of the folder, without those whose names begin with a dot (editors and Finder leave such).
 * Errors: `kit-not-found` when there is no folder with a kit.yaml, `kit-invalid` for a file that a kit may not have.
 */
export async function readKitFiles(dir: string): Promise<KitFiles> {
  const folder = basename(resolve(dir));
  if (!(await isFolder(dir))) throw new CandorError('kit-not-found', { path: dir });
  const entries = (await readdir(dir, { withFileTypes: true })).filter((entry) => !entry.name.startsWith('.'));
  if (!entries.some((entry) => entry.name === 'kit.yaml')) throw new CandorError('kit-not-found', { path: dir });
  if (entries.length > mostFiles) throw invalid(folder, `expected at most ${mostFiles} files`);

  const texts = new Map<string, string>();
  const hash = createHash('sha256');
  for (const name of entries.map((entry) => entry.name).sort(byCodeUnit)) {
    const bytes = await readRegularFile(dir, folder, name);
    hash.update(`${Buffer.byteLength(name)}:${name}:${bytes.length}:`).update(bytes);
    texts.set(name, decode(bytes, folder, name));
  }
  return { folder, texts, digest: hash.digest('hex') };
}

async function readRegularFile(dir: string, folder: string, name: string): Promise<Buffer> {
  const path = join(dir, name);
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(
    (cause: unknown) => {
      throw invalid(`${folder}/${name}`, 'expected a readable file that is not a symbolic link', cause);
    },
  );
  try {
    const found = await file.stat();
    if (!found.isFile()) throw invalid(`${folder}/${name}`, 'expected a file: a kit has no folders in it');
    if (found.size > largestFileBytes)
      throw invalid(`${folder}/${name}`, `expected at most ${largestFileBytes / 1024} KB`);
    return await file.readFile();
  } finally {
    await file.close();
  }
}

function decode(bytes: Buffer, folder: string, name: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes).replaceAll('\r\n', '\n');
  } catch (cause) {
    throw invalid(`${folder}/${name}`, 'expected UTF-8 text', cause);
  }
}

async function isFolder(dir: string): Promise<boolean> {
  return (await stat(dir).catch(() => null))?.isDirectory() ?? false;
}

function invalid(file: string, expectation: string, cause?: unknown): CandorError {
  return new CandorError('kit-invalid', { file, path: '(file)', expectation }, { cause });
}

// Not by locale: the digest must be the same on every machine.
function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
