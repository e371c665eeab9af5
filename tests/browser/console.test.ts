// The console in a real browser: legible to everybody, alive, and deaf to what a letter tries.
import { createServer } from 'node:http';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { faultsOf } from '../support/accessibility.ts';
import { startBrowser } from '../support/browser.ts';
import { letterOf, lineOf, startConsole, summaryOf, type TestConsole } from '../support/console.ts';
import { createTestLedger, type TestLedger } from '../support/ledger.ts';
import { eventually } from '../support/eventually.ts';

let browser: Browser;
let console: TestConsole;

// One ledger stays open, so that Postgres is started once.
let kept: TestLedger;
beforeAll(async () => {
  [browser, kept] = await Promise.all([startBrowser(), createTestLedger({ max: 1 })]);
});
afterAll(async () => {
  await browser.close();
  await kept.close();
});
beforeEach(async () => {
  console = await startConsole();
  const running = summaryOf();
  const held = summaryOf({
    campaign: 'held-one',
    state: 'held',
    rehearsal: false,
    relay: 'smtp.example.com:587',
    throttledPerSecond: 20,
    reason: { code: 'relay-auth', help: 'Correct it, then `candor resume`.' },
  });
  console.shown.summaries = [running, held];
  console.shown.lines = [lineOf(running), lineOf(held, { title: 'Another incident' })];
  console.shown.letters = Array.from({ length: 60 }, (_, index) =>
    letterOf(index + 1, { to: `${'long'.repeat(16)}${index}@${'very-long-domain-'.repeat(6)}example.org` }),
  );
});
afterEach(async () => {
  for (const context of browser.contexts()) await context.close();
  await console.close();
});

async function open(path: string, options: BrowserContextOptions = {}): Promise<{ page: Page; complaints: string[] }> {
  const context = await browser.newContext(options);
  const [name = '', value = ''] = (await console.signIn()).split('=');
  await context.addCookies([{ name, value, url: console.browserUrl }]);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(console.browserUrl + path);
  return { page, complaints };
}

/** Those that the tour does not come to. */
const paths = ['/', '/inbox', '/inbox/60', '/inbox/60?view=text', '/inbox/60?view=source'];

describe('the frame of a letter', () => {
  /** Of the frame as it looks, from 0 (black) to 255: what the styles say is not what the browser does. */
  const brightness = async (page: Page): Promise<number> => {
    await page.frameLocator('iframe.letter').locator('h1').first().waitFor();
    const shot = await page.locator('iframe.letter').screenshot();
    const blank = await browser.newPage();
    return blank.evaluate<number>(`(async () => {
      const image = new Image();
      image.src = 'data:image/png;base64,${shot.toString('base64')}';
      await image.decode();
      const canvas = new OffscreenCanvas(image.width, image.height).getContext('2d');
      canvas.drawImage(image, 0, 0);
      const { data } = canvas.getImageData(0, 0, image.width, image.height);
      return data.reduce((sum, value, at) => (at % 4 === 3 ? sum : sum + value), 0) / (image.width * image.height * 3);
    })()`);
  };

  it.each(['light', 'dark'] as const)('shows each look whatever the screen is: %s', async (colorScheme) => {
    const cookie = await console.signIn();
    const uploaded = await console.upload('email,audience\na@example.com,affected\n', cookie);
    const path = uploaded.headers.location ?? '';
    await eventually(async () => !(await console.ask(path, { cookie })).body.includes('<h1>Reading'));
    const looks = { desktop: true, phone: true, dark: false };
    for (const [look, bright] of Object.entries(looks)) {
      const { page } = await open(`${path}/letters/affected/en?view=${look}`, { colorScheme });
      expect([look, (await brightness(page)) > 128]).toEqual([look, bright]);
    }
  });
});

describe('the pages of a rehearsal', () => {
  it.each(paths)('%s is accessible in light and dark and fits 360 pixels', async (path) => {
    const { page, complaints } = await open(path, { viewport: { width: 360, height: 740 } });
    expect(await faultsOf(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it('can be used by keyboard alone, beginning with a way past the navigation', async () => {
    const { page } = await open('/inbox');
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to content');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Another incident');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/inbox/60');
    expect(await page.title()).toContain('Your API account');
  });
});

describe('the session', () => {
  it('goes to no other service of the machine, and one that asks for it gets nothing it could use', async () => {
    await console.signIn();
    const seen: string[] = [];
    const other = createServer((request, response) => {
      seen.push(`${request.headers.cookie ?? ''} ${request.headers.host} ${request.headers.referer ?? ''}`);
      const { port } = new URL(console.url);
      response.setHeader('content-type', 'text/html');
      response.end(
        `<iframe src="http://127.0.0.1:${port}/inbox"></iframe><img src="http://localhost:${port}/inbox">
         <script>fetch('http://127.0.0.1:${port}/api/inbox', { credentials: 'include', mode: 'no-cors' })</script>`,
      );
    });
    await new Promise<void>((resolve) => other.listen(0, '0.0.0.0', resolve));
    const address = other.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    try {
      const context = await browser.newContext();
      const page = await context.newPage();
      // As a person does it: by the address that the terminal prints.
      await page.goto(`${console.url}/sign-in`);
      await page.getByLabel('Name').fill('Robin');
      await page.getByLabel('Password').fill('four unrelated words here');
      await page.keyboard.press('Enter');
      await page.waitForURL(`${console.browserUrl}/`);
      expect(await page.locator('nav').count()).toBe(1);
      // Without the name there is no session, and no other way to one.
      for (const host of ['127.0.0.1', 'localhost']) {
        await page.goto(`http://${host}:${port}/`);
        await page.goto(`${console.url.replace('127.0.0.1', host)}/inbox`);
        expect(page.url()).toBe(`${console.browserUrl}/inbox`);
      }
      const [cookie] = await context.cookies(console.browserUrl);
      expect(cookie).toMatchObject({
        domain: new URL(console.browserUrl).hostname,
        httpOnly: true,
        sameSite: 'Strict',
      });
      expect(seen.length).toBeGreaterThanOrEqual(2);
      expect(seen.join('\n')).not.toContain(cookie?.value);
      expect(seen.join('\n')).not.toContain('candor');
    } finally {
      other.closeAllConnections();
      other.close();
    }
  });
});

describe('the status page', () => {
  it('follows the campaign without being loaded again', async () => {
    const { page } = await open('/');
    await page.evaluate('window.kept = true');
    console.shown.summaries[0] = summaryOf({
      state: 'finished',
      states: { ...summaryOf().states, accepted: 11_860, pending: 0, queued: 0, sending: 0, deferred: 0 },
    });
    await eventually(async () => (await page.textContent('.badge')) === 'finished');
    expect(await page.title()).toContain('100 % finished · Candor');
    expect(await page.evaluate('window.kept')).toBe(true);
  });

  it('says that the figures are old when the server is gone', async () => {
    const { page } = await open('/');
    await console.server.close();
    await eventually(async () => (await page.getAttribute('#live', 'data-state')) === 'stale');
  });

  it('tells all without scripts', async () => {
    const { page } = await open('/', { javaScriptEnabled: false });
    expect(await page.textContent('h1')).toBe('Mixpanel incident, November 2025');
    expect(await page.locator('meta[http-equiv=refresh]').count()).toBe(1);
  });
});

describe('a hostile letter', () => {
  it('runs nothing, loads nothing, sends nothing and goes nowhere', async () => {
    const asked: string[] = [];
    const trap = createServer((request, response) => {
      asked.push(request.url ?? '');
      response.end();
    });
    await new Promise<void>((resolve) => trap.listen(0, '127.0.0.1', resolve));
    const address = trap.address();
    const out = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/stolen`;
    console.shown.letters = [
      letterOf(1, {
        html: `<script>top.stolen=1;parent.location='${out}'</script><img src="${out}" onerror="parent.stolen=1"><style>@import url(${out});body{background:url(${out})}</style>
          <link rel=stylesheet href="${out}"><iframe src="${out}"></iframe><form action="${out}"><button id="go">go</button></form><a id="away" href="${out}" target="_top">x</a> <a id="here" href="${out}">y</a><meta http-equiv=refresh content="0;url=${out}">`,
      }),
    ];
    const { page } = await open('/inbox/1');
    const frame = page.frameLocator('iframe');
    for (const id of ['#go', '#away', '#here']) await frame.locator(id).click();
    // Whatever was on its way has arrived when this, which was asked for later, has.
    await fetch(`${out}-not`);
    expect(asked).toEqual(['/stolen-not']);
    expect(await page.evaluate('window.stolen')).toBeUndefined();
    expect(page.url()).toBe(`${console.browserUrl}/inbox/1`);
    trap.close();
    trap.closeAllConnections();
  });
});
