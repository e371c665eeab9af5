// The built-in letters are what a careful company would send, and the linter sees when they are not.
import { describe, expect, it } from 'vitest';
import type { CompiledLetter } from '../../../src/domain/kit.ts';
import { loadKit } from '../../../src/kits/load-kit.ts';
import { compileLetters } from '../../../src/rendering/compile-letters.ts';
import { headingsOf, lintLetters, type LintRule } from '../../../src/rendering/lint-letter.ts';
import { builtInKit } from '../../support/kit-folder.ts';

const kit = await loadKit(builtInKit);
const letters = await compileLetters(kit);

describe('the built-in letters', () => {
  it('have nothing that the linter minds', () => {
    expect(lintLetters(kit, letters)).toEqual([]);
  });

  it.each(letters.map((letter) => [`${letter.audience}.${letter.locale}`, letter] as const))(
    '%s: subject and first sentence say whether this reader is affected',
    (_, letter) => {
      const says = { en: /is (not )?affected/, id: /(tidak )?terdampak/, es: /(no )?está afectada/ }[
        letter.locale as 'en' | 'id' | 'es'
      ];
      const [heading = '', firstSentence = ''] = letter.text.split('\n\n');
      for (const place of [letter.subject, heading, firstSentence.replaceAll('\n', ' ')]) {
        const said = says.exec(place);
        expect(said).not.toBeNull();
        expect(said?.[1] === undefined).toBe(letter.audience === 'affected');
      }
    },
  );

  it('print no values, no links and no images', () => {
    for (const { html, text } of letters) {
      expect(html).not.toMatch(/<(a|img|link|form|input|button|script|iframe)\b/i);
      expect(html.replaceAll(/xmlns(:\w+)?="[^"]*"/g, '')).not.toMatch(/https?:|url\(|unsubscribe/i);
      expect(text).not.toMatch(/https?:|www\./);
    }
  });

  it('bring a language, a title, dark colours and layout tables that screen readers pass over', () => {
    for (const { html, locale, subject } of letters) {
      expect(html).toContain(`<html lang="${locale}" dir="ltr"`);
      expect(html).toContain(`<title>${subject}</title>`);
      expect(html).toContain('<meta name="color-scheme" content="light dark">');
      expect(html).toContain('<meta name="supported-color-schemes" content="light dark">');
      const tables = html.match(/<table\b[^>]*>/g) ?? [];
      expect(tables.filter((table) => !table.includes('role="presentation"'))).toEqual([]);
    }
  });

  it('fit a mail program: small, and with lines of 72 in the text part', () => {
    for (const { html, text } of letters) {
      expect(html.length).toBeLessThan(20_000);
      expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(72);
    }
  });
});

describe('lintLetters', () => {
  const [good] = letters;
  if (!good) throw new Error('no letter');
  it.each<[LintRule, Partial<CompiledLetter>]>([
    ['contact-missing', { text: good.text.replace('mixpanelincident@', '') }],
    ['heading-order', { html: good.html.replaceAll(/<(\/?)h2/g, '<$1h4') }],
    ['heading-order', { html: good.html.replaceAll(/<(\/?)h1/g, '<$1h2') }],
    ['language-missing', { html: good.html.replace('lang="en"', '') }],
    ['letters-differ', { locale: 'id', html: good.html.replace(/<h2[\s\S]*?<\/h2>/, '') }],
    ['preheader-hidden', { html: good.html.replace(/(<div style="display:none[^>]*>)/, '$1Win! ') }],
    ['reading-length', { text: good.text + 'word '.repeat(700) }],
    ['subject-length', { subject: 'x'.repeat(71) }],
    ['lure-words', { subject: 'Re: your account' }],
    ['lure-words', { subject: 'Act now to save your account' }],
    ['lure-words', { subject: 'Read this!' }],
    ['text-incomplete', { text: good.text.replace('What happened', 'X') }],
    ['lure-words', { text: `${good.text}\nUnsubscribe` }],
  ])('finds %s', (rule, change) => {
    const bad = { ...good, ...change };
    expect(lintLetters(kit, [good, bad]).map((finding) => finding.rule)).toContain(rule);
  });
});

describe('headingsOf', () => {
  it('reads levels and words', () => {
    expect(headingsOf('<h1 style="x">A <b>&amp;</b>\n B</h1><h2>C</h2>')).toEqual([
      { level: 1, words: 'A & B' },
      { level: 2, words: 'C' },
    ]);
  });
});
