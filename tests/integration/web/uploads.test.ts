// A recipient file over HTTP: sealed as it comes, told whole, forgotten in time.
import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sweepUploads } from '../../../src/ledger/uploads.ts';
import { csrfTokenOf } from '../../../src/web/frame.ts';
import { startConsole, type Answer, type TestConsole } from '../../support/console.ts';
import { eventually } from '../../support/eventually.ts';
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

const attack = '<script>alert(1)</script>';
const people = `email,audience,city,browser
a@example.com,affected,Jakarta,Firefox
A@example.com,unaffected,,
b@example.org,unaffected,,
c@,affected,x,y
${attack},affected,=1+1,@x
d@example.org,perhaps,,
`;

/** Uploads and waits until it was read; answers its path and page. */
async function uploaded(
  content: string | Buffer,
  options: Parameters<TestConsole['upload']>[2] = {},
): Promise<{ path: string; body: string }> {
  const answer = await console.upload(content, cookie, options);
  expect([answer.status, answer.body.slice(0, 0)]).toEqual([303, '']);
  const path = answer.headers.location ?? '';
  return { path, body: await settled(path) };
}

async function settled(path: string): Promise<string> {
  let body = '';
  await eventually(async () => {
    ({ body } = await console.ask(path, { cookie }));
    return !body.includes('<h1>Reading');
  });
  return body;
}

const countOf = async (table: string): Promise<number> =>
  (
    await console.ledger.database.query<{ count: number }>({
      text: `select count(*)::int as count from candor.${table}`,
    })
  ).rows[0]?.count ?? -1;

/** What stands in the ledger for anybody who reads it. */
async function inClear(): Promise<string> {
  const { rows } = await console.ledger.database.query<{ text: string | null }>({
    text: `select string_agg(t, E'\\n') as text from (
             select row_to_json(e)::text as t from candor.event e union all select row_to_json(c)::text from candor.campaign c
             union all select row_to_json(u)::text from candor.upload u) as each`,
  });
  return (rows[0]?.text ?? '').replaceAll(/":(?=[^ ])/g, '": ').replaceAll(/,"/g, ', "');
}

describe('an upload', () => {
  it('tells the whole account', async () => {
    const { body } = await uploaded(people, { fileName: `../${attack}list.csv` });
    for (const text of [
      '<strong>2 people</strong>',
      '<b>6</b> rows',
      '<b>1</b> merged',
      '<b>3</b> invalid',
      '1 address has',
      'organization_id',
      'example.com',
    ])
      expect(body).toContain(text);
    expect(body).not.toContain(attack);
    expect(body).not.toContain('../');
  });

  it('shows what is wrong in the rows, by kind, and as a file in which no formula runs', async () => {
    const { path } = await uploaded(people);
    const all = (await console.ask(`${path}/problems`, { cookie })).body;
    expect([...all.matchAll(/scope="row" class="n">(\d+)/g)].map((match) => match[1])).toEqual(['5', '6', '7']);
    expect(all).toContain('<mark>c@</mark>');
    expect(all).not.toContain(attack);
    const some = (await console.ask(`${path}/problems?kind=audience-unknown`, { cookie })).body;
    expect([...some.matchAll(/scope="row" class="n">(\d+)/g)].map((match) => match[1])).toEqual(['7']);
    const file = await console.ask(`${path}/invalid.csv`, { cookie });
    expect(file.headers['content-disposition']).toContain('attachment');
    expect(file.body.split('\r\n')).toHaveLength(5);
    expect(file.body).toContain(`"'=1+1"`);
    expect(file.body).toContain(`"'@x"`);
  });

  it('is sealed in the ledger, in chunks', async () => {
    const rows = Array.from({ length: 20_000 }, (_, index) => `someone${index}@example.com,affected`).join('\n');
    await uploaded(`email,audience\n${rows}\n`, { fileName: 'jane-roe.csv' });
    const { rows: chunks } = await console.ledger.database.query<{ sealed: Buffer }>({
      text: 'select sealed from candor.upload_chunk',
    });
    expect(chunks.length).toBeGreaterThan(1);
    expect(chunks.some(({ sealed }) => sealed.includes('someone') || sealed.length > 300_000)).toBe(false);
    const { rows: uploads } = await console.ledger.database.query<{ all: string }>({
      text: 'select u::text as all from candor.upload u',
    });
    expect(uploads[0]?.all).not.toContain('jane');
  });

  it('is recognised when the same octets come again', async () => {
    const first = await uploaded(people);
    const second = await uploaded(people, { fileName: 'other-name.csv' });
    expect(second.body).toContain('uploaded before');
    expect(second.body).toContain(first.path);
  });

  it('asks for the audience of a file that does not say it', async () => {
    const { path, body } = await uploaded('email\na@example.com\n');
    expect(body).toContain('columns-no-audience');
    const answer = await console.submit(`${path}/mapping`, { version: '1', audience: 'affected' }, cookie);
    expect(answer.status).toBe(303);
    expect(await settled(path)).toContain('<strong>1 person</strong>');
  });

  it('is read again with the columns that a person chose, and says when they fit worse', async () => {
    const { path, body } = await uploaded(
      'contact,kind,audience\na@example.com,affected,x\nb@example.com,unaffected,y\n',
    );
    expect(body).toContain('columns-no-email');
    await console.submit(
      `${path}/mapping`,
      { version: '1', 'column-email': 'contact', 'column-audience': 'kind' },
      cookie,
    );
    expect(await settled(path)).toContain('<strong>2 people</strong>');
    await console.submit(`${path}/mapping`, { version: '2', 'column-email': 'kind' }, cookie);
    expect(await settled(path)).toContain('This file cannot be used');
  });

  it('offers columns by number, so that one without a header can be chosen, too', async () => {
    const { path, body } = await uploaded(',Email,Email,kind\na@example.com,x,y,affected\n');
    expect(body).toContain('columns-two-emails');
    expect(body).toContain('<option value="1">column 1</option>');
    await console.submit(`${path}/mapping`, { version: '1', 'column-email': '1', 'column-audience': '4' }, cookie);
    expect(await settled(path)).toContain('<strong>1 person</strong>');
    const { rows } = await console.ledger.database.query<{ mapping: object }>({
      text: 'select mapping from candor.upload',
    });
    expect(rows.at(-1)?.mapping).toEqual({ email: 1, audience: 4 });
    const wrong = await console.submit(`${path}/mapping`, { version: '2', 'column-email': 'nowhere' }, cookie);
    expect([wrong.status, wrong.body.includes('column-not-found')]).toEqual([400, true]);
  });

  it('is read in the encoding that a person names, and remembers it at the launch', async () => {
    const cyrillic = Buffer.concat([
      Buffer.from('email,audience,name\nivan@example.com,affected,'),
      Buffer.from([0xc8, 0xe2, 0xe0, 0xed, 10]),
    ]);
    const { path, body } = await uploaded(cyrillic);
    expect(body).toContain('as found: Western Europe (Windows)');
    const change = { version: '1', encoding: 'windows-1251' };
    expect((await console.submit(`${path}/mapping`, change, cookie)).status).toBe(303);
    expect(await settled(path)).toContain('<option value="windows-1251" selected>');
    expect(
      (await console.submit(`${path}/launch`, { version: '2', notices: '1', missing: 'yes' }, cookie)).status,
    ).toBe(303);
    await eventually(async () => (await countOf('campaign')) > 0);
    expect(await inClear()).toContain('"encoding": "windows-1251"');
  });

  it('offers the choice of the encoding where not even the header could be read', async () => {
    const { path, body } = await uploaded(
      Buffer.concat([Buffer.from('email,audience,'), Buffer.from([0x81, 10]), Buffer.from('a@example.com,yes,x\n')]),
    );
    expect(body).toContain('encoding-unknown');
    expect(body).toContain('name="encoding"');
    await console.submit(`${path}/mapping`, { version: '1', encoding: 'cp437' }, cookie);
    expect(await settled(path)).toContain('<strong>1 person</strong>');
  });

  it('never takes its first person for a header, and keeps nothing of them in clear', async () => {
    const first = 'Jane Doe <jane@example.com>';
    for (const content of [
      `${first},affected,+44 20 7946 0958\nb@example.org,affected,\n`,
      'Jane Doe,affected,+44 20 7946 0958\nb@example.org,affected,\n',
    ]) {
      const { path, body } = await uploaded(content);
      expect(body).toContain('header-missing');
      expect(body).not.toMatch(/Jane|20 7946/);
      for (const choice of [first, 'Jane Doe', '1', 'column 1']) {
        await console.submit(
          `${path}/mapping`,
          { version: '1', audience: 'affected', 'column-email': choice, 'column-city': '+44 20 7946 0958' },
          cookie,
        );
        expect(await settled(path)).toContain('header-missing');
      }
    }
    expect(await inClear()).not.toMatch(/Jane|20 7946/);
  });

  it('keeps no header text in clear, of a mapping, an account or a launch', async () => {
    const { path } = await uploaded('Jane Doe,kind,email,+44 20 7946 0958,audience\nb@example.org,affected,x,y,z\n');
    await console.submit(
      `${path}/mapping`,
      { version: '1', 'column-email': '1', 'column-audience': '2', 'column-city': 'column 4' },
      cookie,
    );
    const body = await settled(path);
    expect(body).toContain('<strong>1 person</strong>');
    expect(body).toContain('column 4');
    expect(body).not.toContain('7946');
    const launch = { version: '2', notices: '1', missing: 'yes' };
    expect((await console.submit(`${path}/launch`, launch, cookie)).status).toBe(303);
    await eventually(async () => (await countOf('campaign')) > 0);
    const clear = await inClear();
    expect(clear).not.toMatch(/Jane|20 7946/);
    expect(clear).toContain('"columns": {"city": 4, "email": 1, "audience": 2}');
    expect(clear).toContain('"ignoredColumns": 2');
  });

  it('does not take an answer to an account that somebody else has changed', async () => {
    const { path } = await uploaded(people);
    const answers = await Promise.all(
      [1, 2].map(() => console.submit(`${path}/mapping`, { version: '1', 'column-city': 'browser' }, cookie)),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 409]);
  });

  it('goes with all that belongs to it when a person says so, and after a day', async () => {
    const { path } = await uploaded(people);
    expect((await console.submit(`${path}/delete`, {}, cookie)).status).toBe(303);
    expect((await console.ask(path, { cookie })).status).toBe(404);
    await uploaded(people);
    await console.ledger.database.query({ text: `update candor.upload set created_at = now() - interval '25 hours'` });
    expect(await sweepUploads(console.ledger.database)).toBe(1);
    expect([await countOf('upload'), await countOf('upload_chunk'), await countOf('upload_problem')]).toEqual([
      0, 0, 0,
    ]);
  });
});

describe('an unusable file', () => {
  it.each([
    ['empty', '', 'file-empty'],
    ['header only', 'email,audience\n', 'file-header-only'],
    ['a picture', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0]), 'file-not-text'],
    ['a zip', Buffer.from('PK\u0003\u0004 whatever'), 'file-not-text'],
    ['two email columns', 'email,mail,audience\na@example.com,b@example.com,yes\n', 'columns-two-emails'],
    ['a quote that never closes', 'email,audience\n"a@example.com,yes\n', 'quote-unclosed'],
    ['a million columns', `email,audience${',x'.repeat(1_000_000)}\n`, 'header-too-long'],
    ['nobody valid', 'email,audience\nx,yes\n', 'nothing-to-tell'],
  ])('is told with its code: %s', async (_name, content, code) => {
    const answer: Answer = await console.upload(content, cookie);
    const body = answer.status === 303 ? await settled(answer.headers.location ?? '') : answer.body;
    expect(body).toContain(code);
  });
});

describe('what is no upload', () => {
  const anUpload = async (): Promise<number> => countOf('upload');

  it('is refused without the token of the session, before an octet is kept', async () => {
    for (const csrf of ['', 'wrong'])
      expect((await console.upload(people, cookie, { fields: { csrf } })).status).toBe(403);
    expect(await anUpload()).toBe(0);
  });

  it('is refused without a file, as another kind of body, and for a kit that is a path', async () => {
    expect((await console.submit('/uploads', {}, cookie)).status).toBe(400);
    expect((await console.upload(people, cookie, { fileName: '' })).status).toBe(400);
    for (const kit of ['../templates', '/etc', '', 'nothing'])
      expect((await console.upload(people, cookie, { fields: { kit } })).status).toBe(400);
    expect(
      (await console.ask('/uploads', { cookie, 'content-type': 'multipart/form-data' }, 'POST', 'x')).status,
    ).toBeLessThan(500);
    expect(await anUpload()).toBe(0);
  });

  it('leaves nothing when the connection ends in the middle', async () => {
    const socket = connect({ host: '127.0.0.1', port: Number(new URL(console.url).port) });
    const head = `--b\r\ncontent-disposition: form-data; name="csrf"\r\n\r\n${csrfTokenOf(cookie.slice(cookie.indexOf('=') + 1))}\r\n--b\r\ncontent-disposition: form-data; name="kit"\r\n\r\nmixpanel-2025-11\r\n--b\r\ncontent-disposition: form-data; name="file"; filename="f.csv"\r\n\r\n`;
    socket.write(
      `POST /uploads HTTP/1.1\r\nhost: 127.0.0.1\r\ncookie: ${cookie}\r\ncontent-type: multipart/form-data; boundary=b\r\ncontent-length: 9000000\r\n\r\n${head}`,
    );
    socket.write(Buffer.alloc(600_000, 'x'));
    await eventually(async () => (await countOf('upload_chunk')) >= 1);
    socket.destroy();
    await eventually(async () => (await anUpload()) === 0);
    expect(await countOf('upload_chunk')).toBe(0);
  });

  it('leaves nothing of a half whose server was killed', async () => {
    await console.ledger.database.query({
      text: `insert into candor.upload (id, state, kit, actor, name_sealed, touched_at) values ('abcdefgh', 'receiving', 'k', 'a', '', now() - interval '11 minutes')`,
    });
    expect((await console.ask('/uploads/abcdefgh', { cookie })).status).toBe(404);
    expect(await sweepUploads(console.ledger.database)).toBe(1);
  });

  it.each([
    '/uploads/nothing1',
    '/uploads/..%2f..%2fetc',
    '/uploads/nothing1/problems',
    '/uploads/nothing1/invalid.csv',
  ])('is not found: %s', async (path) => {
    expect((await console.ask(path, { cookie })).status).toBe(404);
  });
});
