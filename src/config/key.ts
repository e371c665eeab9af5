// The key that seals the ledger: CANDOR_KEY, or with the embedded Postgres a file that is made once.
// However many processes start at once, all of them end up with the same key, and a crash on any line
// leaves either no key file or a whole one.
import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readFile, stat, unlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { CandorError } from '../domain/errors.ts';
import type { Config } from './read-config.ts';

/** 32 random bytes; a parameter, so that tests can tell keys apart. */
export type RandomBytes = (count: number) => Buffer;

/**
 * The key of this process: 32 bytes.
 *
 * @throws CandorError `key-missing` (a ledger at DATABASE_URL and no CANDOR_KEY), `key-file-invalid`,
 * `key-file-exposed` (others may read it), `data-folder-unusable`.
 */
export async function loadKey(
  config: Pick<Config, 'key' | 'ledger' | 'dataDir'>,
  random: RandomBytes = randomBytes,
): Promise<Buffer> {
  const found = await findKey(config);
  if (found !== null) return found;
  await ensureDataFolder(config.dataDir);
  return makeKeyFile(config.dataDir, keyFile(config), random);
}

/**
 * The key that was given or made before; null when the next start of an embedded ledger would make one. Touches nothing.
 *
 * @throws CandorError as `loadKey`
 */
export async function findKey(config: Pick<Config, 'key' | 'ledger' | 'dataDir'>): Promise<Buffer | null> {
  if (config.key !== null) return config.key;
  if (config.ledger.url !== null) throw new CandorError('key-missing');
  return readKeyFile(keyFile(config));
}

/** Where the key of this process belongs, for people: the variable, or the path of the key file. */
export function placeOfKey(config: Pick<Config, 'key' | 'ledger' | 'dataDir'>): string {
  return config.key !== null || config.ledger.url !== null ? 'CANDOR_KEY' : keyFile(config);
}

function keyFile(config: Pick<Config, 'dataDir'>): string {
  return join(config.dataDir, 'key');
}

/**
 * Makes the data folder if it is missing, with mode 0700; for root 0711, because the user who runs the
 * embedded Postgres then has to pass through it. An existing one keeps its mode: it may be a mount or
 * shared on purpose, and everything secret in it is closed by itself.
 *
 * @throws CandorError `data-folder-unusable`
 */
export async function ensureDataFolder(dataDir: string): Promise<void> {
  try {
    await makeFolders(resolve(dataDir), process.getuid?.() === 0 ? 0o711 : 0o700);
  } catch (cause) {
    throw new CandorError('data-folder-unusable', { path: dataDir, reason: systemCode(cause) }, { cause });
  }
}

/** One level after the other: where folders cannot be made at all (below /proc), Node's recursive mkdir never ends. */
async function makeFolders(path: string, mode: number): Promise<void> {
  const found = await stat(path).catch(() => null);
  if (found?.isDirectory()) return;
  if (found === null && dirname(path) !== path) await makeFolders(dirname(path), mode);
  await mkdir(path, { mode }).catch(async (error: unknown) => {
    const made = systemCode(error) === 'EEXIST' && (await stat(path).catch(() => null))?.isDirectory() === true;
    if (!made) throw error;
  });
}

/** Null when there is none yet. */
async function readKeyFile(path: string): Promise<Buffer | null> {
  let text: string;
  try {
    const { mode } = await stat(path);
    if ((mode & 0o077) !== 0) throw new CandorError('key-file-exposed', { path });
    text = (await readFile(path, 'utf8')).trim();
  } catch (cause) {
    if (systemCode(cause) === 'ENOENT') return null;
    if (cause instanceof CandorError) throw cause;
    throw new CandorError('data-folder-unusable', { path, reason: systemCode(cause) }, { cause });
  }
  const key = Buffer.from(text, 'base64');
  if (key.length !== 32 || key.toString('base64') !== text) throw new CandorError('key-file-invalid', { path });
  return key;
}

async function makeKeyFile(folder: string, path: string, random: RandomBytes): Promise<Buffer> {
  const draft = join(folder, `.key-${process.pid}-${randomBytes(6).toString('hex')}`);
  try {
    const file = await open(draft, 'wx', 0o600);
    try {
      await file.writeFile(`${random(32).toString('base64')}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    // A link either makes the whole file appear or fails because another process was first.
    await link(draft, path).catch((error: unknown) => {
      if (systemCode(error) !== 'EEXIST') throw error;
    });
    await syncFolder(folder);
  } catch (cause) {
    throw new CandorError('data-folder-unusable', { path: folder, reason: systemCode(cause) }, { cause });
  } finally {
    await unlink(draft).catch(() => undefined);
  }
  const key = await readKeyFile(path);
  if (key === null) throw new CandorError('data-folder-unusable', { path, reason: 'ENOENT' });
  return key;
}

/** The new name must survive a power cut too: rows are sealed with this key from now on. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function systemCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
}
