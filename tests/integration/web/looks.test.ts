// Whole addresses are not looked at unseen: every route that the server has is asked with every method, and each answer that
// shows an address, and no other, leaves a look in the record. A route that is new joins by itself, or fails here.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lookKinds, mostLooks } from '../../../src/domain/looks.ts';
import { readEvents, recordEvent } from '../../../src/ledger/events.ts';
import { csrfTokenOf } from '../../../src/web/frame.ts';
import { apiOf, type Api } from '../../support/api.ts';
import { letterOf, startConsole, type TestConsole } from '../../support/console.ts';
import { eventually } from '../../support/eventually.ts';
import { aCampaign, someTerms, type BuiltCampaign } from '../../support/ledger.ts';

let console: TestConsole;
let cookie: string;
let api: Api;
let campaign: BuiltCampaign;
let uploads: string[];
let notice: string;
const victim = /person\d+@example\.org/;

beforeAll(async () => {
  const { relayIdentity, relayLabel } = someTerms();
  console = await startConsole({ real: true, settings: { relayIdentity, relayLabel } });
  cookie = await console.signIn();
  api = await apiOf(console, cookie);
  campaign = await aCampaign(console.ledger, { notices: 4 });
  console.shown.letters = [
    letterOf(1, {
      to: 'person1@example.org',
      html: '<p>This letter went to Person1@Example.org.</p>'.toLowerCase(),
      source: 'To: person1@example.org\r\n\r\nHello',
    }),
    letterOf(2, { to: 'person2@example.org' }),
  ];
  const files = [
    'email,audience\nperson3@example.org,affected\nperson4@example.org@,affected\n',
    'person5@example.org;affected\nperson6@example.org;affected\n',
    'email,audience\nperson7@example.org,affected\n',
  ];
  uploads = [];
  for (const file of files) {
    const sent = await console.upload(file, cookie, { fileName: 'person8@example.org.csv' });
    uploads.push(sent.headers.location?.split('/').at(-1) ?? '');
  }
  await eventually(async () => {
    const { rows } = await console.ledger.database.query<{ state: string }>({
      text: 'select state from candor.upload',
    });
    return (
      rows
        .map(({ state }) => state)
        .toSorted()
        .join() === 'read,read,unusable'
    );
  });
  const listed = await api.call<{ notices: { notice: string }[] }>('GET', `/api/campaigns/${campaign.id}/notices`);
  notice = listed.body.notices[0]?.notice ?? '';
});
afterAll(() => console.close());

/** What stands for a part of a path. A route with another part fails: say here what to ask it for. */
const parts = (): Readonly<Record<string, readonly string[]>> => ({
  campaign: [campaign.id, 'unknown1'],
  notice: [notice, '0'.repeat(32)],
  upload: [...uploads, '0'.repeat(12)],
  audience: ['affected'],
  locale: ['en'],
  kit: ['mixpanel-2025-11'],
  row: ['2', '3', '9'],
  letter: ['1', '2', '99'],
  id: ['1', '2', '99'],
  token: ['99'],
});

interface Said {
  readonly body?: Readonly<Record<string, unknown>>;
  readonly query?: string;
  /** The answer tells of an address without naming it, or in a form that cannot be read here. */
  readonly tells?: boolean;
}

/** What routes are asked with. One that changes something has to stand here, be it with nothing. */
const said: Readonly<Record<string, readonly Said[]>> = {
  'GET /uploads/:upload/rows': [{ query: '?row=2' }, { query: '?row=3' }, {}],
  'GET /campaigns/:campaign/notices': [{}, { query: '?state=pending' }],
  'POST /search': [{ body: { address: 'person1@example.org' } }, { body: { address: 'nobody' } }],
  'POST /api/search': [{ body: { address: 'person1@example.org' }, tells: true }, { body: { address: 'nobody' } }],
  'POST /campaigns/:campaign/notices/:notice/address': [{ body: { address: 'nobody' } }],
  'PUT /api/campaigns/:campaign/notices/:notice/address': [
    { body: { address: 'nobody' } },
    { body: { address: 'person99@example.org' } },
  ],
  'POST /campaigns/:campaign/export': [{ body: { addresses: 'yes' }, tells: true }, { body: {} }],
  'POST /api/campaigns/:campaign/export': [{ body: { withAddresses: true }, tells: true }, { body: {} }],
  'PUT /api/uploads/:upload/mapping': [{ body: {} }],
};
const showNothing = [
  'POST /sign-in',
  'POST /first-password',
  'POST /sign-out',
  'POST /account/password',
  'POST /account/sessions',
  'POST /account/operators',
  'POST /account/operators/:id/remove',
  'POST /account/tokens',
  'POST /account/tokens/:id/revoke',
  'POST /uploads',
  'POST /api/uploads',
  'POST /uploads/:upload/mapping',
  'POST /uploads/:upload/delete',
  'DELETE /api/uploads/:upload',
  'POST /uploads/:upload/test-letter',
  'POST /uploads/:upload/launch',
  'POST /api/uploads/:upload/launch',
  'POST /api/kits/:kit/test-letters',
  'POST /api/tokens',
  'DELETE /api/tokens/:token',
  'POST /campaigns/:campaign/pause',
  'POST /campaigns/:campaign/resume',
  'POST /campaigns/:campaign/cancel',
  'POST /campaigns/:campaign/rate',
  'POST /campaigns/:campaign/target',
  'POST /campaigns/:campaign/resend',
  'POST /campaigns/:campaign/notices/:notice/close',
  'POST /api/campaigns/:campaign/pause',
  'POST /api/campaigns/:campaign/resume',
  'POST /api/campaigns/:campaign/cancel',
  'PUT /api/campaigns/:campaign/rate',
  'PUT /api/campaigns/:campaign/clock',
  'POST /api/campaigns/:campaign/resend',
  'POST /api/campaigns/:campaign/notices/:notice/close',
];
const methods = ['GET', 'HEAD', 'OPTIONS', 'PATCH', 'PUT', 'POST', 'DELETE'];
/** What ends things comes last. */
const ends = (method: string, path: string): number =>
  Number(method === 'DELETE' || /delete$|cancel$|remove$|sessions$/.test(path)) + 2 * Number(path === '/sign-out');

function pathsOf(pattern: string): string[] {
  return pattern.split('/').reduce<string[]>(
    (paths, part) => {
      const values = part.startsWith(':') ? (parts()[part.slice(1)] ?? []) : [part];
      expect([pattern, values.length > 0]).toEqual([pattern, true]);
      return paths.flatMap((path) => values.map((value) => (path === '^' ? value : `${path}/${value}`)));
    },
    ['^'],
  );
}

async function looks(): Promise<number> {
  const { rows } = await console.ledger.database.query<{ times: number }>({
    text: `select coalesce(sum((data ->> 'times')::int), 0)::int as times from candor.event where kind = any($1)`,
    values: [lookKinds],
  });
  return rows[0]?.times ?? 0;
}

/** Asks as a browser of the operator would; of a stream that lives only the beginning is read. */
async function ask(method: string, path: string, body: Said['body']): Promise<{ status: number; text: string }> {
  const stop = new AbortController();
  const json = path.startsWith('/api/');
  const sent =
    body === undefined ? undefined : json ? JSON.stringify(body) : new URLSearchParams(body as Record<string, string>);
  const answer = await fetch(`${console.url}${path}`, {
    method,
    redirect: 'manual',
    signal: stop.signal,
    headers: {
      cookie,
      'x-csrf-token': csrfTokenOf(cookie.slice(cookie.indexOf('=') + 1)),
      ...(sent === undefined
        ? {}
        : { 'content-type': json ? 'application/json' : 'application/x-www-form-urlencoded' }),
    },
    ...(sent === undefined || method === 'GET' || method === 'HEAD' ? {} : { body: sent }),
  });
  if (answer.headers.get('content-type')?.startsWith('text/event-stream') !== true)
    return { status: answer.status, text: await answer.text() };
  const first = await answer.body?.getReader().read();
  stop.abort();
  return { status: answer.status, text: Buffer.from(first?.value ?? []).toString() };
}

/** Looks count in windows; none of these tests is about the limit but one. */
async function forgetLooks(): Promise<void> {
  await console.ledger.database.transaction(async (tx) => {
    await tx.query({ text: 'set local session_replication_role = replica' });
    await tx.query({ text: 'delete from candor.event where kind = any($1)', values: [lookKinds] });
  });
}

describe('every route with every method', () => {
  it('leaves a look for each answer that shows an address, and none for any other', { timeout: 120_000 }, async () => {
    const routes = console.server.routes();
    const known = new Set(routes.map(({ method, path }) => `${method} ${path}`));
    for (const name of [...Object.keys(said), ...showNothing]) expect(known).toContain(name);
    const untold = [...known].filter(
      (name) => !/^(GET|HEAD) /.test(name) && said[name] === undefined && !showNothing.includes(name),
    );
    expect(untold).toEqual([]);
    const asks = [...new Set(routes.map(({ path }) => path))]
      .flatMap((pattern) =>
        methods.flatMap((method) =>
          // One address is enough to see that it does not take the method.
          pathsOf(pattern)
            .slice(0, known.has(`${method} ${pattern}`) ? undefined : 1)
            .flatMap((path) =>
              (said[`${method === 'HEAD' ? 'GET' : method} ${pattern}`] ?? [{}]).map((one) => ({
                method,
                path,
                ...one,
              })),
            ),
        ),
      )
      .toSorted((a, b) => ends(a.method, a.path) - ends(b.method, b.path));
    const wrong: unknown[] = [];
    const shown = new Set<string>();
    for (const { method, path, body, query = '', tells = false } of asks) {
      const before = await looks();
      const { status, text } = await ask(method, path + query, body);
      const taken = (await looks()) - before;
      const shows = victim.test(text) || (tells && status === 200);
      if (shows) shown.add(`${method} ${path}${query}`);
      if (taken !== Number(shows) || status >= 500 || status === 429)
        wrong.push({ method, path: path + query, status, shows, taken });
      if (before > mostLooks - 10) await forgetLooks();
    }
    expect(wrong).toEqual([]);
    expect([...shown].some((one) => one.startsWith('HEAD'))).toBe(false);
    // Pages, their twins of the API, and the three downloads.
    expect(shown.size).toBeGreaterThan(20);
    const { rows } = await console.ledger.database.query<{ all: string }>({
      text: `select string_agg(e::text, chr(10)) as all from candor.event e`,
    });
    expect(rows[0]?.all).not.toMatch(/person\d/);
  });
});

describe('looks', () => {
  beforeAll(async () => {
    cookie = await console.signIn();
    api = await apiOf(console, cookie);
  });

  it('of one kind are one event that counts, in the history and in the record of the campaign', async () => {
    await forgetLooks();
    for (const _ of [1, 2, 3]) await ask('GET', `/campaigns/${campaign.id}/notices/${notice}`, undefined);
    const events = (await readEvents(console.ledger.database, campaign.campaignNo)).filter(
      ({ kind }) => kind === 'looked-at-notice',
    );
    expect(events.reduce((sum, { data }) => sum + Number(data['times']), 0)).toBe(3);
    expect(events.length).toBeLessThanOrEqual(2);
    expect(events[0]).toMatchObject({ actor: 'Robin', data: { addresses: expect.any(Number) } });
    expect((await ask('GET', '/history', undefined)).text).toContain('looked at notice');
    expect((await ask('GET', `/campaigns/${campaign.id}`, undefined)).text).toContain('looked at notice');
    const history = await api.call<{ events: { kind: string; counted: { times: number } | null }[] }>(
      'GET',
      '/api/history',
    );
    expect(history.body.events.some(({ kind, counted }) => kind === 'looked-at-notice' && counted !== null)).toBe(true);
  });

  it('have a limit per operator and per token, which says when to come again', async () => {
    await forgetLooks();
    const search = () => api.call<{ code?: string }>('POST', '/api/search', { address: 'person1@example.org' });
    const statuses: number[] = [];
    let last = await search();
    // A window may end on the way: then it is one more time.
    for (let n = 0; n < 2 * mostLooks + 1 && last.status === 200; n += 1) {
      statuses.push(last.status);
      last = await search();
    }
    expect([last.status, last.body.code]).toEqual([429, 'looks-limited']);
    expect(statuses.length).toBeGreaterThanOrEqual(mostLooks);
    expect(Number(last.headers['retry-after'])).toBeGreaterThan(0);
    expect(Number(last.headers['retry-after'])).toBeLessThanOrEqual(300);
    const notices = await api.call<{ code?: string }>('GET', `/api/campaigns/${campaign.id}/notices/${notice}`);
    expect(notices.body.code).toBe('looks-limited');
    expect((await ask('GET', `/campaigns/${campaign.id}/notices/${notice}`, undefined)).status).toBe(200);
  });

  it('grow, and are never taken back or changed', async () => {
    const { database } = console.ledger;
    for (const text of [
      `update candor.event set data = data || '{"times": 1}' where data ? 'window'`,
      `update candor.event set actor = 'x' where data ? 'window'`,
      `update candor.event set data = data || '{"times": 1000000, "upload": "x"}' where data ? 'window'`,
      `update candor.event set data = data || '{"times": 1000000}' where not data ? 'window'`,
      `delete from candor.event where data ? 'window'`,
    ])
      await expect(database.query({ text })).rejects.toMatchObject({ code: 'CA001' });
  });
});

describe('the record', () => {
  const recorded = async (kind: string): Promise<{ actor: string; data: Record<string, unknown> }[]> =>
    (
      await console.ledger.database.query<{ actor: string; data: Record<string, unknown> }>({
        text: 'select actor, data from candor.event where kind = $1 order by event_id',
        values: [kind],
      })
    ).rows;

  it('says who was refused at the sign-in and from where, and keeps no name that is nobody’s', async () => {
    for (const name of ['robin', 'my secret words', 'Robin'])
      await ask('POST', '/sign-in', { name, password: 'not these words' });
    const refused = await recorded('sign-in-refused');
    expect(refused.map(({ actor, data }) => [actor, data['times'], data['from']])).toEqual([
      ['Robin', 2, '127.0.0.1'],
      ['console', 1, '127.0.0.1'],
    ]);
    for (const _ of [1, 2, 3, 4]) await ask('POST', '/sign-in', { name: 'Robin', password: 'not these words' });
    expect(await recorded('sign-in-throttled')).toMatchObject([{ actor: 'Robin', data: { times: 1 } }]);
    expect(JSON.stringify([await recorded('sign-in-refused'), await recorded('sign-in-throttled')])).not.toContain(
      'words',
    );
  });

  it('says who signed out, and who made a token', async () => {
    expect((await recorded('token-made')).at(-1)).toMatchObject({ actor: 'Robin', data: { name: 'a script' } });
    const before = (await recorded('signed-out')).length;
    await ask('POST', '/sign-out', {});
    expect((await recorded('signed-out')).slice(before)).toMatchObject([{ actor: 'Robin' }]);
  });

  it('keeps the system user beside a name that was only given', async () => {
    const { database } = console.ledger;
    const claiming = { ...database, claim: { actor: 'Ada', systemUser: 'root' } };
    await recordEvent(claiming, { campaignNo: null, actor: 'Ada', kind: 'a-test', data: { n: 1 } });
    await recordEvent(claiming, { campaignNo: null, actor: 'candor', kind: 'a-test' });
    expect(await recorded('a-test')).toEqual([
      { actor: 'Ada', data: { n: 1, claimed: true, systemUser: 'root' } },
      { actor: 'candor', data: {} },
    ]);
  });
});
