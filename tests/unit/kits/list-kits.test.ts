// Kits are found by name without a way to leave their folder.
import { cp, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { CandorError } from '../../../src/domain/errors.ts';
import { installedKitFolder, isKitName, listKits, resolveKitFolder } from '../../../src/kits/list-kits.ts';
import { isOfficialDomain } from '../../../src/kits/official-domain.ts';
import { builtInKit, changedKit, kitsRoot } from '../../support/kit-folder.ts';

describe('listKits', () => {
  it('lists the kits that come with Candor', async () => {
    expect(await listKits(kitsRoot)).toEqual([
      { id: 'mixpanel-2025-11', title: 'Mixpanel incident, November 2025', locales: ['en', 'id', 'es'] },
    ]);
  });

  it('lists a kit with errors too, and leaves out what is no kit', async () => {
    const root = dirname(await changedKit({ 'kit.yaml': ':::' }));
    await mkdir(join(root, 'empty'));
    await writeFile(join(root, 'README.md'), 'x');
    expect(await listKits(root)).toEqual([{ id: 'broken-kit', title: '(kit.yaml has errors)', locales: [] }]);
  });

  it('has nothing to list where there is no folder', async () => {
    expect(await listKits('/nowhere/at/all')).toEqual([]);
  });
});

/** A folder of installed kits, and beside it a copy of one at the path `given`. */
async function installedAndThere(given: string): Promise<{ root: string; there: string }> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'candor-kits-')));
  onTestFinished(() => rm(folder, { recursive: true }));
  const root = join(folder, 'installed');
  const there = resolve(folder, given);
  await cp(builtInKit, join(root, 'mixpanel-2025-11'), { recursive: true });
  await cp(builtInKit, there, { recursive: true });
  return { root, there };
}

describe('installedKitFolder', () => {
  it('goes by the id in kit.yaml, and never to a path', async () => {
    const root = await mkdtemp(join(tmpdir(), 'candor-kits-'));
    onTestFinished(() => rm(root, { recursive: true }));
    await cp(builtInKit, join(root, 'another-name'), { recursive: true });
    expect(await installedKitFolder(root, 'mixpanel-2025-11')).toBe(join(root, 'another-name'));
    for (const id of ['another-name', 'templates/mixpanel-2025-11', '../x', builtInKit, ''])
      await expect(installedKitFolder(root, id)).rejects.toMatchObject({ code: 'kit-not-found' });
  });
});

describe('resolveKitFolder', () => {
  it('finds a built-in kit by name and takes anything else as a path', async () => {
    expect(await resolveKitFolder(kitsRoot, 'mixpanel-2025-11')).toBe(builtInKit);
    expect(await resolveKitFolder(kitsRoot, 'my-kit')).toBe('my-kit');
    expect(await resolveKitFolder(kitsRoot, './templates/x')).toBe('./templates/x');
  });

  it.each([
    'mixpanel-2025-11',
    'templates/mixpanel-2025-11',
    'templates/mixpanel-2025-11/',
    'templates//mixpanel-2025-11',
  ])('takes %s for the folder there, before it takes it for a name', async (given) => {
    const { root, there } = await installedAndThere(given);
    await writeFile(join(there, 'kit.yaml'), 'id: another\n');
    await expect(resolveKitFolder(root, join(there))).resolves.toBe(there);
    const refused = await resolveKitFolder(root, given, dirname(root)).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'kit-ambiguous' });
    for (const path of [there, join(root, 'mixpanel-2025-11')])
      expect((refused as CandorError).message).toContain(path);
  });

  it('takes the path where both are the same kit, and one that can only be a path', async () => {
    const given = 'templates/mixpanel-2025-11';
    const { root, there } = await installedAndThere(given);
    expect(await resolveKitFolder(root, given, dirname(root))).toBe(there);
    await writeFile(join(there, 'kit.yaml'), 'id: another\n');
    for (const path of [`./${given}`, `${there}/`, `../${basename(dirname(root))}/${given}`])
      expect(await resolveKitFolder(root, path, dirname(root))).toBe(resolve(dirname(root), path));
  });

  it('knows a link to the installed kit for the same, and a folder without a kit for another', async () => {
    const { root, there } = await installedAndThere('templates/mixpanel-2025-11');
    await rm(there, { recursive: true });
    await symlink(join(root, 'mixpanel-2025-11'), there);
    const given = 'templates/mixpanel-2025-11';
    expect(await resolveKitFolder(root, given, dirname(root))).toBe(there);
    await rm(there);
    await mkdir(there);
    await expect(resolveKitFolder(root, given, dirname(root))).rejects.toMatchObject({ code: 'kit-ambiguous' });
    await rm(there, { recursive: true });
    expect(await resolveKitFolder(root, given, dirname(root))).toBe(join(root, 'mixpanel-2025-11'));
  });

  it.each(['', '.', '..', '../x', 'a/b', 'a\\b', '/etc', 'A', 'a..b', 'a\n', '-a', 'a%2f'])(
    'does not take %j for a name',
    (name) => {
      expect(isKitName(name)).toBe(false);
    },
  );
});

describe('isOfficialDomain', () => {
  it.each([
    ['example.com', true],
    ['EXAMPLE.com', true],
    ['example.com.', true],
    ['notices.example.com', true],
    ['evil-example.com', false],
    ['example.com.evil.test', false],
    ['com', false],
    ['', false],
  ])('%s: %s', (domain, official) => {
    expect(isOfficialDomain(domain, ['example.net', 'example.com'])).toBe(official);
  });
});
