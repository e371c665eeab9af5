// A kit is complete and checked when it is loaded, and says exactly where it is not.
import { mkdir, rename, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { categories } from '../../../src/domain/category.ts';
import { loadKit } from '../../../src/kits/load-kit.ts';
import { builtInKit, changedKit, type KitChanges } from '../../support/kit-folder.ts';

describe('loadKit', () => {
  it('reads the built-in kit: a letter to each audience in each locale', async () => {
    const kit = await loadKit(builtInKit);
    expect(kit.id).toBe('mixpanel-2025-11');
    expect(kit.locales).toEqual(['en', 'id', 'es']);
    expect(kit.letters.map(({ audience, locale }) => `${audience}.${locale}`)).toEqual([
      'affected.en',
      'affected.id',
      'affected.es',
      'unaffected.en',
      'unaffected.id',
      'unaffected.es',
    ]);
    expect(kit.facts['noticedOn']).toEqual({
      en: '9 November 2025',
      id: '9 November 2025',
      es: '9 de noviembre de 2025',
    });
    expect(kit.facts['contact']?.['es']).toBe('mixpanelincident@openai.com');
    expect(Object.keys(kit.categoryWords['id'] ?? {}).sort()).toEqual([...categories].sort());
  });

  it('puts every letter into the layout, with language, title and preheader', async () => {
    const [letter] = (await loadKit(builtInKit)).letters;
    expect(letter?.mjml).toContain('<mjml lang="en" dir="ltr">');
    expect(letter?.mjml).toContain(`<mj-title>${letter?.subject}</mj-title>`);
    expect(letter?.mjml).not.toMatch(/\{\{\s*(letter|subject|preheader|locale|direction)/);
    expect(letter?.file).toBe('mixpanel-2025-11/affected.en.mjml');
  });

  it('takes a letter as a whole document when there is no layout', async () => {
    const whole = '<mjml lang="{{locale}}" dir="{{direction}}"><mj-body></mj-body></mjml>';
    const letters = Object.fromEntries(
      ['affected', 'unaffected'].flatMap((audience) =>
        ['en', 'id', 'es'].map((locale) => [`${audience}.${locale}.mjml`, whole]),
      ),
    );
    const kit = await loadKit(await changedKit({ 'layout.mjml': null, ...letters }));
    expect(kit.letters[2]?.mjml).toBe('<mjml lang="es" dir="ltr"><mj-body></mj-body></mjml>');
  });

  it('has the same digest for the same files, and another for any change, added file or name', async () => {
    const digest = async (changes: KitChanges): Promise<string> => (await loadKit(await changedKit(changes))).digest;
    const same = (await loadKit(builtInKit)).digest;
    expect(same).toMatch(/^[0-9a-f]{64}$/);
    expect(await digest({})).toBe(same);
    expect(await digest({ '.swap': 'an editor was here' })).toBe(same);
    const others = [
      await digest({ 'layout.mjml': (text) => `${text}\n` }),
      await digest({ 'NOTES.txt': 'x' }),
      await digest({ 'NOTES.md': 'x' }),
    ];
    expect(new Set([same, ...others]).size).toBe(4);
  });

  it.each(['/nowhere/at/all', '\u0000', 'package.json', 'src'])('says that there is no kit at %j', async (dir) => {
    await expect(loadKit(dir)).rejects.toMatchObject({ code: 'kit-not-found' });
  });

  const yaml = (from: string | RegExp, to: string): KitChanges => ({ 'kit.yaml': (text) => text.replace(from, to) });
  it.each<[string, KitChanges, { file?: string; path?: string }]>([
    ['YAML that does not parse', yaml('id: mixpanel-2025-11', 'id: [mixpanel'), { file: 'broken-kit/kit.yaml' }],
    [
      'a key given twice',
      yaml('defaultLocale: en', 'defaultLocale: en\ndefaultLocale: es'),
      { file: 'broken-kit/kit.yaml' },
    ],
    ['an unknown key', yaml('defaultLocale: en', 'defaultLocale: en\ncolour: red'), { path: '(top)' }],
    ['a default locale that is none', yaml('defaultLocale: en', 'defaultLocale: fr'), { path: 'defaultLocale' }],
    ['a locale in an unusual spelling', yaml('\n  es:', '\n  ES:'), {}],
    ['a missing subject', yaml(/ {8}subject: Akun API.*\n/, ''), { path: 'locales.id.letters.affected.subject' }],
    [
      'a subject of two lines',
      yaml(/subject: Akun API.*\n/, 'subject: "Akun\\r\\nBcc: a@example.com"\n'),
      { path: 'locales.id.letters.affected.subject' },
    ],
    ['a category without a word', yaml('      city: kota\n', ''), { path: 'locales.id.categoryWords.city' }],
    [
      'a category that no line would tell',
      yaml("when: [city, region, country], phrase: 'perk", "when: [city, region], phrase: 'perk"),
      { path: 'locales.id.exposed' },
    ],
    [
      'a category told twice',
      yaml('when: [referrer], phrase: situs', "when: [name, referrer], phrase: '{which}'} #"),
      { path: 'locales.id.exposed' },
    ],
    ['an unknown category', yaml('when: [referrer], phrase: situs', 'when: [shoe_size], phrase: situs'), {}],
    ['a phrase for several categories that names none', yaml('perkiraan lokasi ({which})', 'perkiraan lokasi'), {}],
    [
      'a fact that is itself a placeholder',
      yaml('contact: mixpanel', 'contact: "{{this}}" #'),
      { path: 'facts.contact' },
    ],
    [
      'a fact for one locale that all have',
      yaml('      noticedOn: 9 de', '      contact: x\n      noticedOn: 9 de'),
      { path: 'locales.es.facts.contact' },
    ],
    ['an official domain that is an address', yaml('[openai.com]', '[a@openai.com]'), { path: 'officialDomains.0' }],
    ['no official domain', yaml('[openai.com]', '[]'), { path: 'officialDomains' }],
    ['a missing letter', { 'unaffected.id.mjml': null }, { file: 'broken-kit/unaffected.id.mjml' }],
    [
      'a letter in a language that the kit does not have',
      { 'affected.fr.mjml': 'x' },
      { file: 'broken-kit/affected.fr.mjml' },
    ],
    ['a layout without a place for the letter', { 'layout.mjml': '<mjml></mjml>' }, { file: 'broken-kit/layout.mjml' }],
    ['a file that is too large', { 'NOTES.txt': 'x'.repeat(300_000) }, { file: 'broken-kit/NOTES.txt' }],
  ])('refuses %s and says where', async (_, changes, values) => {
    await expect(loadKit(await changedKit(changes))).rejects.toMatchObject({ code: 'kit-invalid', values });
  });

  it('refuses bytes that are not UTF-8', async () => {
    const dir = await changedKit({});
    await writeFile(join(dir, 'affected.es.mjml'), Buffer.from('<p>espa\xf1ol</p>', 'latin1'));
    await expect(loadKit(dir)).rejects.toMatchObject({
      code: 'kit-invalid',
      values: { file: 'broken-kit/affected.es.mjml' },
    });
  });

  it('follows no symbolic link and enters no folder', async () => {
    const linked = await changedKit({ 'affected.en.mjml': null });
    await symlink('/etc/passwd', join(linked, 'affected.en.mjml'));
    await expect(loadKit(linked)).rejects.toMatchObject({
      code: 'kit-invalid',
      values: { file: 'broken-kit/affected.en.mjml' },
    });
    const nested = await changedKit({});
    await mkdir(join(nested, 'letters'));
    await expect(loadKit(nested)).rejects.toMatchObject({
      code: 'kit-invalid',
      values: { file: 'broken-kit/letters' },
    });
  });

  it('refuses YAML whose aliases expand without end', async () => {
    const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\n${[...'bcdefgh'].map((name, i) => `${name}: &${name} [${Array(9).fill(`*${'abcdefgh'[i]}`).join(',')}]`).join('\n')}`;
    await expect(loadKit(await changedKit({ 'kit.yaml': bomb }))).rejects.toMatchObject({ code: 'kit-invalid' });
  });

  it('keeps its id when the folder is renamed', async () => {
    const dir = await changedKit({});
    await rename(dir, `${dir}-2`);
    expect((await loadKit(`${dir}-2`)).id).toBe('mixpanel-2025-11');
  });
});
