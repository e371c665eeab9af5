// What is to be looked at in a kit's letters is a part of the kit, wherever it is shown.
import { describe, expect, it } from 'vitest';
import { kitForCheck, kitWithLetters } from '../../../src/app/kits.ts';
import { kitFindingTexts } from '../../../src/cli/figures.ts';
import { shownKit } from '../../../src/rendering/shown-kit.ts';
import { kitLine } from '../../../src/web/pages/file-parts.ts';
import { kitShown } from '../../../src/web/api/parts.ts';
import { builtInKit, changedKit } from '../../support/kit-folder.ts';

const luring = {
  'kit.yaml': (text: string) => text.replace('subject: Your ChatGPT', 'subject: "Urgent! Your ChatGPT" #'),
  'affected.en.mjml': (text: string) => text.replaceAll('{{fact.contact}}', 'our team'),
};

describe('the kit that is shown', () => {
  it('says nothing of letters without a fault', async () => {
    const { kit, path, letters } = await kitWithLetters(builtInKit);
    expect(shownKit(kit, path, letters)).toEqual({ path, id: kit.id, digest: kit.digest });
  });

  it('names what is to be looked at, by code, file and language, and what to do', async () => {
    const { kit, path, letters } = await kitForCheck(await changedKit(luring));
    const shown = shownKit(kit, path, letters);
    expect(shown.findings).toMatchObject([
      { code: 'contact-missing', level: 'warning', file: 'broken-kit/affected.en.mjml', locale: 'en' },
      { code: 'lure-words', level: 'warning', file: 'broken-kit/unaffected.en.mjml', locale: 'en' },
    ]);
    for (const { message, remedy } of shown.findings ?? []) expect(`${message} ${remedy}`).toMatch(/^The .*\. .*\.$/);
    // The same at every door.
    expect(kitShown.parse(shown)).toEqual(shown);
    expect(kitFindingTexts(shown)).toHaveLength(2);
    expect(String(kitLine(shown))).toContain('sounds like the mails that it warns of');
  });
});

describe('a check of a file', () => {
  it('refuses a kit whose letters no launch would take', async () => {
    const hidden = await changedKit({
      'affected.id.mjml': (text) => text.replace('<h1>', '<h1 style="opacity:0">'),
    });
    await expect(kitForCheck(hidden)).rejects.toMatchObject({
      code: 'letter-unsafe',
      values: { check: 'style-not-allowed', locale: 'id', file: 'broken-kit/affected.id.mjml' },
    });
  });
});
