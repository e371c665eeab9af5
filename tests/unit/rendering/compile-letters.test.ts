// Letters compile once per audience and locale, and a kit that can't be rendered says what and where.
import { describe, expect, it } from 'vitest';
import { loadKit } from '../../../src/kits/load-kit.ts';
import { compileLetters } from '../../../src/rendering/compile-letters.ts';
import { createLetterBody } from '../../../src/rendering/letter-body.ts';
import { isIntact } from '../../../src/rendering/letter-digest.ts';
import { builtInKit, changedKit, type KitChanges } from '../../support/kit-folder.ts';

const compile = async (changes: KitChanges): ReturnType<typeof compileLetters> =>
  compileLetters(await loadKit(await changedKit(changes)));
const inText = (prose: string): KitChanges => ({
  'affected.es.mjml': (text) => text.replace('<h2>Preguntas, y cómo comprobar este aviso</h2>', () => prose),
});

describe('compileLetters', () => {
  it('compiles one letter per audience and locale, the same every time', async () => {
    const kit = await loadKit(builtInKit);
    const letters = await compileLetters(kit);
    expect(letters).toHaveLength(6);
    expect(await compileLetters(kit)).toEqual(letters);
    expect(new Set(letters.map(({ digest }) => digest)).size).toBe(6);
  });

  it('makes letters that survive a JSON column', async () => {
    const [letter] = await compileLetters(await loadKit(builtInKit));
    const back = JSON.parse(
      JSON.stringify(
        letter,
        Object.keys(letter ?? {})
          .toReversed()
          .concat(['when', 'phrase', 'line', ...Object.keys(letter?.categoryWords ?? {})]),
      ),
    ) as NonNullable<typeof letter>;
    expect(back).toEqual(letter);
    expect(isIntact(back)).toBe(true);
    expect(isIntact({ ...back, subject: `${back.subject}.` })).toBe(false);
  });

  it('prints no name and needs none in the built-in kit', async () => {
    const letters = await compileLetters(await loadKit(builtInKit));
    expect(letters.every(({ printsName }) => !printsName)).toBe(true);
  });

  it('leaves only the placeholders of the notice in the bodies', async () => {
    for (const { html, text, audience } of await compileLetters(await loadKit(builtInKit))) {
      const expected = audience === 'affected' ? ['{{#each exposed}}', '{{this}}', '{{/each}}'] : [];
      expect(html.match(/\{\{.*?\}\}/g) ?? []).toEqual(expected);
      expect(text.match(/\{\{.*?\}\}/g) ?? []).toEqual(expected);
    }
  });

  it.each([
    ['an unknown placeholder', '<p>{{nope}}</p>', '{{nope}}'],
    ['a fact that the kit has not', '<p>{{fact.phone}}</p>', '{{fact.phone}}'],
    ['a fact that every object has', '<p>{{fact.toString}}</p>', '{{fact.toString}}'],
    ['a name without a way out', '<p>{{recipient.name}}</p>', '{{recipient.name}}'],
    [
      'a placeholder that MJML would drop',
      '</mj-text>{{#if recipient.name}}{{/if}}<mj-text>',
      '{{#if recipient.name}}',
    ],
  ])('names kit, letter, locale and placeholder of %s', async (_, prose, placeholder) => {
    await expect(compile(inText(prose))).rejects.toMatchObject({
      code: 'letter-unrenderable',
      values: {
        kit: 'mixpanel-2025-11',
        letter: 'affected',
        locale: 'es',
        placeholder,
        file: 'broken-kit/affected.es.mjml',
      },
    });
  });

  it('names a fact that one locale lacks', async () => {
    await expect(
      compile({
        'kit.yaml': (text) =>
          text.replace(
            '      receivedOn: 25 November 2025\n    letters:\n      affected:\n        subject: Akun',
            '    letters:\n      affected:\n        subject: Akun',
          ),
      }),
    ).rejects.toMatchObject({
      code: 'letter-unrenderable',
      values: { letter: 'affected', locale: 'id', placeholder: '{{fact.receivedOn}}' },
    });
  });

  it('refuses a placeholder of the notice in the subject', async () => {
    await expect(
      compile({
        'kit.yaml': (text) => text.replace('subject: Your ChatGPT', 'subject: "{{recipient.name}}, your ChatGPT" #'),
      }),
    ).rejects.toMatchObject({
      code: 'letter-unrenderable',
      values: { letter: 'unaffected', locale: 'en', placeholder: '{{recipient.name}}' },
    });
  });

  it('refuses an affected letter that does not list what was exposed', async () => {
    const dropList = (text: string): string =>
      text.replace(/\{\{#each exposed\}\}[\s\S]*?\{\{\/each\}\}/, '<li>some data</li>');
    await expect(compile({ 'affected.en.mjml': dropList })).rejects.toMatchObject({
      code: 'letter-unrenderable',
      values: { locale: 'en', placeholder: '{{#each exposed}}' },
    });
  });

  it.each([
    ['a link', '<p><a href="x">y</a></p>'],
    ['an image', '</mj-text><mj-image src="x" /><mj-text>'],
    ['an include', '</mj-text><mj-include path="/etc/passwd" /><mj-text>'],
    ['a script', '<script>1</script>'],
  ])('refuses %s', async (_, prose) => {
    await expect(compile(inText(prose))).rejects.toMatchObject({
      code: 'letter-unsafe',
      values: { kit: 'mixpanel-2025-11', letter: 'affected', locale: 'es' },
    });
  });

  it('refuses MJML that is not valid and names the file', async () => {
    await expect(compile(inText('</mj-text><mj-text colour="red">x'))).rejects.toMatchObject({
      code: 'kit-invalid',
      values: { file: 'broken-kit/affected.es.mjml' },
    });
  });

  it.each([
    ['beside an mj-text', '</mj-text>Please note. <mj-text>'],
    ['between sections', '</mj-text></mj-column></mj-section>Please note. <mj-section><mj-column><mj-text>'],
  ])('refuses words %s, which MJML would drop', async (_, prose) => {
    await expect(compile(inText(prose))).rejects.toMatchObject({
      code: 'kit-invalid',
      values: { file: 'broken-kit/affected.es.mjml' },
    });
  });

  it('escapes a fact in HTML and leaves it plain in text and subject', async () => {
    const letters = await compile({
      'kit.yaml': (text) =>
        text
          .replace('contact: mixpanelincident@openai.com', "contact: 'R&D <x@example.com>'")
          .replace('subject: Your ChatGPT', 'subject: "{{fact.contact}}" #'),
    });
    const letter = letters.find(({ audience, locale }) => audience === 'unaffected' && locale === 'en');
    expect(letter?.subject).toBe('R&D <x@example.com>');
    expect(letter?.html).toContain('R&amp;D &lt;x@example.com&gt;');
    expect(letter?.text).toContain('R&D <x@example.com>');
  });

  it.each([
    ['<img src=x>\r\n\r\n-- {{this}} \u202e</p>'],
    ['evil.example'],
    ['Your account is closed. Visit evil.example'],
    ['Call +1 555 0100'],
    ['\u200b\r\n'],
    ['x'.repeat(300)],
  ])('prints its words without a name instead of %j', async (name) => {
    const letters = await compile(inText('<p>{{#if recipient.name}}Para {{recipient.name}}{{else}}Hola{{/if}}.</p>'));
    const letter = letters.find(({ audience, locale }) => audience === 'affected' && locale === 'es');
    if (!letter) throw new Error('no letter');
    expect(letter.printsName).toBe(true);
    const fill = createLetterBody(letter);
    expect(fill(0, name)).toEqual(fill(0, null));
    expect(fill(0, null).text).toContain('\nHola.\n');
    expect(fill(0, "Seán O'Neil").text).toContain("Para Seán O'Neil.");
    expect(fill(0, "Seán O'Neil").html).toContain('Para Seán O&#x27;Neil.');
  });
});
