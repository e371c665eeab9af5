// Letters that the build has compiled: one file per kit, under the digest of all its files, so that a kit
// which was changed since has none. What is missing or damaged is compiled again; nothing depends on it but time.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CompiledLetter } from '../domain/kit.ts';

/** The letters of the kit with this digest; null where the build has not compiled it. */
export async function readCompiledLetters(
  folder: string,
  kitDigest: string,
): Promise<readonly CompiledLetter[] | null> {
  try {
    const letters: unknown = JSON.parse(await readFile(fileOf(folder, kitDigest), 'utf8'));
    return Array.isArray(letters) ? (letters as CompiledLetter[]) : null;
  } catch {
    return null;
  }
}

/** Keeps the letters of the kit with this digest. */
export async function writeCompiledLetters(
  folder: string,
  kitDigest: string,
  letters: readonly CompiledLetter[],
): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(fileOf(folder, kitDigest), JSON.stringify(letters));
}

function fileOf(folder: string, kitDigest: string): string {
  return join(folder, `${kitDigest}.json`);
}
