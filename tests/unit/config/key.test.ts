// The key on a real disk: made once, closed to others, the same for everybody who starts at once.
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hasCode } from '../../../src/domain/errors.ts';
import { findKey, loadKey, placeOfKey } from '../../../src/config/key.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'candor-key-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const embedded = (dataDir: string) => ({ key: null, ledger: { url: null }, dataDir });

describe('loadKey', () => {
  it('says so where no folder can be made', async () => {
    const file = join(folder, 'file');
    await writeFile(file, '');
    await expect(loadKey({ key: null, ledger: { url: null }, dataDir: join(file, 'data') })).rejects.toMatchObject({
      code: 'data-folder-unusable',
    });
  });

  it('answers CANDOR_KEY without touching the disk', async () => {
    const key = Buffer.alloc(32, 1);
    expect(await loadKey({ key, ledger: { url: null }, dataDir: join(folder, 'none') })).toBe(key);
    expect(await readdir(folder)).toEqual([]);
  });

  it('never invents a key for a ledger at DATABASE_URL', async () => {
    const attempt = loadKey({ key: null, ledger: { url: 'postgres://db.example/x' }, dataDir: folder });
    await expect(attempt).rejects.toSatisfy((error) => hasCode(error, 'key-missing'));
  });

  it('makes one key file with mode 0600 in a closed folder, and finds it again', async () => {
    const dataDir = join(folder, 'a', 'data');
    const key = await loadKey(embedded(dataDir));
    expect(key).toHaveLength(32);
    // Root's folder lets the user of the embedded Postgres pass, and nobody list it.
    expect((await stat(dataDir)).mode & 0o777).toBe(process.getuid?.() === 0 ? 0o711 : 0o700);
    expect((await stat(join(dataDir, 'key'))).mode & 0o777).toBe(0o600);
    expect(await readFile(join(dataDir, 'key'), 'utf8')).toBe(`${key.toString('base64')}\n`);
    expect(await loadKey(embedded(dataDir))).toEqual(key);
    expect(await readdir(dataDir)).toEqual(['key']);
  });

  it('gives everybody who starts at once the same key', async () => {
    let next = 0;
    const random = (count: number): Buffer => Buffer.alloc(count, (next += 1));
    const keys = await Promise.all(Array.from({ length: 20 }, () => loadKey(embedded(folder), random)));
    expect(new Set(keys.map((key) => key.toString('hex'))).size).toBe(1);
    expect(next).toBeGreaterThan(1);
    expect(await readdir(folder)).toEqual(['key']);
  });

  it('keeps the mode of a folder that was there before', async () => {
    await chmod(folder, 0o755);
    await loadKey(embedded(folder));
    expect((await stat(folder)).mode & 0o777).toBe(0o755);
  });

  it.each([['nonsense'], [''], ['A'.repeat(44)]])('refuses a key file that holds %j', async (content) => {
    await writeFile(join(folder, 'key'), content, { mode: 0o600 });
    await expect(loadKey(embedded(folder))).rejects.toSatisfy((error) => hasCode(error, 'key-file-invalid'));
  });

  it('refuses a key file that others may read', async () => {
    await loadKey(embedded(folder));
    await chmod(join(folder, 'key'), 0o644);
    await expect(loadKey(embedded(folder))).rejects.toSatisfy((error) => hasCode(error, 'key-file-exposed'));
  });

  it('says when the data folder cannot be used', async () => {
    await writeFile(join(folder, 'file'), '');
    await expect(loadKey(embedded(join(folder, 'file', 'data')))).rejects.toSatisfy((error) =>
      hasCode(error, 'data-folder-unusable'),
    );
    await mkdir(join(folder, 'key'), { mode: 0o700 });
    await expect(loadKey(embedded(folder))).rejects.toSatisfy((error) => hasCode(error, 'data-folder-unusable'));
  });
});

describe('findKey', () => {
  it('makes nothing where there is no key yet, and finds the one that was made', async () => {
    const dataDir = join(folder, 'data');
    expect(await findKey(embedded(dataDir))).toBeNull();
    expect(await readdir(folder)).toEqual([]);
    const key = await loadKey(embedded(dataDir));
    expect(await findKey(embedded(dataDir))).toEqual(key);
  });

  it('answers CANDOR_KEY, and asks for it where the ledger is at DATABASE_URL', async () => {
    const key = Buffer.alloc(32, 1);
    expect(await findKey({ ...embedded(folder), key })).toBe(key);
    await expect(
      findKey({ key: null, ledger: { url: 'postgres://db.example/x' }, dataDir: folder }),
    ).rejects.toMatchObject({ code: 'key-missing' });
  });
});

describe('placeOfKey', () => {
  it.each([
    ['CANDOR_KEY', Buffer.alloc(32), null],
    ['CANDOR_KEY', Buffer.alloc(32), 'postgres://db.example/x'],
    ['data/key', null, null],
  ])('is %s', (place, key, url) => {
    expect(placeOfKey({ key, ledger: { url }, dataDir: 'data' })).toBe(place);
  });
});
