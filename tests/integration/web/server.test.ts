// The console over HTTP: who gets an answer, which, and with what around it.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CandorError } from '../../../src/domain/errors.ts';
import { letterOf, lineOf, startConsole, summaryOf, type TestConsole } from '../../support/console.ts';

let console: TestConsole;

beforeEach(async () => {
  console = await startConsole();
});
afterEach(() => console.server.close());

const pathOf = (url: string): string => new URL(url).pathname + new URL(url).search;
const attack = '<script>alert(1)</script>"\'><img src=x onerror=alert(1)>';

describe('sign-in', () => {
  const closed = ['/', '/campaigns/c', '/inbox', '/inbox/1', '/inbox/1/html', '/api/status', '/api/status/c', '/api/inbox', '/nothing', '/api/nothing'];

  it.each(closed)('keeps %s closed', async (path) => {
    console.shown.letters = [letterOf(1)];
    for (const headers of [{}, { cookie: 'candor_session=x' }, { authorization: 'Bearer x' }]) {
      const answer = await console.ask(path, headers);
      expect(answer.status).toBe(401);
      expect(answer.body).not.toContain('recipient1');
    }
  });

  it('opens everything with the link, by a cookie that scripts and other sites do not get', async () => {
    const answer = await console.ask(pathOf(console.signInUrl));
    expect(answer.status).toBe(303);
    expect(answer.headers.location).toBe('/');
    expect(answer.headers['set-cookie']?.[0]).toMatch(/; Path=\/; HttpOnly; SameSite=Strict$/);
    const cookie = answer.headers['set-cookie']?.[0]?.split(';')[0] ?? '';
    for (const path of ['/', '/inbox', '/api/status', '/api/inbox']) expect((await console.ask(path, { cookie })).status).toBe(200);
  });

  it('lets the link be used once, and takes whoever is in already to the status page', async () => {
    const cookie = await console.signIn();
    const again = await console.ask(pathOf(console.signInUrl));
    expect(again.status).toBe(401);
    expect(again.body).toContain('sign-in-used');
    expect((await console.ask(pathOf(console.signInUrl), { cookie })).status).toBe(303);
  });

  it('does not use the link up when something only looks at it', async () => {
    expect((await console.ask(pathOf(console.signInUrl), {}, 'HEAD')).status).not.toBe(303);
    expect(await console.signIn()).not.toBe('');
  });

  it('hands the next link to the terminal when one was used', async () => {
    await console.server.close();
    const links: string[] = [];
    console = await startConsole({ onSignedIn: (next) => void links.push(next) });
    await console.signIn();
    expect(links).toHaveLength(1);
    expect(await console.signIn(links[0])).not.toBe('');
  });

  it.each(['/sign-in', '/sign-in?token=', '/sign-in?token=x', '/sign-in?token=a&token=b', '/sign-in?token[]=x'])('refuses %s', async (path) => {
    expect((await console.ask(path)).status).toBe(401);
  });

  it('marks the cookie as secure behind https', async () => {
    await console.server.close();
    console = await startConsole({ publicUrl: 'https://notices.example.com' });
    expect(console.signInUrl).toMatch(/^https:\/\/notices\.example\.com\/sign-in\?token=/);
  });
});

describe('hosts', () => {
  it('answers no page to a name that is not ours, not even sign-in', async () => {
    const cookie = await console.signIn();
    for (const path of ['/', '/api/status', '/sign-in?token=x', '/assets/console.css']) {
      expect((await console.ask(path, { cookie, host: 'attacker.example' })).status).toBe(421);
    }
    expect((await console.ask('/', { cookie, host: 'localhost:1' })).status).toBe(200);
  });

  it('answers probes by any name', async () => {
    expect((await console.ask('/healthz', { host: '192.0.2.7' })).status).toBe(200);
  });
});

describe('health', () => {
  it('is told to anybody, without details', async () => {
    expect(JSON.parse((await console.ask('/healthz')).body)).toEqual({ ok: true });
    expect(JSON.parse((await console.ask('/readyz')).body)).toEqual({ ok: true, checks: [{ name: 'ledger', ok: true }] });
    console.shown.ready = false;
    expect((await console.ask('/readyz')).status).toBe(503);
  });
});

describe('pages', () => {
  let cookie: string;
  beforeEach(async () => {
    cookie = await console.signIn();
  });

  it('say what to do while there is no campaign and no letter', async () => {
    expect((await console.ask('/', { cookie })).body).toContain('No campaign yet');
    expect((await console.ask('/inbox', { cookie })).body).toContain('No letters yet');
  });

  it('show the account, the state and the reason of a held campaign', async () => {
    const summary = summaryOf({ state: 'held', reason: { code: 'relay-auth', help: 'Correct it, then `candor resume`.' } });
    console.shown.summaries = [summary];
    console.shown.lines = [lineOf(summary)];
    const { body } = await console.ask('/', { cookie });
    for (const text of ['Held: relay-auth', '<code>candor resume</code>', '12,480', '12,000', 'rehearsal', '7,420']) expect(body).toContain(text);
    expect(body).not.toMatch(/delivered/i);
  });

  it('say aloud when the account does not add up', async () => {
    console.shown.summaries = [summaryOf({ rows: 12_481 })];
    expect((await console.ask('/', { cookie })).body).toContain('does not add up');
  });

  it('show another campaign by its id, and 404 for one that is not there', async () => {
    const [latest, other] = [summaryOf(), summaryOf({ campaign: 'c-2026-0002', state: 'finished' })];
    console.shown.summaries = [latest, other];
    console.shown.lines = [lineOf(latest), lineOf(other, { title: 'An earlier one' })];
    expect((await console.ask('/', { cookie })).body).toContain('/campaigns/c-2026-0002');
    expect((await console.ask('/campaigns/c-2026-0002', { cookie })).body).toContain('finished');
    expect((await console.ask('/campaigns/nothing', { cookie })).status).toBe(404);
  });

  it('page through the inbox without losing or repeating a letter', async () => {
    console.shown.letters = Array.from({ length: 120 }, (_, index) => letterOf(index + 1));
    const seen: string[] = [];
    let path: string | undefined = '/inbox';
    while (path !== undefined) {
      const { body } = await console.ask(path, { cookie });
      seen.push(...[...body.matchAll(/recipient(\d+)@/g)].map((match) => match[1] ?? ''));
      path = /\/inbox\?before=\d+/.exec(body)?.[0];
    }
    expect(seen).toEqual(Array.from({ length: 120 }, (_, index) => String(120 - index)));
  });

  it('show a letter in three views, its HTML only from a sandbox', async () => {
    console.shown.letters = [letterOf(7, { html: '<p onclick="steal()">Hello</p><script>steal()</script>' })];
    const first = await console.ask('/inbox/7', { cookie });
    expect(first.body).toContain('<iframe class="letter" sandbox="" src="/inbox/7/html"');
    expect(first.body).not.toContain('steal()');
    expect((await console.ask('/inbox/7?view=text', { cookie })).body).toContain('Your account is affected.');
    expect((await console.ask('/inbox/7?view=source', { cookie })).body).toContain('Subject: Your API');
    const framed = await console.ask('/inbox/7/html', { cookie });
    expect(framed.body).toContain('steal()');
    expect(framed.headers['content-security-policy']).toMatch(/^sandbox; default-src 'none';/);
    expect(framed.headers['x-frame-options']).toBe('SAMEORIGIN');
  });

  it('fall back to the view that a letter has', async () => {
    console.shown.letters = [letterOf(7, { html: null })];
    expect((await console.ask('/inbox/7?view=html', { cookie })).body).toContain('<pre>');
    expect((await console.ask('/inbox/7/html', { cookie })).status).toBe(404);
  });

  it('escape whatever a letter, a kit or a relay brings', async () => {
    const summary = summaryOf({ campaign: attack, relay: attack, rehearsal: false, state: 'held', reason: { code: attack, help: attack } });
    console.shown.summaries = [summary];
    console.shown.lines = [lineOf(summary, { title: attack }), lineOf(summary, { campaign: `b${attack}`, title: attack })];
    console.shown.letters = [letterOf(1, { from: attack, to: attack, subject: attack, noticeToken: attack, text: attack, source: attack })];
    for (const path of ['/', '/inbox', '/inbox/1', '/inbox/1?view=text', '/inbox/1?view=source', `/campaigns/${encodeURIComponent(attack)}`]) {
      const { status, body } = await console.ask(path, { cookie });
      expect(status).toBe(200);
      expect(body).not.toContain('alert(1)</script>');
      expect(body).not.toContain('<img');
    }
  });

  it.each(['/inbox/0', '/inbox/x', '/inbox/-1', '/inbox/99999999999999999999', '/inbox/1.5', '/nothing', '/campaigns/%E0%A4%A'])('answer %s with a page that says so', async (path) => {
    const { status, body } = await console.ask(path, { cookie });
    expect([400, 404]).toContain(status);
    expect(body).toContain('<h1>');
  });

  it('tell only a reference when something breaks', async () => {
    console.shown.failure = new Error('secret recipient@example.org');
    const { status, body } = await console.ask('/', { cookie });
    expect(status).toBe(500);
    expect(body).not.toContain('secret');
    console.shown.failure = new CandorError('ledger-unreachable');
    expect((await console.ask('/inbox', { cookie })).status).toBe(503);
  });

  it('leave the inbox out when a relay is set', async () => {
    await console.server.close();
    console = await startConsole({ inbox: false });
    cookie = await console.signIn();
    expect((await console.ask('/', { cookie })).body).not.toContain('href="/inbox"');
    expect((await console.ask('/inbox', { cookie })).status).toBe(404);
  });
});

describe('the API', () => {
  it('tells the status and the inbox, and problems with code and help', async () => {
    const cookie = await console.signIn();
    const summary = summaryOf();
    console.shown.summaries = [summary];
    console.shown.lines = [lineOf(summary)];
    console.shown.letters = Array.from({ length: 60 }, (_, index) => letterOf(index + 1));
    expect(JSON.parse((await console.ask('/api/status', { cookie })).body)).toMatchObject({ latest: summary, campaigns: [{ campaign: summary.campaign }] });
    expect(JSON.parse((await console.ask(`/api/status/${summary.campaign}`, { cookie })).body)).toEqual(summary);
    const list = JSON.parse((await console.ask('/api/inbox', { cookie })).body) as { count: number; letters: { id: number }[]; next: string };
    expect([list.count, list.letters.length, list.next]).toEqual([60, 50, '/api/inbox?before=11']);
    expect(JSON.parse((await console.ask(list.next, { cookie })).body)).toMatchObject({ letters: { length: 10 }, next: null });
    const missing = await console.ask('/api/status/nothing', { cookie });
    expect([missing.status, (JSON.parse(missing.body) as { code: string }).code]).toEqual([404, 'campaign-unknown']);
    expect((JSON.parse((await console.ask('/api/status')).body) as { code: string }).code).toBe('sign-in-required');
  });
});

describe('every answer', () => {
  it('forbids loading, framing, keeping and passing on', async () => {
    const cookie = await console.signIn();
    for (const path of ['/', '/inbox', '/nothing', '/api/status', '/sign-in?token=x', '/assets/live.js', '/healthz']) {
      const { headers } = await console.ask(path, { cookie });
      expect(headers['content-security-policy']).toContain("default-src 'none'");
      expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
      expect(headers['content-security-policy']).not.toContain('unsafe');
      expect(headers['x-content-type-options']).toBe('nosniff');
      expect(headers['referrer-policy']).toBe('no-referrer');
      if (!path.startsWith('/assets/')) expect(headers['cache-control']).toBe('no-store');
    }
  });

  it('comes from this machine only: no page names a file elsewhere', async () => {
    const cookie = await console.signIn();
    const { body } = await console.ask('/', { cookie });
    expect([...body.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] ?? '').filter((address) => !/^[/#]/.test(address))).toEqual([]);
    expect(body).not.toMatch(/ style="| on\w+="|<script>/);
  });
});

describe('listening', () => {
  it('says when its port is taken', async () => {
    await expect(startConsole({ port: Number(new URL(console.url).port) })).rejects.toMatchObject({ code: 'web-port-taken' });
  });

  it('says when its address is not of this machine', async () => {
    await expect(startConsole({ host: '192.0.2.7' })).rejects.toMatchObject({ code: 'web-host-unusable' });
  });
});
