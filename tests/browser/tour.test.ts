// The whole way through the console in a real Chromium, against the real program: every page on it is judged for
// everybody who has to use it, in light and dark, on a small phone, and by what it complains of.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { faultsOf } from '../support/accessibility.ts';
import { startBrowser } from '../support/browser.ts';
import { startServed, type Served } from '../tour/served.ts';
import { walk } from '../tour/tour.ts';

let browser: Browser;
let served: Served;

beforeAll(async () => {
  [browser, served] = await Promise.all([startBrowser(), startServed()]);
});
afterAll(async () => {
  await browser.close();
  await served.close();
});

describe('the way of a response team', () => {
  it(
    'leads from the first password to the re-send of failures, accessible on every page',
    { timeout: 240_000 },
    async () => {
      const context = await browser.newContext({ bypassCSP: false, viewport: { width: 1280, height: 900 } });
      const page = await context.newPage();
      const complaints: string[] = [];
      page.on('pageerror', (error) => complaints.push(error.message));
      page.on('console', (message) => {
        // A form that was sent with mistakes is answered with 400, an address that is none with 404, and the browser says so.
        if (message.type() === 'error' && !/status of (?:400|404) /.test(message.text()))
          complaints.push(message.text());
      });
      const faults: Record<string, string[]> = {};
      const seen: string[] = [];
      await walk({
        ...served,
        page,
        look: async (name) => {
          seen.push(name);
          const found = await faultsOf(page);
          await page.setViewportSize({ width: 1280, height: 900 });
          if (found.length > 0) faults[name] = found;
        },
      });
      expect(faults).toEqual({});
      expect(complaints).toEqual([]);
      expect(seen.length).toBeGreaterThanOrEqual(32);
      expect(served.relay.record.letters.filter(({ to }) => to === 'mended@example.org')).toHaveLength(1);
      await context.close();
    },
  );
});
