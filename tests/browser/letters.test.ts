// The letters in a real Chromium: at twice the size of text on a phone nothing is cut (WCAG 2.2, 1.4.4).
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadKit } from '../../src/kits/load-kit.ts';
import { compileLetters } from '../../src/rendering/compile-letters.ts';
import { allCategories } from '../../src/rendering/exposed-list.ts';
import { createLetterBody } from '../../src/rendering/letter-body.ts';
import { startBrowser } from '../support/browser.ts';

/** Runs in the page: doubles every size of text, and answers what then lies outside or is hidden. */
const doubleAndMeasure = `(() => {
  const all = [...document.querySelectorAll('body *')];
  const sizes = all.map((element) => parseFloat(getComputedStyle(element).fontSize));
  all.forEach((element, index) => {
    if (sizes[index] > 0) element.style.setProperty('font-size', sizes[index] * 2 + 'px', 'important');
  });
  const wide = document.documentElement.clientWidth;
  const isOutside = (element) => element.getBoundingClientRect().right > wide + 1;
  const hides = (element) =>
    getComputedStyle(element).overflow === 'hidden' && element.scrollWidth > element.clientWidth + 1;
  return all
    .filter((element) => getComputedStyle(element).display !== 'none' && element.clientWidth > 0)
    .filter((element) => isOutside(element) || hides(element))
    .map((element) => element.tagName + ' ' + element.textContent.trim().slice(0, 40));
})()`;

/** Runs in the page: the names of sites that are on two lines, and broken elsewhere than after a dot. */
const brokenSites = `[...document.querySelectorAll('.site')].flatMap((site) =>
  [...site.childNodes].flatMap((node) => {
    const range = document.createRange();
    range.selectNodeContents(node);
    const lines = new Set([...range.getClientRects()].map(({ top }) => Math.round(top)));
    return lines.size > 1 ? [site.textContent] : [];
  }))`;

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser.close());

describe.each([320, 360, 390, 414])('on a phone that is %i wide', (width) => {
  it('nothing of a letter is cut at 200 % text, and names of sites break after dots alone, light and dark', async () => {
    const letters = await compileLetters(await loadKit('templates/mixpanel-2025-11'));
    const cut: string[] = [];
    for (const colorScheme of ['light', 'dark'] as const) {
      const context = await browser.newContext({ viewport: { width, height: 800 }, colorScheme });
      const page = await context.newPage();
      for (const letter of letters) {
        const { html } = createLetterBody(letter)(letter.audience === 'affected' ? allCategories : 0, null);
        await page.setContent(html);
        const found = await page.evaluate<string[]>(doubleAndMeasure);
        const broken = await page.evaluate<string[]>(brokenSites);
        cut.push(...[...found, ...broken].map((what) => `${letter.audience}.${letter.locale} ${colorScheme}: ${what}`));
      }
      await context.close();
    }
    expect(cut).toEqual([]);
  });
});
