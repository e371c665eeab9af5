// What keeps people from using a page, as axe sees it and as a small phone does.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const phone = { width: 360, height: 740 };

/**
 * axe's violations in light and in dark, and whether the page is wider than a phone of 360 pixels, at which it is
 * left. In dark only the rules of colour are asked again: the others do not look at one.
 */
export async function faultsOf(page: Page): Promise<string[]> {
  await page.setViewportSize(phone);
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
  await page.evaluate(axe);
  const width = Number(await page.evaluate('document.documentElement.scrollWidth'));
  const light = await violations(page, '{ iframes: false }');
  await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
  const dark = await violations(page, `{ iframes: false, runOnly: ['color-contrast', 'link-in-text-block'] }`);
  return [
    ...(width > phone.width ? [`${width} pixels wide`] : []),
    ...light.map((one) => `light ${one}`),
    ...dark.map((one) => `dark ${one}`),
  ];
}

function violations(page: Page, options: string): Promise<string[]> {
  return page.evaluate<string[]>(
    `axe.run(document, ${options}).then((found) => found.violations.map((one) => one.id + ': ' + one.nodes.map((node) => node.html).join(' ')))`,
  );
}
