// The console over HTTP: who gets an answer, which, and with what around it.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { findOperator } from '../../../src/ledger/operators.ts';
import { openAccess } from '../../../src/app/console/access.ts';
import { CandorError, hasCode } from '../../../src/domain/errors.ts';
import { csrfTokenOf } from '../../../src/web/frame.ts';
import { eventually } from '../../support/eventually.ts';
import { createTestLedger, type TestLedger } from '../../support/ledger.ts';
import { letterOf, lineOf, startConsole, summaryOf, type TestConsole } from '../../support/console.ts';

let console: TestConsole;

// One ledger stays open, so that Postgres is started once.
let kept: TestLedger;
beforeAll(async () => {
  kept = await createTestLedger({ max: 1 });
});
afterAll(() => kept.close());
beforeEach(async () => {
  console = await startConsole();
});
afterEach(() => console.close());

const pathOf = (url: string): string => new URL(url).pathname + new URL(url).search;
const attack = '<script>alert(1)</script>"\'><img src=x onerror=alert(1)>';

const form = (fields: Record<string, string>): [Record<string, string>, string, string] => [
  { 'content-type': 'application/x-www-form-urlencoded' },
  'POST',
  new URLSearchParams(fields).toString(),
];
const tokenOf = (url: string): string => new URL(url).searchParams.get('token') ?? '';

describe('sign-in', () => {
  it('keeps every route closed but those that say otherwise, and nothing leaks', async () => {
    console.shown.letters = [letterOf(1)];
    const routes = console.server.routes();
    expect(routes.filter(({ open }) => open).map(({ path }) => path)).toEqual(
      expect.arrayContaining(['/healthz', '/readyz', '/sign-in', '/first-password']),
    );
    expect(
      new Set(routes.filter(({ open, path }) => open && !path.startsWith('/assets/')).map(({ path }) => path)),
    ).toEqual(new Set(['/healthz', '/readyz', '/sign-in', '/first-password']));
    const closed = routes.filter(({ open, method }) => !open && method !== 'HEAD');
    expect(closed.length).toBeGreaterThan(10);
    for (const { method, path } of closed) {
      const real = path.replaceAll(/:\w+/g, '1');
      for (const headers of [{}, { cookie: 'candor_session=x' }, { authorization: 'Bearer x' }]) {
        const answer = await console.ask(real, headers, method);
        expect([answer.status, path]).toEqual([401, path]);
        expect(answer.body).not.toContain('recipient1');
      }
    }
    expect((await console.ask('/nothing')).status).toBe(401);
  });

  it('sets the first password by the link, once, and leaves a cookie that scripts and other sites do not get', async () => {
    const page = await console.ask(pathOf(console.signInUrl));
    expect([page.status, page.body.includes('Welcome to Candor')]).toEqual([200, true]);
    const fields = {
      token: tokenOf(console.signInUrl),
      name: 'Robin',
      password: 'four unrelated words here',
      again: 'four unrelated words here',
    };
    expect((await console.ask('/first-password', ...form({ ...fields, again: 'other' }))).status).toBe(400);
    expect(
      (await console.ask('/first-password', ...form({ ...fields, password: 'short', again: 'short' }))).status,
    ).toBe(400);
    const answer = await console.ask('/first-password', ...form(fields));
    expect([answer.status, answer.headers.location]).toEqual([303, '/']);
    expect(answer.headers['set-cookie']?.[0]).toMatch(/; Path=\/; HttpOnly; SameSite=Strict$/);
    const cookie = answer.headers['set-cookie']?.[0]?.split(';')[0] ?? '';
    for (const path of ['/', '/inbox', '/api/status', '/api/inbox'])
      expect((await console.ask(path, { cookie })).status).toBe(200);
    expect((await console.ask('/first-password', ...form({ ...fields, name: 'Mallory' }))).status).toBe(401);
    expect((await console.ask(pathOf(console.signInUrl))).status).toBe(401);
  });

  it('leads a browser from a shared name to its own before anybody signs in, and sets it no cookie there', async () => {
    await console.signIn();
    const browser = { 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
    const host = new URL(console.browserUrl).host;
    expect(host).toMatch(/^candor-[0-9a-f]{32}\.localhost:\d+$/);
    for (const path of ['/', '/sign-in', '/first-password?token=x', '/nothing-here']) {
      const answer = await console.ask(path, browser);
      expect([answer.status, answer.headers.location]).toEqual([302, `${console.browserUrl}${path}`]);
    }
    const fields = { name: 'Robin', password: 'four unrelated words here' };
    const [headers, ...rest] = form(fields);
    const shared = await console.ask('/sign-in', { ...headers, ...browser }, ...rest);
    expect([shared.status, shared.headers.location, shared.headers['set-cookie']]).toEqual([
      303,
      '/sign-in',
      undefined,
    ]);
    const own = await console.ask('/sign-in', { ...headers, ...browser, host, origin: console.browserUrl }, ...rest);
    expect([own.status, own.headers['set-cookie']?.length]).toEqual([303, 1]);
    const cookie = own.headers['set-cookie']?.[0]?.split(';')[0] ?? '';
    expect((await console.ask('/', { ...browser, host, cookie })).status).toBe(200);
    const foreign = await console.ask(
      '/sign-out',
      { ...browser, host, cookie, 'sec-fetch-site': 'cross-site' },
      'POST',
    );
    expect(foreign.status).toBe(403);
  });

  it('makes one first operator when two are as fast', async () => {
    const fields = {
      token: tokenOf(console.signInUrl),
      password: 'four unrelated words here',
      again: 'four unrelated words here',
    };
    const answers = await Promise.all(
      ['One', 'Two'].map((name) => console.ask('/first-password', ...form({ ...fields, name }))),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 401]);
  });

  it('lets nobody in with a wrong password, and says the same for an unknown name', async () => {
    await console.signIn();
    const wrong = await console.ask('/sign-in', ...form({ name: 'Robin', password: 'wrong' }));
    const unknown = await console.ask('/sign-in', ...form({ name: 'Nobody', password: 'wrong' }));
    expect([wrong.status, unknown.status]).toEqual([401, 401]);
    expect(wrong.body.replaceAll('Robin', '')).toBe(unknown.body.replaceAll('Nobody', ''));
    expect(wrong.headers['set-cookie']).toBeUndefined();
  });

  it('has a guesser wait, also when the next guess is right', async () => {
    await console.signIn();
    for (let tries = 0; tries < 5; tries += 1)
      await console.ask('/sign-in', ...form({ name: 'Robin', password: 'wrong' }));
    const answer = await console.ask('/sign-in', ...form({ name: 'Robin', password: 'four unrelated words here' }));
    expect(answer.status).toBe(429);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(600);
  });

  it('has few wait for their passwords to be looked at, and tells the others at once', async () => {
    await console.signIn();
    const access = openAccess(console.ledger.database, 2 ** 12);
    const answers = await Promise.allSettled(
      Array.from({ length: 100 }, (_, index) =>
        access.check(`name${index}`, 'wrong', { address: '127.0.0.1', failures: 0 }),
      ),
    );
    const busy = answers.filter((answer) => answer.status === 'rejected');
    expect(busy.length).toBeGreaterThan(10);
    expect(busy.every(({ reason }) => hasCode(reason, 'sign-in-busy'))).toBe(true);
    expect(
      await access.check('Robin', 'four unrelated words here', { address: '127.0.0.1', failures: 0 }),
    ).toMatchObject({ name: 'Robin' });
  });

  it('takes no name for another operator’s, whatever the ledger folds', async () => {
    await console.signIn();
    const { database } = console.ledger;
    expect(await findOperator(database, 'ROBIN')).toMatchObject({ name: 'Robin' });
    for (const other of ['Rob\u0130n', 'Rob\u0131n', '\uff32obin'])
      expect(await findOperator(database, other)).toBeNull();
  });

  it('goes on to where the person was going, never elsewhere', async () => {
    await console.signIn();
    const next = async (path: string): Promise<string | undefined> =>
      (await console.ask('/sign-in', ...form({ name: 'Robin', password: 'four unrelated words here', next: path })))
        .headers.location;
    expect(await next('/inbox?before=3')).toBe('/inbox?before=3');
    expect(await next('//evil.example/')).toBe('/');
    expect((await console.ask('/inbox')).body).toContain('name="next" value="/inbox"');
  });

  it('ends a session by sign-out and by a new password, and a forged or old cookie opens nothing', async () => {
    const first = await console.signIn();
    const second = await console.signIn();
    expect((await console.submit('/sign-out', {}, first)).status).toBe(303);
    expect((await console.ask('/', { cookie: first })).status).toBe(401);
    const change = {
      current: 'four unrelated words here',
      password: 'five other unrelated words',
      again: 'five other unrelated words',
    };
    expect((await console.submit('/account/password', { ...change, current: 'wrong' }, second)).status).toBe(400);
    expect((await console.submit('/account/password', change, second)).status).toBe(303);
    expect((await console.ask('/', { cookie: second })).status).toBe(401);
    expect((await console.ask('/', { cookie: `${second.split('=')[0]}=${'A'.repeat(43)}` })).status).toBe(401);
  });

  it('does not give way to an open browser: one’s own password takes the current one, and few tries', async () => {
    const cookie = await console.signIn();
    const fresh = { password: 'five other unrelated words', again: 'five other unrelated words' };
    for (const name of ['Robin', 'ROBIN']) {
      const answer = await console.submit('/account/operators', { ...fresh, name }, cookie);
      expect([answer.status, answer.body.includes('This is you.')]).toEqual([400, true]);
    }
    expect((await console.ask('/', { cookie })).status).toBe(200);
    expect((await console.submit('/account/operators', { ...fresh, name: 'Kim' }, cookie)).status).toBe(303);
    for (let tries = 0; tries < 5; tries += 1)
      expect((await console.submit('/account/password', { ...fresh, current: 'wrong' }, cookie)).status).toBe(400);
    const late = await console.submit('/account/password', { ...fresh, current: 'four unrelated words here' }, cookie);
    expect([late.status, Number(late.headers['retry-after']) > 600]).toEqual([429, true]);
  });

  it('survives a restart: sessions are in the ledger, as digests', async () => {
    const cookie = await console.signIn();
    const { rows } = await console.ledger.database.query<{ digest: Buffer }>({
      text: 'select digest from candor.console_session',
    });
    expect(rows).toHaveLength(1);
    expect(cookie).not.toContain(rows[0]?.digest.toString('base64url') ?? 'x');
  });

  it.each([
    '/first-password',
    '/first-password?token=',
    '/first-password?token=x',
    '/first-password?token=a&token=b',
    '/first-password?token[]=x',
  ])('refuses %s', async (path) => {
    expect((await console.ask(path)).status).toBe(401);
  });

  it('marks the cookie as secure behind https', async () => {
    await console.close();
    console = await startConsole({ publicUrl: 'https://notices.example.com' });
    expect(console.signInUrl).toMatch(/^https:\/\/notices\.example\.com\/first-password\?token=/);
    const fields = {
      token: tokenOf(console.signInUrl),
      name: 'Robin',
      password: 'four unrelated words here',
      again: 'four unrelated words here',
    };
    const answer = await console.ask('/first-password', ...form(fields));
    expect(answer.headers['set-cookie']?.[0]).toMatch(/^__Host-.*; Secure$/);
  });
});

describe('a change', () => {
  const paths = [
    '/sign-out',
    '/account/password',
    '/account/sessions',
    '/account/operators',
    '/account/tokens',
    '/account/tokens/1/revoke',
  ];

  it.each(paths)('of %s needs the token of this very session', async (path) => {
    const cookie = await console.signIn();
    const other = await console.signIn();
    const [headers, method] = form({});
    const foreign = csrfTokenOf(other.slice(other.indexOf('=') + 1));
    for (const body of ['', 'csrf=', `csrf=${foreign}`, 'csrf=a&csrf=b']) {
      const answer = await console.ask(path, { ...headers, cookie }, method, body);
      expect([answer.status, answer.body.includes('form-expired')]).toEqual([403, true]);
    }
  });

  it('is refused when it comes from a page of another site, even with the token', async () => {
    const cookie = await console.signIn();
    const csrf = csrfTokenOf(cookie.slice(cookie.indexOf('=') + 1));
    const [headers, method, body] = form({ csrf, token: 'stolen', days: '5' });
    for (const foreign of [
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { origin: 'https://evil.example' },
      { origin: 'null' },
    ]) {
      expect((await console.ask('/account/tokens', { ...headers, ...foreign, cookie }, method, body)).status).toBe(403);
    }
    expect(
      (await console.ask('/account/tokens', { ...headers, 'sec-fetch-site': 'same-origin', cookie }, method, body))
        .status,
    ).toBe(200);
  });

  it('is refused when it is too large, or no form', async () => {
    const cookie = await console.signIn();
    const [headers, method] = form({});
    expect(
      (await console.ask('/account/tokens', { ...headers, cookie }, method, `token=${'x'.repeat(70_000)}`)).status,
    ).toBe(413);
    expect(
      (await console.ask('/account/tokens', { cookie, 'content-type': 'application/octet-stream' }, method, 'x'))
        .status,
    ).toBe(415);
    expect(
      (await console.ask('/account/tokens', { cookie, 'content-type': 'application/json' }, method, '{"a":')).status,
    ).toBe(400);
  });
});

describe('API tokens', () => {
  it('are shown once, open the API and nothing else, and can be revoked', async () => {
    const cookie = await console.signIn();
    const made = await console.submit('/account/tokens', { token: 'Prometheus', days: '30' }, cookie);
    const secret = /candor_[\w-]{43}/.exec(made.body)?.[0] ?? '';
    expect(secret).not.toBe('');
    expect((await console.ask('/account', { cookie })).body).not.toContain(secret);
    const headers = { authorization: `Bearer ${secret}` };
    expect((await console.ask('/api/status', headers)).status).toBe(200);
    expect((await console.ask('/', headers)).status).toBe(401);
    expect((await console.ask('/account', headers)).status).toBe(401);
    expect((await console.submit('/account/tokens/1/revoke', {}, cookie)).status).toBe(303);
    expect((await console.ask('/api/status', headers)).status).toBe(401);
    expect((await console.submit('/account/tokens/1/revoke', {}, cookie)).status).toBe(404);
  });

  it.each([
    { token: '', days: '3' },
    { token: 'x', days: '0' },
    { token: 'x', days: '1e9' },
    { token: 'x', days: 'abc' },
    { days: '3' },
  ])('are not made from %o', async (fields) => {
    const cookie = await console.signIn();
    const answer = await console.submit('/account/tokens', fields, cookie);
    expect([answer.status, answer.body.includes('There is a problem')]).toEqual([400, true]);
  });
});

describe('operators', () => {
  it('add each other, sign in by their own name, and nobody removes themselves', async () => {
    const cookie = await console.signIn();
    const password = 'three words or more';
    expect(
      (await console.submit('/account/operators', { name: 'Kim', password, again: password }, cookie)).status,
    ).toBe(303);
    const kim =
      (await console.ask('/sign-in', ...form({ name: 'kim', password }))).headers['set-cookie']?.[0]?.split(';')[0] ??
      '';
    expect((await console.ask('/account', { cookie: kim })).body).toContain('Robin');
    expect((await console.submit('/account/operators/1/remove', {}, cookie)).status).toBe(409);
    expect((await console.submit('/account/operators/1/remove', {}, kim)).status).toBe(303);
    expect((await console.ask('/', { cookie })).status).toBe(401);
  });
});

describe('hosts', () => {
  it('answers no page to a name that is not ours, not even sign-in', async () => {
    const cookie = await console.signIn();
    for (const path of ['/', '/api/status', '/first-password?token=x', '/assets/console.css']) {
      expect((await console.ask(path, { cookie, host: 'attacker.example' })).status).toBe(421);
    }
    expect((await console.ask('/', { cookie, host: 'localhost:1' })).status).toBe(200);
  });

  it('answers probes by any name', async () => {
    expect((await console.ask('/healthz', { host: '192.0.2.7' })).status).toBe(200);
  });
});

describe('a ledger that takes questions and gives no answers', () => {
  beforeEach(async () => {
    await console.close();
    console = await startConsole({ lookMs: 20 });
  });

  it.each(['/', '/inbox', '/api/status'])('is told at %s as an outage, and not waited for', async (path) => {
    const cookie = await console.signIn();
    console.shown.ready = false;
    console.shown.waits = new Promise(() => undefined);
    const { status, body } = await console.ask(path, { cookie });
    expect([status, body.includes('ledger-unreachable')]).toEqual([503, true]);
  });

  it('is another thing than one that takes its time', async () => {
    const cookie = await console.signIn();
    let answer = (): void => undefined;
    let looks = 0;
    Object.defineProperty(console.shown, 'ready', { get: () => (looks += 1) > 0 });
    console.shown.waits = new Promise((resolve) => (answer = resolve));
    const asked = console.ask('/', { cookie });
    await eventually(() => Promise.resolve(looks >= 2));
    answer();
    expect((await asked).status).toBe(200);
  });
});

describe('health', () => {
  it('is told to anybody, without details', async () => {
    expect(JSON.parse((await console.ask('/healthz')).body)).toEqual({ ok: true });
    expect(JSON.parse((await console.ask('/readyz')).body)).toEqual({
      ok: true,
      checks: [{ name: 'ledger', ok: true }],
    });
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
    const summary = summaryOf({
      state: 'held',
      reason: { code: 'relay-auth', help: 'Correct it, then `candor resume`.' },
    });
    console.shown.summaries = [summary];
    console.shown.lines = [lineOf(summary)];
    const { body } = await console.ask('/', { cookie });
    for (const text of ['Held: relay-auth', '<code>candor resume</code>', '12,480', '12,000', 'rehearsal', '7,420'])
      expect(body).toContain(text);
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
    const summary = summaryOf({
      campaign: attack,
      relay: attack,
      rehearsal: false,
      state: 'held',
      reason: { code: attack, help: attack },
    });
    console.shown.summaries = [summary];
    console.shown.lines = [
      lineOf(summary, { title: attack }),
      lineOf(summary, { campaign: `b${attack}`, title: attack }),
    ];
    console.shown.letters = [
      letterOf(1, { from: attack, to: attack, subject: attack, noticeToken: attack, text: attack, source: attack }),
    ];
    for (const path of [
      '/',
      '/inbox',
      '/inbox/1',
      '/inbox/1?view=text',
      '/inbox/1?view=source',
      `/campaigns/${encodeURIComponent(attack)}`,
    ]) {
      const { status, body } = await console.ask(path, { cookie });
      expect(status).toBe(200);
      expect(body).not.toContain('alert(1)</script>');
      expect(body).not.toContain('<img');
    }
  });

  it.each([
    '/inbox/0',
    '/inbox/x',
    '/inbox/-1',
    '/inbox/99999999999999999999',
    '/inbox/1.5',
    '/nothing',
    '/campaigns/%E0%A4%A',
  ])('answer %s with a page that says so', async (path) => {
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
    await console.close();
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
    expect(JSON.parse((await console.ask('/api/status', { cookie })).body)).toMatchObject({
      latest: summary,
      campaigns: [{ campaign: summary.campaign }],
    });
    expect(JSON.parse((await console.ask(`/api/campaigns/${summary.campaign}/summary`, { cookie })).body)).toEqual(
      summary,
    );
    const list = JSON.parse((await console.ask('/api/inbox', { cookie })).body) as {
      count: number;
      letters: { id: number }[];
      next: string;
    };
    expect([list.count, list.letters.length, list.next]).toEqual([60, 50, '/api/inbox?before=11']);
    expect(JSON.parse((await console.ask(list.next, { cookie })).body)).toMatchObject({
      letters: { length: 10 },
      next: null,
    });
    const missing = await console.ask('/api/campaigns/nothing/summary', { cookie });
    expect([missing.status, (JSON.parse(missing.body) as { code: string }).code]).toEqual([404, 'campaign-unknown']);
    expect((JSON.parse((await console.ask('/api/status')).body) as { code: string }).code).toBe('sign-in-required');
  });
});

describe('every answer', () => {
  it('forbids loading, framing, keeping and passing on', async () => {
    const cookie = await console.signIn();
    for (const path of [
      '/',
      '/inbox',
      '/nothing',
      '/api/status',
      '/first-password?token=x',
      '/assets/live.js',
      '/healthz',
    ]) {
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
    expect(
      [...body.matchAll(/(?:src|href)="([^"]+)"/g)]
        .map((match) => match[1] ?? '')
        .filter((address) => !/^[/#]/.test(address)),
    ).toEqual([]);
    expect(body).not.toMatch(/ style="| on\w+="|<script>/);
  });
});

describe('listening', () => {
  it('says when its port is taken', async () => {
    await expect(startConsole({ port: Number(new URL(console.url).port) })).rejects.toMatchObject({
      code: 'web-port-taken',
    });
  });

  it('says when its address is not of this machine', async () => {
    await expect(startConsole({ host: '192.0.2.7' })).rejects.toMatchObject({ code: 'web-host-unusable' });
  });
});
