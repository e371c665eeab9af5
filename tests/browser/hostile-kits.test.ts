// Hostile kits in a real Chromium: a kit is refused before any letter exists, or its letters load nothing. The suite
// takes every ninth; HOSTILE_KITS=all (`npm run kits:hostile`) takes all of them.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CandorError } from '../../src/domain/errors.ts';
import { loadKit } from '../../src/kits/load-kit.ts';
import { compileLetters } from '../../src/rendering/compile-letters.ts';
import { allCategories } from '../../src/rendering/exposed-list.ts';
import { createLetterBody } from '../../src/rendering/letter-body.ts';
import { startBrowser } from '../support/browser.ts';
import { hostileKits, type HostileKit } from '../support/hostile-kits.ts';
import { changedKit } from '../support/kit-folder.ts';

const all = hostileKits();
const isWhole = process.env['HOSTILE_KITS'] === 'all';
const kits = isWhole ? all : all.filter(({ ends }, index) => index % 9 === 0 || ends.includes('harmless'));

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser.close());

/** What Chromium asks for, over these pages. */
async function requestsOf(pages: readonly string[]): Promise<string[]> {
  const context = await browser.newContext();
  const asked: string[] = [];
  await context.route('**', async (route) => {
    asked.push(route.request().url());
    await route.abort();
  });
  const page = await context.newPage();
  for (const html of pages) {
    // One page after the other in the same window.
    // oxlint-disable-next-line no-await-in-loop
    await page.setContent(html, { waitUntil: 'load' });
  }
  await context.close();
  return asked;
}

/** How it ended, and the pages that its readers would get. */
async function tryKit({ changes }: HostileKit): Promise<{ end: string; pages: string[] }> {
  try {
    const kit = await loadKit(await changedKit(changes));
    const letters = await compileLetters({ ...kit, letters: kit.letters.filter(({ locale }) => locale === 'en') });
    const names = [null, '<img src=x onerror=fetch(1)>', 'Ana'];
    const pages = letters.flatMap((letter) => names.map((name) => createLetterBody(letter)(allCategories, name).html));
    return { end: 'harmless', pages };
  } catch (error) {
    if (!(error instanceof CandorError)) throw error;
    return { end: String(error.values['check'] ?? error.code), pages: [] };
  }
}

it('Chromium asks for what a letter without any check would load', async () => {
  const asked = await requestsOf([
    '<p style="background:u\\72l(https://collector.example/1)">x</p><style>@import "https://collector.example/2";</style>',
    '<img src="https://collector.example/3"><svg><image href="https://collector.example/4" /></svg>',
  ]);
  expect(asked.toSorted()).toEqual([1, 2, 3, 4].map((number) => `https://collector.example/${number}`));
});

it(
  `of ${kits.length} hostile kits each is refused by name, or loads nothing`,
  async () => {
    const otherwise: string[] = [];
    const pages: string[] = [];
    for (const kit of kits) {
      // Kits share the compiler.
      // oxlint-disable-next-line no-await-in-loop
      const tried = await tryKit(kit);
      pages.push(...tried.pages);
      if (!(kit.ends as readonly string[]).includes(tried.end)) otherwise.push(`${kit.name}: ${tried.end}`);
    }
    expect(otherwise).toEqual([]);
    expect(pages.length).toBeGreaterThan(0);
    expect(await requestsOf(pages)).toEqual([]);
    if (isWhole) console.info(`${kits.length} hostile kits, ${pages.length} pages of theirs in Chromium, 0 requests`);
  },
  isWhole ? 600_000 : 60_000,
);
