// `scripts/screenshots DIR`: every page of the console at desktop and phone width, in light and dark.
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Page } from 'playwright-core';
import { startBrowser } from '../support/browser.ts';
import { startServed } from './served.ts';
import { walk } from './tour.ts';

const out = resolve(process.argv[2] ?? 'screenshots');
mkdirSync(out, { recursive: true });
const [browser, served] = await Promise.all([startBrowser(), startServed()]);
let page: Page | undefined;
const widths = { desktop: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } } as const;
let taken = 0;
try {
  page = await browser.newPage({ viewport: widths.desktop, deviceScaleFactor: 1.5 });
  await walk({
    ...served,
    page,
    look: async (name, page) => {
      for (const [device, viewport] of Object.entries(widths)) {
        await page.setViewportSize(viewport);
        for (const colorScheme of ['light', 'dark'] as const) {
          await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
          await page.screenshot({ path: join(out, `${name}.${device}.${colorScheme}.png`), fullPage: true });
          taken += 1;
        }
      }
      await page.setViewportSize(widths.desktop);
    },
  });
  console.log(`${taken} screenshots in ${out}`);
} catch (error) {
  await page?.screenshot({ path: join(out, 'where-it-ended.png'), fullPage: true });
  console.error(await page?.innerText('main'));
  throw error;
} finally {
  await browser.close();
  await served.close();
}
