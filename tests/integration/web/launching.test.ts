// Looking at the letters of an upload and launching it, over HTTP.
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CandorError } from '../../../src/domain/errors.ts';
import { apiOf } from '../../support/api.ts';
import { startConsole, type Answer, type TestConsole } from '../../support/console.ts';
import { eventually } from '../../support/eventually.ts';
import { changedKit } from '../../support/kit-folder.ts';
import { createTestLedger, type TestLedger } from '../../support/ledger.ts';

let kept: TestLedger;
let console: TestConsole;
let cookie: string;
beforeAll(async () => {
  kept = await createTestLedger({ max: 1 });
});
afterAll(() => kept.close());
beforeEach(async () => {
  console = await startConsole();
  cookie = await console.signIn();
});
afterEach(() => console.close());

const people = `email,audience,locale,city,browser
a@example.com,affected,en,Jakarta,
b@example.org,unaffected,es,,
A@EXAMPLE.com,unaffected,id,,Firefox
a@example.com,affected,id,,Firefox
c@,affected,en,,

d@example.net,unaffected,en,,
`;

async function anUpload(content = people, on = console): Promise<string> {
  const answer = await on.upload(content, cookie);
  const path = answer.headers.location ?? '';
  await eventually(async () => !(await on.ask(path, { cookie })).body.includes('<h1>Reading'));
  return path;
}

/** Everything confirmed. */
const confirmed = { version: '1', notices: '3', invalid: 'yes', missing: 'yes' };
const campaigns = async (on = console): Promise<{ id: string; state: string; notices: number; mode: boolean }[]> =>
  (
    await on.ledger.database.query<{ id: string; state: string; notices: number; mode: boolean }>({
      text: 'select id, state, notice_count as notices, rehearsal as mode from candor.campaign order by campaign_no',
    })
  ).rows;

async function launched(path: string, fields: Record<string, string> = confirmed): Promise<Answer> {
  const answer = await console.submit(`${path}/launch`, fields, cookie);
  expect([answer.status, answer.headers.location]).toEqual([303, `${path}/launching`]);
  let last = answer;
  await eventually(async () => {
    last = await console.ask(`${path}/launching`, { cookie });
    return !last.body.includes('<h1>Launching</h1>');
  });
  return last;
}

describe('the letters', () => {
  it('are those that the file uses, each with subject, first words and count', async () => {
    const { body } = await console.ask(`${await anUpload()}/letters`, { cookie });
    expect(
      [...body.matchAll(/<p class="quiet">(affected|unaffected) · (\w+) · (\d) notice/g)].map((match) =>
        match.slice(1).join(' '),
      ),
    ).toEqual(['affected en 1', 'unaffected en 1', 'unaffected es 1']);
  });

  it('are shown in a frame that runs nothing and loads nothing', async () => {
    const path = `${await anUpload()}/letters/affected/en`;
    const page = await console.ask(`${path}?view=dark`, { cookie });
    expect(page.body).toContain(`<iframe class="letter dark" sandbox="" src="${path}/html?scheme=dark"`);
    const framed = await console.ask(`${path}/html`, { cookie });
    expect(framed.headers['content-security-policy']).toMatch(/^sandbox; default-src 'none';/);
    expect((await console.ask(`${path}?view=source`, { cookie })).body).toContain('Auto-Submitted');
    for (const wrong of ['/letters/affected/xx', '/letters/nobody/en', '/letters/affected/..%2f'])
      expect((await console.ask(path.replace('/letters/affected/en', wrong), { cookie })).status).toBe(404);
  });

  it('are told for a row as the merge will have it', async () => {
    const path = await anUpload();
    expect((await console.ask(path, { cookie })).body).toContain(
      `Row <a href="${path}/rows?row=4">4</a> says otherwise than an earlier row of its address.`,
    );
    const { body } = await console.ask(`${path}/rows?row=4`, { cookie });
    for (const text of ['a@example.com', 'the affected letter, en', 'city, browser', '2, 4, 5', 'disagree'])
      expect(body).toContain(text);
    expect((await console.ask(`${path}/rows?row=6`, { cookie })).body).toContain('gets no notice');
    for (const none of ['1', '7', '99', '0'])
      expect((await console.ask(`${path}/rows?row=${none}`, { cookie })).body).toContain('no such row');
    for (const wrong of ['', 'x', '-1', '1e9', '99999999999'])
      expect((await console.ask(`${path}/rows?row=${wrong}`, { cookie })).status).toBe(400);
  });

  it('go to one’s own address as tests, a bounded number of them', async () => {
    const path = await anUpload();
    expect(
      (await console.submit(`${path}/test-letter`, { letter: 'affected/es', to: 'me@example.com' }, cookie)).status,
    ).toBe(303);
    expect(console.tested).toEqual(['affected/es me@example.com']);
    expect(
      (await console.submit(`${path}/test-letter`, { letter: '', to: 'a@example.com, b@example.com' }, cookie)).status,
    ).toBe(400);
    for (let times = 0; times < 9; times += 1)
      await console.submit(`${path}/test-letter`, { letter: '', to: 'me@example.com' }, cookie);
    expect((await console.submit(`${path}/test-letter`, { letter: '', to: 'me@example.com' }, cookie)).status).toBe(
      429,
    );
    const { rows } = await console.ledger.database.query<{ all: string }>({
      text: 'select coalesce(string_agg(e::text, chr(10)), $1) as all from candor.event e',
      values: [''],
    });
    expect(rows[0]?.all).not.toContain('me@example');
  });
});

describe('a launch', () => {
  it('tells everything, then makes a campaign that remembers who confirmed what, and the file is gone', async () => {
    const path = await anUpload();
    const { body } = await console.ask(`${path}/launch`, { cookie });
    for (const text of [
      'This is a rehearsal',
      'notices@example.com',
      '1 invalid row gets',
      'organization_id',
      'Type the number of notices: 3',
    ])
      expect(body).toContain(text);
    const done = await launched(path);
    const [campaign] = await campaigns();
    expect(campaign).toMatchObject({ state: 'running', notices: 3, mode: true });
    expect(done.headers.location).toBe(`/campaigns/${campaign?.id}`);
    const { rows } = await console.ledger.database.query<{ actor: string; data: unknown }>({
      text: `select actor, data from candor.event where kind = 'launch-confirmed'`,
    });
    expect(rows).toMatchObject([{ actor: 'Robin', data: { unattended: false, notices: 3, leftOutInvalidRows: 1 } }]);
    await eventually(
      async () => (await console.ledger.database.query({ text: 'select from candor.upload_chunk' })).rows.length === 0,
    );
    expect((await console.ask(path, { cookie })).body).toContain(`/campaigns/${campaign?.id}`);
  });

  it.each([
    ['a wrong number', { ...confirmed, notices: '4' }],
    ['no number', { ...confirmed, notices: '' }],
    ['words', { ...confirmed, notices: 'three' }],
    ['the invalid rows not confirmed', { version: '1', notices: '3', missing: 'yes' }],
    ['the missing columns not confirmed', { version: '1', notices: '3', invalid: 'yes' }],
    ['an account that was changed meanwhile', { ...confirmed, version: '2' }],
    ['a rate of nothing', { ...confirmed, rate: '0' }],
    ['a rate that is no plain number', { ...confirmed, rate: '0x10' }],
    ['a start that is no time', { ...confirmed, start: '2026-13-45T99:99' }],
    ['a start in ten years', { ...confirmed, start: '2036-01-01T00:00' }],
    ['a start that has passed', { ...confirmed, start: new Date(Date.now() - 3_600_000).toISOString().slice(0, 16) }],
    ['a campaign that is none', { ...confirmed, except: '../../x' }],
    ['no first letters', { ...confirmed, first: '0' }],
  ])('is not made from %s', async (_name, fields) => {
    const answer = await console.submit(`${await anUpload()}/launch`, fields, cookie);
    expect([answer.status, answer.body.includes('There is a problem')]).toEqual([400, true]);
    expect(await campaigns()).toEqual([]);
  });

  it('says that there is no such day, instead of taking the next month for it', async () => {
    const { body } = await console.submit(
      `${await anUpload()}/launch`,
      { ...confirmed, start: '2026-11-31T23:00' },
      cookie,
    );
    expect(body).toContain('There is no such day.');
    expect(await campaigns()).toEqual([]);
  });

  it('is of the kit that was shown: what is on disk is shown, and another one is refused with what changed', async () => {
    await console.close();
    const kit = await changedKit({});
    console = await startConsole({ kit });
    cookie = await console.signIn();
    const path = await anUpload();
    const shown = /name="kit" value="([0-9a-f]{64})"/;
    const before = await console.ask(`${path}/launch`, { cookie });
    const digest = shown.exec(before.body)?.[1] ?? '';
    for (const page of [path, `${path}/letters`, `${path}/letters/affected/en`, `${path}/rows?row=2`, `${path}/launch`])
      expect((await console.ask(page, { cookie })).body).toContain(digest);
    for (const page of [`${path}/letters`, `${path}/letters/affected/en`, `${path}/launch`])
      expect((await console.ask(page, { cookie })).body).toContain(kit);

    const yaml = await readFile(join(kit, 'kit.yaml'), 'utf8');
    await writeFile(join(kit, 'kit.yaml'), yaml.replace('is affected by', 'was touched by'));

    for (const fields of [{ ...confirmed, kit: digest }, confirmed]) {
      const refused = await console.submit(`${path}/launch`, fields, cookie);
      expect([refused.status, refused.body.includes('kit-changed')]).toEqual([409, true]);
      expect(refused.body).toContain('kit.yaml: locales.en.letters.affected.subject');
    }
    const test = await console.submit(`${path}/test-letter`, { letter: '', to: 'me@example.com', kit: digest }, cookie);
    expect([test.status, console.tested]).toEqual([409, []]);
    expect(await campaigns()).toEqual([]);
    const after = await console.ask(`${path}/launch?kit=${digest}`, { cookie });
    expect(after.body).toContain('was touched by');
    expect(after.body).toContain('The kit has changed since you looked at its letters');
    await launched(path, { ...confirmed, kit: shown.exec(after.body)?.[1] ?? '' });
    expect(await campaigns()).toHaveLength(1);
  });

  it('is of the languages that the account said: another kit needs the file read again, whoever confirms it', async () => {
    await console.close();
    const kit = await changedKit({});
    console = await startConsole({ kit });
    cookie = await console.signIn();
    const path = await anUpload();
    const yaml = await readFile(join(kit, 'kit.yaml'), 'utf8');
    await writeFile(join(kit, 'kit.yaml'), yaml.replace('\n  es:\n', '\n  pt:\n'));
    for (const letter of ['affected', 'unaffected'])
      await rename(join(kit, `${letter}.es.mjml`), join(kit, `${letter}.pt.mjml`));
    const { body } = await console.ask(`${path}/launch`, { cookie });
    const digest = /name="kit" value="([0-9a-f]{64})"/.exec(body)?.[1] ?? '';

    const ended = await launched(path, { ...confirmed, kit: digest });

    expect(ended.body).toContain('account-outdated');
    expect(await campaigns()).toEqual([]);
  });

  it('says what check warns of, and asks whether marks for nothing are meant', async () => {
    const path = await anUpload('email,audience,city\na@example.com,affected,NULL\nb@example.com,affected,Rome\n');
    for (const page of [path, `${path}/launch`]) {
      const { body } = await console.ask(page, { cookie });
      expect(body).toContain('city: exposed for 2 of 2 affected rows');
      expect(body).toContain('nothing but a mark for');
    }
    expect((await console.ask(path, { cookie })).body).toContain('tells every affected person with a filled cell');
    const all = { version: '1', notices: '2', missing: 'yes' };
    const refused = await console.submit(`${path}/launch`, all, cookie);
    expect([refused.status, refused.body.includes('href="#marks"')]).toEqual([400, true]);
    await launched(path, { ...all, marks: 'yes' });
    const { rows } = await console.ledger.database.query<{ data: { warnings: unknown } }>({
      text: `select data from candor.event where kind = 'launch-confirmed'`,
    });
    expect(rows[0]?.data.warnings).toMatchObject([
      { code: 'marks-for-nothing', column: 'city', rows: 1 },
      { code: 'exposed-for-everybody', column: 'city', rows: 2 },
    ]);
  });

  it('of two at once makes one campaign', async () => {
    const path = await anUpload();
    const answers = await Promise.all([1, 2, 3].map(() => console.submit(`${path}/launch`, confirmed, cookie)));
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 409, 409]);
    await eventually(async () => (await campaigns()).length === 1);
    expect((await console.submit(`${path}/launch`, confirmed, cookie)).status).toBe(409);
  });

  it('that names a campaign of nobody ends with a word about it, and the file stays', async () => {
    const path = await anUpload();
    const { body } = await launched(path, { ...confirmed, except: 'abcdefgh' });
    expect(body).toContain('Nothing was launched');
    expect(await campaigns()).toEqual([]);
    expect((await launched(path)).headers.location).toMatch(/^\/campaigns\//);
  });

  it('waits for its start, holds after its first letters, and keeps to its rate', async () => {
    const start = new Date(Date.now() + 3_600_000).toISOString().slice(0, 16);
    await launched(await anUpload(), { ...confirmed, start, first: '1', rate: '5' });
    const { rows } = await console.ledger.database.query({
      text: `select c.state, c.start_at, c.canary_until_id is not null as canary, p.limit_per_second as rate from candor.campaign c join candor.relay_pace p using (relay_identity)`,
    });
    expect(rows).toMatchObject([{ state: 'ready', start_at: new Date(`${start}Z`), canary: true, rate: 5 }]);
  });

  it('over a relay elsewhere needs a stated rate and an official sender', async () => {
    await console.close();
    console = await startConsole({
      inbox: false,
      settings: {
        rehearsal: false,
        loopback: false,
        relayIdentity: 'smtp.example.com:587',
        relayLabel: 'smtp.example.com:587',
      },
    });
    cookie = await console.signIn();
    const path = await anUpload();
    expect((await console.ask(`${path}/launch`, { cookie })).body).toContain('will be told for real');
    expect((await console.submit(`${path}/launch`, confirmed, cookie)).body).toContain('href="#rate"');
    const foreign = await console.submit(`${path}/launch`, { ...confirmed, rate: '10' }, cookie);
    expect([foreign.status, foreign.body.includes('sender-not-official')]).toEqual([400, true]);
    expect(await campaigns()).toEqual([]);
  });

  it('of a file that was launched before asks for a word more', async () => {
    await console.close();
    console = await startConsole({
      inbox: false,
      settings: { rehearsal: false, relayIdentity: '127.0.0.1:25', relayLabel: '127.0.0.1:25' },
    });
    cookie = await console.signIn();
    await launched(await anUpload());
    await console.ledger.database.query({ text: `update candor.campaign set state = 'cancelled'` });
    const again = await anUpload();
    expect((await console.ask(again, { cookie })).body).toContain('launched before');
    expect((await console.submit(`${again}/launch`, confirmed, cookie)).status).toBe(400);
    await launched(again, { ...confirmed, again: 'yes' });
    expect(await campaigns()).toHaveLength(2);
  });
});

describe('a queue that a person has to change', () => {
  it('is told on the launch page and over the API, and nothing is launched until it is changed', async () => {
    let fit = false;
    const other = await startConsole({
      expectFitQueue: () =>
        fit ? Promise.resolve() : Promise.reject(new CandorError('redis-evicts', { policy: 'lru' })),
    });
    const before = cookie;
    try {
      cookie = await other.signIn();
      const path = await anUpload(people, other);
      expect((await other.ask(`${path}/launch`, { cookie })).body).toContain('Redis may evict jobs');
      const refused = await other.submit(`${path}/launch`, confirmed, cookie);
      expect([refused.status, refused.body]).toEqual([400, expect.stringContaining('redis-evicts')]);
      const api = await apiOf(other, cookie);
      const told = await api.call<{ terms: unknown }>('GET', `/api${path}/launch`);
      expect(told.body.terms).toMatchObject({ problem: { code: 'redis-evicts' } });
      expect(await campaigns(other)).toEqual([]);
      fit = true;
      expect((await other.ask(`${path}/launch`, { cookie })).body).not.toContain('evict');
      expect((await other.submit(`${path}/launch`, confirmed, cookie)).status).toBe(303);
    } finally {
      cookie = before;
      await other.close();
    }
  });
});
