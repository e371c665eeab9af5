// The key that is to take the place of the one in use. With a key file it lies beside it until the ledger has taken it, so
// that a crash on any line leaves the ledger with a key that is there.
import { randomBytes } from 'node:crypto';
import { open, readFile, rename, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CandorError } from '../domain/errors.ts';
import type { Config } from './read-config.ts';

type Where = Pick<Config, 'key' | 'ledger' | 'dataDir'>;

/** Whether the key lies in the data folder, where the program may exchange it. */
export function keyIsInFile(config: Where): boolean {
  return config.key === null && config.ledger.url === null;
}

/** The 32 bytes in a text. Throws `key-file-invalid` with the path that a person gave. */
export function parseNewKey(text: string, path: string): Buffer {
  const trimmed = text.trim();
  const key = Buffer.from(trimmed, 'base64');
  if (key.length !== 32 || key.toString('base64') !== trimmed) throw new CandorError('key-file-invalid', { path });
  return key;
}

/** Lays a new key beside the key file; `given` or a random one. Answers it. */
export async function layNewKey(config: Where, given: Buffer | null): Promise<Buffer> {
  const key = given ?? randomBytes(32);
  const path = newKeyFile(config);
  await unlink(path).catch(() => undefined);
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(`${key.toString('base64')}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await syncFolder(config.dataDir);
  return key;
}

/** The key that was laid beside the key file and may be the ledger's by now; null: there is none. */
export async function laidKey(config: Where): Promise<Buffer | null> {
  if (!keyIsInFile(config)) return null;
  const path = newKeyFile(config);
  const text = await readFile(path, 'utf8').catch(() => null);
  return text === null ? null : parseNewKey(text, path);
}

/** Makes the laid key the key. */
export async function takeLaidKey(config: Where): Promise<void> {
  await rename(newKeyFile(config), join(config.dataDir, 'key'));
  await syncFolder(config.dataDir);
}

/** Takes away a laid key that the ledger did not take. */
export async function dropLaidKey(config: Where): Promise<void> {
  await unlink(newKeyFile(config)).catch(() => undefined);
}

function newKeyFile(config: Where): string {
  return join(config.dataDir, 'key.new');
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(dirname(join(folder, 'key')), 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
