// What readers, screens and filters need of the letters that come with the program.
import { describe, expect, it } from 'vitest';
import { composeBody } from '../../../src/rendering/mime.ts';
import { compileLetters } from '../../../src/rendering/compile-letters.ts';
import { createLetterBody } from '../../../src/rendering/letter-body.ts';
import { allCategories } from '../../../src/rendering/exposed-list.ts';
import { loadKit } from '../../../src/kits/load-kit.ts';
import { changedKit } from '../../support/kit-folder.ts';

const letters = await compileLetters(await loadKit('templates/mixpanel-2025-11'));
const titles = letters.map((letter) => [`${letter.audience}.${letter.locale}`, letter] as const);

describe.each(titles)('the %s letter', (_, letter) => {
  const { html, text } = createLetterBody(letter)(letter.audience === 'affected' ? allCategories : 0, null);

  it('lets text grow: nothing keeps lines from breaking or cuts what does not fit', () => {
    const style = html.replace(/<div style="display:none[^>]*>/, '');
    expect(style).not.toMatch(/white-space\s*:\s*nowrap|overflow\s*:\s*hidden/);
  });

  it('has no hidden text in the colour of its ground', () => {
    expect(html).toMatch(/<div style="display:none;font-size:1px;color:#1d2430;/);
  });

  it('leaves what mail programs turn into links to look like links, and says so', () => {
    expect(html).not.toMatch(/\ba\s*\{[^}]*(?:color|text-decoration)/);
    expect(text.replaceAll(/\s+/g, ' ')).toMatch(
      /turn addresses into links|convierta las direcciones|mengubah alamat menjadi tautan/,
    );
  });

  it('keeps domains and addresses out of translation', () => {
    const named = [...html.matchAll(/<span([^>]*)>[^<]*openai\.com<\/span>/g)].map((match) => match[1]);
    expect(named.length).toBeGreaterThan(0);
    for (const attributes of named) expect(attributes).toContain('translate="no"');
  });

  it('says the verdict within the first 40 characters of its subject', () => {
    const verdicts = { en: /is (not )?affected/, es: /(no )?está afectada/, id: /(tidak )?terdampak/ } as const;
    const verdict = verdicts[letter.locale as keyof typeof verdicts].exec(letter.subject.slice(0, 40));
    expect(verdict?.[1] !== undefined).toBe(letter.audience === 'unaffected');
  });

  it('has one name for what happened', () => {
    const name = { en: 'data breach', es: 'brecha de datos', id: 'kebocoran data' }[letter.locale] ?? '';
    expect(letter.subject).toContain(name);
    expect(text.replaceAll(/\s+/g, ' ')).toContain(name);
    expect(text).not.toMatch(/verify your|verifique su cuenta|memverifikasi akun/i);
  });

  it('underlines headings with hyphens, which screen readers pass over', () => {
    expect(text).not.toMatch(/^=+$/m);
    expect(text).toMatch(/^-{5,}$/m);
  });

  it('flows: each line of a paragraph but its last ends with a blank (RFC 3676)', () => {
    expect(text).toContain(' \n');
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(73);
    expect(composeBody({ html, text }, 'b').toString('latin1')).toContain(
      'Content-Type: text/plain; charset=utf-8; format=flowed',
    );
  });
});

it('writes a letter that was frozen without soft breaks as it was', () => {
  const frozen = { html: '<p>x</p>', text: 'Two lines\nof a paragraph.\n\n- an item\n' };
  const body = composeBody(frozen, 'b').toString('latin1');
  expect(body).toContain('Content-Type: text/plain; charset=utf-8\r\n');
  expect(body).not.toContain('flowed');
});

it('keeps the cells of a table apart in the text part', async () => {
  const kit = await loadKit(
    await changedKit({
      'unaffected.en.mjml': (source) =>
        source.replace(
          '</mj-section>',
          '</mj-section><mj-section><mj-column><mj-table><tr><th>Noticed</th><td>9 November</td></tr><tr><th>Told</th><td>25 November</td></tr></mj-table></mj-column></mj-section>',
        ),
    }),
  );
  const letter = (await compileLetters(kit)).find((each) => each.audience === 'unaffected' && each.locale === 'en');
  expect(letter?.text).toMatch(/^Noticed 9 November\s*\nTold 25 November$/m);
});
