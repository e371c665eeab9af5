// The whole way through the console in a real Chromium, against the real program: every page on it is judged for
// everybody who has to use it, in light and dark, on a small phone, and by what it complains of.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startBrowser } from '../support/browser.ts';
import { startServed, type Served } from '../tour/served.ts';
import { walk } from '../tour/tour.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
let browser: Browser;
let served: Served;

beforeAll(async () => {
  [browser, served] = await Promise.all([startBrowser(), startServed()]);
});
afterAll(async () => {
  await browser.close();
  await served.close();
});

/** What is wrong with a page: axe's violations, and whether it is wider than a phone. */
async function faultsOf(page: Page): Promise<string[]> {
  const found: string[] = [];
  await page.setViewportSize({ width: 360, height: 740 });
  const width = await page.evaluate('document.documentElement.scrollWidth');
  if (Number(width) > 360) found.push(`${String(width)} pixels wide`);
  await page.evaluate(axe);
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    const violations = await page.evaluate<string[]>('axe.run(document, { iframes: false }).then((found) => found.violations.map((one) => one.id + ": " + one.nodes.map((node) => node.html).join(" ")))');
    found.push(...violations.map((violation) => `${colorScheme} ${violation}`));
  }
  await page.setViewportSize({ width: 1280, height: 900 });
  return found;
}

describe('the way of a response team', () => {
  it('leads from the first password to the re-send of failures, accessible on every page', { timeout: 240_000 }, async () => {
    const context = await browser.newContext({ bypassCSP: false, viewport: { width: 1280, height: 900 } });
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      // A form that was sent with mistakes is answered with 400, an address that is none with 404, and the browser says so.
      if (message.type() === 'error' && !/status of (?:400|404) /.test(message.text())) complaints.push(message.text());
    });
    const faults: Record<string, string[]> = {};
    const seen: string[] = [];
    await walk({
      ...served,
      page,
      look: async (name) => {
        seen.push(name);
        const found = await faultsOf(page);
        if (found.length > 0) faults[name] = found;
      },
    });
    expect(faults).toEqual({});
    expect(complaints).toEqual([]);
    expect(seen.length).toBeGreaterThanOrEqual(32);
    expect(served.relay.record.letters.filter(({ to }) => to === 'mended@example.org')).toHaveLength(1);
    await context.close();
  });
});
