// Bad input at every form and every endpoint ends in a clear message and changes nothing. The tables are the
// server's own routes: one that is added is covered by itself.
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { csrfTokenOf } from '../../../src/web/frame.ts';
import { isStream } from '../../../src/web/api/endpoint.ts';
import type { KnownRoute } from '../../../src/web/known-routes.ts';
import { settleAttempts } from '../../../src/ledger/settling.ts';
import { apiOf, endpointAt, type Api } from '../../support/api.ts';
import { startConsole, type Answer, type TestConsole } from '../../support/console.ts';
import { eventually } from '../../support/eventually.ts';
import { aCampaign, aLease, aSettlement, claimSome, someTerms } from '../../support/ledger.ts';

let console: TestConsole;
let cookie: string;
let csrf: string;
let api: Api;
/** What stands at the place of a parameter: things that are there. */
let real: Readonly<Record<string, string>>;
let routes: readonly KnownRoute[];

const attack = `<script>alert(1)</script>"'><img src=x onerror=alert(1)>`;
const cell = `"${attack.replaceAll('"', '""')}"`;

beforeAll(async () => {
  const { relayIdentity, relayLabel } = someTerms();
  console = await startConsole({ real: true, settings: { relayIdentity, relayLabel } });
  cookie = await console.signIn();
  csrf = csrfTokenOf(cookie.slice(cookie.indexOf('=') + 1));
  api = await apiOf(console, cookie);
  const campaign = await aCampaign(console.ledger, { notices: 6 });
  const lease = await aLease(console.ledger);
  const claims = await claimSome(console.ledger, campaign.campaignNo, lease, 4);
  await settleAttempts(
    console.ledger.database,
    console.ledger.keyring,
    lease,
    claims.map((claim, index) =>
      aSettlement(
        claim,
        index === 0
          ? {}
          : {
              outcome: 'refused',
              state: 'refused',
              reason: 'review',
              replyCode: 550,
              enhancedCode: '5.9.9',
              rule: 'unknown',
              reply: attack,
              replyScrubbed: attack,
            },
      ),
    ),
  );
  const columns = [
    'email',
    'audience',
    'name',
    'locale',
    'organization_id',
    'user_id',
    'city',
    'region',
    'country',
    'os',
    'browser',
    'referrer',
    `x${attack}`,
  ];
  const file = `${columns.map((name) => `"${name.replaceAll('"', '""')}"`).join(',')}\na@example.com,affected,${columns
    .slice(2)
    .map(() => cell)
    .join(',')}\n${columns.map(() => cell).join(',')}\n`;
  const upload = await console.upload(file, cookie, { fileName: `${attack.replaceAll('"', '')}.csv` });
  const path = upload.headers.location ?? '';
  await eventually(async () => !(await console.ask(path, { cookie })).body.includes('<h1>Reading'));
  const { notices } = (
    await api.call<{ notices: { notice: string }[] }>('GET', `/api/campaigns/${campaign.id}/notices?state=refused`)
  ).body;
  real = {
    campaign: campaign.id,
    upload: path.slice(path.lastIndexOf('/') + 1),
    audience: 'affected',
    locale: 'en',
    kit: 'mixpanel-2025-11',
    row: '2',
    notice: notices[0]?.notice ?? '',
  };
  routes = console.server.routes().filter(({ path }) => !path.startsWith('/assets/'));
});
afterAll(() => console.close());

const filled = (path: string, values: Readonly<Record<string, string>> = real): string =>
  path.replaceAll(/:(\w+)/g, (_, name: string) => values[name] ?? '1');
const isApi = (path: string): boolean => path.startsWith('/api/') || path === '/metrics';
const changes = (): KnownRoute[] => routes.filter(({ method, open }) => !open && !['GET', 'HEAD'].includes(method));
/** Where the body is a file, which has limits of its own. */
const takesFile = ({ method, path }: KnownRoute): boolean =>
  path === '/uploads' ||
  isStream(endpointAt(console.server.endpoints(), method, path.replaceAll(/:(\w+)/g, '{$1}'))?.body);
const takesBody = ({ method, path }: KnownRoute): boolean =>
  !isApi(path) ||
  endpointAt(console.server.endpoints(), method, path.replaceAll(/:(\w+)/g, '{$1}'))?.body !== undefined;
const streams = (path: string): boolean => path.endsWith('/events');
/** HTML of ours; that of a letter comes in a sandbox. */
const isPage = ({ headers }: Answer): boolean =>
  headers['content-type']?.startsWith('text/html') === true &&
  !String(headers['content-security-policy']).startsWith('sandbox');

/** All that stands in the ledger, but for when a session or token was used last. */
async function everything(): Promise<string> {
  const { database } = console.ledger;
  const { rows: tables } = await database.query<{ name: string }>({
    text: `select table_name as name from information_schema.tables where table_schema = 'candor' and table_type = 'BASE TABLE' order by 1`,
  });
  const digests = await Promise.all(
    tables.map(
      async ({ name }) =>
        (
          await database.query<{ all: string | null }>({
            text: `select string_agg((to_jsonb(t) - 'used_at' - 'touched_at')::text, chr(10) order by (to_jsonb(t) - 'used_at' - 'touched_at')::text) as all from candor.${name} t where ${name === 'campaign_pulse' ? 'false' : 'true'}`,
          })
        ).rows[0]?.all ?? '',
    ),
  );
  return createHash('sha256').update(digests.join('\0')).digest('hex');
}

/** A message that says what happened and, to a script, its code. */
function expectClear(answer: Answer, path: string): void {
  if (isApi(path) && path !== '/api/docs')
    expect(JSON.parse(answer.body), path).toMatchObject({
      code: expect.stringMatching(/^[a-z-]+$/) as string,
      message: expect.stringMatching(/\S/) as string,
      help: expect.stringMatching(/\S/) as string,
    });
  else expect(answer.body, path).toMatch(/<h1>[^<]+<\/h1>/);
}

/** Asks each route in its way; expects one of the statuses with a clear message, and the ledger as it was. */
async function refuse(
  which: readonly KnownRoute[],
  statuses: readonly number[],
  ask: (route: KnownRoute, path: string) => Promise<Answer>,
): Promise<void> {
  const before = await everything();
  expect(which.length).toBeGreaterThan(0);
  for (const route of which) {
    const path = filled(route.path);
    const answer = await ask(route, path);
    expect(statuses, `${route.method} ${path} answered ${answer.status}: ${answer.body.slice(0, 300)}`).toContain(
      answer.status,
    );
    expectClear(answer, path);
  }
  expect(await everything()).toBe(before);
}

const form = { 'content-type': 'application/x-www-form-urlencoded' };
const json = { 'content-type': 'application/json' };
const typeOf = (route: KnownRoute): Record<string, string> =>
  isApi(route.path) ? (takesFile(route) ? { 'content-type': 'text/csv' } : json) : form;
const bearer = (): Record<string, string> => ({ authorization: `Bearer ${api.token}` });
/** Signed in, with the token of the session. */
const trusted = (route: KnownRoute): Record<string, string> => (isApi(route.path) ? bearer() : person());
const person = (): Record<string, string> => ({ cookie, 'x-csrf-token': csrf });

describe('every change', () => {
  it('is refused to a forged cookie and a forged token', async () => {
    const name = cookie.split('=')[0] ?? '';
    for (const headers of [
      { cookie: `${name}=${'A'.repeat(43)}` },
      { cookie: `${name}=` },
      { cookie: `${name}="; drop table` },
      { authorization: `Bearer candor_${'A'.repeat(43)}` },
      { authorization: `Basic ${btoa('Robin:x')}` },
      { authorization: 'Bearer' },
    ] as Record<string, string>[]) {
      await refuse(changes(), [401], (route, path) =>
        console.ask(path, { ...typeOf(route), ...headers }, route.method, isApi(path) ? '{}' : 'a=b'),
      );
    }
  });

  it('is refused without the token of the session, or with that of another', async () => {
    for (const headers of [{}, { 'x-csrf-token': '' }, { 'x-csrf-token': csrfTokenOf('another') }] as Record<
      string,
      string
    >[]) {
      await refuse(
        changes().filter((route) => route.path !== '/uploads'),
        [403],
        (route, path) =>
          console.ask(path, { ...typeOf(route), ...headers, cookie }, route.method, isApi(path) ? '{}' : 'a=b'),
      );
    }
  });

  it('is refused from a page of another site', async () => {
    for (const headers of [{ origin: 'https://evil.example' }, { 'sec-fetch-site': 'cross-site' }] as Record<
      string,
      string
    >[]) {
      await refuse(changes(), [403], (route, path) =>
        console.ask(
          path,
          { ...typeOf(route), ...headers, ...trusted(route) },
          route.method,
          isApi(path) ? '{}' : 'a=b',
        ),
      );
    }
  });

  it('is refused to a body that is too large', async () => {
    await refuse(
      changes().filter((route) => !takesFile(route)),
      [413],
      (route, path) =>
        console.ask(
          path,
          { ...typeOf(route), ...trusted(route) },
          route.method,
          isApi(path) ? JSON.stringify({ a: 'x'.repeat(70_000) }) : `a=${'x'.repeat(70_000)}`,
        ),
    );
  });

  it('is refused to a body of another type', async () => {
    for (const type of ['application/xml', 'text/html', 'nonsense', 'application/x-msgpack; charset=x']) {
      await refuse(changes(), [415], (route, path) =>
        console.ask(path, { 'content-type': type, ...trusted(route) }, route.method, '<a/>'),
      );
    }
    await refuse(
      changes().filter((route) => isApi(route.path) && !takesFile(route)),
      [415],
      (route, path) => console.ask(path, { ...form, ...trusted(route) }, route.method, 'a=b'),
    );
  });

  it('is refused to JSON that is none, or of the wrong shape', async () => {
    const endpoints = (): KnownRoute[] => changes().filter((route) => isApi(route.path) && !takesFile(route));
    for (const body of [
      '{"a":',
      '[1,2',
      '"',
      '{"__proto__":{"a":1}}',
      '[]',
      '"text"',
      '17',
      'true',
      '{"unknown":1}',
      `${'['.repeat(3_000)}${']'.repeat(3_000)}`,
      '{"a":"\\u0000"}',
      '{"\\ud800":"a"}',
    ]) {
      await refuse(endpoints(), [400], (route, path) =>
        console.ask(path, { ...json, ...person() }, route.method, body),
      );
    }
    await refuse(endpoints().filter(takesBody), [400], (route, path) => console.ask(path, person(), route.method));
    await refuse(endpoints().filter(takesBody), [400], (route, path) =>
      console.ask(path, { ...json, ...person() }, route.method, 'null'),
    );
  });

  it('is refused to a form with what the ledger cannot keep', async () => {
    await refuse(
      changes().filter((route) => !isApi(route.path) && !takesFile(route)),
      [400],
      (route, path) => console.ask(path, { ...form, ...trusted(route) }, route.method, `csrf=${csrf}&name=%00&to=%00`),
    );
  });
});

describe('every address', () => {
  const tricks = [
    '%00',
    '..%2f..%2f..%2fetc%2fpasswd',
    '%2e%2e',
    '%ff%fe',
    'x'.repeat(3_000),
    '%3Cscript%3Ealert(1)%3C%2Fscript%3E',
    "1'%20or%20'1'='1",
    '-1',
    '99999999999999999999',
    '__proto__',
  ];

  it('with a trick in the place of an id is told as unknown', { timeout: 180_000 }, async () => {
    const named = routes.filter(({ path, open, method }) => !open && method !== 'HEAD' && path.includes(':'));
    for (const trick of tricks) {
      const before = await everything();
      for (const route of named) {
        for (const name of [...route.path.matchAll(/:(\w+)/g)].map((match) => match[1] ?? '')) {
          const path = filled(route.path, { ...real, [name]: trick });
          const answer = await console.ask(
            path,
            {
              ...(route.method === 'GET' || route.method === 'HEAD' ? {} : takesBody(route) ? typeOf(route) : {}),
              ...trusted(route),
            },
            route.method,
            route.method === 'GET' || route.method === 'HEAD' || !takesBody(route)
              ? undefined
              : isApi(path)
                ? '{}'
                : 'a=b',
          );
          expect([400, 404, 414, 431], `${route.method} ${path.slice(0, 200)} answered ${answer.status}`).toContain(
            answer.status,
          );
          expect(answer.body).not.toContain('<script>alert');
          expect(answer.body).not.toContain('root:');
        }
      }
      expect(await everything()).toBe(before);
    }
  });

  it('with a trick in its query is answered, or refused clearly', async () => {
    const queries = [
      '?x=1',
      '?before=%00',
      '?before[]=1',
      '?before=1&before=2',
      '?after=-1',
      '?limit=1e9',
      '?row=%F0%9F',
      '?done=constructor&n=1e400',
      `?view=${'v'.repeat(4_000)}`,
      '?categories=9999999',
      '?state=%3Cscript%3E',
      '?__proto__[a]=1',
      '?%00=1',
      '?kind=..%2f',
      '?page=99999999999999999999',
    ];
    for (const route of routes.filter(({ method, path }) => method === 'GET' && !streams(path))) {
      for (const query of queries) {
        const answer = await console.ask(`${filled(route.path)}${query}`, route.open ? {} : trusted(route));
        expect(answer.status, `${route.path}${query}: ${answer.body.slice(0, 200)}`).toBeLessThan(500);
        if (isPage(answer)) expect(answer.body).not.toContain('<script>alert');
      }
    }
  });

  it('says which methods it takes', async () => {
    const before = await everything();
    for (const path of new Set(routes.map((route) => route.path))) {
      const allowed = routes.filter((route) => route.path === path).map(({ method }) => method);
      for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE'].filter(
        (one) => !allowed.includes(one),
      )) {
        const answer = await console.ask(
          filled(path),
          isApi(path) ? bearer() : { cookie, 'x-csrf-token': csrf },
          method,
        );
        expect([method, path, answer.status]).toEqual([method, path, 405]);
        expect(answer.headers.allow?.split(', ').toSorted()).toEqual([...new Set(allowed)].toSorted());
      }
    }
    expect(await everything()).toBe(before);
  });
});

describe('a script', () => {
  it('in every column, in a file name and in what a relay says runs on no page', async () => {
    for (const route of routes.filter(
      ({ method, path, open }) =>
        method === 'GET' && !open && !isApi(path) && !streams(path) && !path.endsWith('/html'),
    )) {
      const answer = await console.ask(`${filled(route.path)}${route.path.endsWith('/rows') ? '?row=3' : ''}`, {
        cookie,
      });
      if (isPage(answer)) expect(answer.body, route.path).not.toMatch(/<script>alert|<img src=x/);
      expect(answer.headers['content-security-policy'], route.path).toMatch(/script-src 'self'|sandbox/);
    }
    for (const {
      path,
      answer: { body },
    } of console.server.endpoints().filter(({ method, path }) => method === 'GET' && !streams(path))) {
      const answer = await console.ask(filled(path.replaceAll(/\{(\w+)\}/g, ':$1')), bearer());
      expect(answer.headers['x-content-type-options']).toBe('nosniff');
      if (!isStream(body)) expect(answer.headers['content-type'], path).toContain('application/json');
    }
  });

  it('in a cell is no formula in the file of invalid rows', async () => {
    const { body } = await console.ask(`/api/uploads/${real['upload'] ?? ''}/invalid.csv`, bearer());
    expect(body.split('\n').filter((line) => /(^|,)"?[=+@-]/.test(line))).toEqual([]);
  });
});

describe('two launches at once', () => {
  it('from the page and from the API make one campaign', async () => {
    const made = await api.call<{ id: string }>(
      'POST',
      '/api/uploads?kit=mixpanel-2025-11',
      'email,audience\na@example.com,affected\n',
      { 'content-type': 'text/csv' },
    );
    const { id } = made.body;
    await eventually(async () => (await api.call('GET', `/api/uploads/${id}`)).body['state'] === 'read');
    const confirmed = { version: 1, notices: 1, missing: true };
    const answers = await Promise.all([
      api.call('POST', `/api/uploads/${id}/launch`, confirmed),
      console.submit(`/uploads/${id}/launch`, { version: '1', notices: '1', missing: 'yes' }, cookie),
      api.call('POST', `/api/uploads/${id}/launch`, confirmed),
    ]);
    expect(answers.map(({ status }) => status).filter((status) => status === 409)).toHaveLength(2);
    await eventually(async () => (await api.call('GET', `/api/uploads/${id}/launch`)).body['campaign'] !== null);
    const { rows } = await console.ledger.database.query({
      text: `select from candor.event where kind = 'campaign-created' and actor like 'Robin%'`,
    });
    expect(rows).toHaveLength(1);
  });
});
