// Kits are found by name without a way to leave their folder.
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isKitName, listKits, resolveKitFolder } from '../../../src/kits/list-kits.ts';
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

describe('resolveKitFolder', () => {
  it('finds a built-in kit by name and takes anything else as a path', async () => {
    expect(await resolveKitFolder(kitsRoot, 'mixpanel-2025-11')).toBe(builtInKit);
    expect(await resolveKitFolder(kitsRoot, 'my-kit')).toBe('my-kit');
    expect(await resolveKitFolder(kitsRoot, './templates/x')).toBe('./templates/x');
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
