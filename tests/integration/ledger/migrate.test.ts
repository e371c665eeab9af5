// The migration on a real Postgres: once, many times, at the same moment, with the wrong key.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../../../src/ledger/database.ts';
import { recordEvent } from '../../../src/ledger/events.ts';
import { createKeyring } from '../../../src/ledger/keyring.ts';
import { identify, migrate, readMigrations, schemaVersion } from '../../../src/ledger/migrate.ts';
import { takeUnread } from '../../../src/ledger/uploads.ts';
import { silentLogger } from '../../../src/runtime/logger.ts';
import { createTestLedger, type TestLedger } from '../../support/ledger.ts';

describe('the migration', () => {
  let ledger: TestLedger;
  beforeAll(async () => {
    ledger = await createTestLedger({ empty: true });
  });
  afterAll(() => ledger.close());

  it('makes one ledger when five processes start at the same moment', async () => {
    const databases = Array.from({ length: 5 }, () => openDatabase(ledger.connection, silentLogger, { max: 1 }));
    const ids = await Promise.all(databases.map((database) => migrate(database, ledger.keyring)));
    await Promise.all(databases.map((database) => database.close()));
    expect(new Set(ids).size).toBe(1);
  });

  it('changes nothing when it runs again', async () => {
    const before = await identify(ledger.database, ledger.keyring);
    expect(await migrate(ledger.database, ledger.keyring)).toBe(before);
    expect(await schemaVersion(ledger.database)).toBe((await readMigrations()).at(-1)?.version);
  });

  it('refuses another key', async () => {
    const other = createKeyring(Buffer.alloc(32, 8));
    await expect(migrate(ledger.database, other)).rejects.toMatchObject({ code: 'key-wrong' });
  });

  it('lets a restore under another key into a ledger that holds nothing, and into no other', async () => {
    const other = createKeyring(Buffer.alloc(32, 8), 'data/key');
    expect(await migrate(ledger.database, other, { toRestore: true })).toBe(
      await identify(ledger.database, ledger.keyring),
    );
    await recordEvent(ledger.database, { campaignNo: null, actor: 'tester', kind: 'test-letters', data: {} });
    await expect(migrate(ledger.database, other, { toRestore: true })).rejects.toMatchObject({
      code: 'key-wrong',
      values: { place: 'data/key' },
    });
  });

  it('refuses a ledger that is newer than the program', async () => {
    await ledger.database.query({ text: `insert into candor.schema_version (version, name) values (9999, 'later')` });
    await expect(migrate(ledger.database, ledger.keyring)).rejects.toMatchObject({ code: 'schema-mismatch' });
    await ledger.database.query({ text: 'delete from candor.schema_version where version = 9999' });
  });
});

describe('the migration of header text', () => {
  let ledger: TestLedger;
  beforeAll(async () => {
    ledger = await createTestLedger({ empty: true });
  });
  afterAll(() => ledger.close());

  it('leaves none in campaigns, events and uploads, records that, and has waiting files read anew', async () => {
    const { database, keyring } = ledger;
    const run = async (text: string, values: unknown[] = []): Promise<void> =>
      void (await database.query({ text, values }));
    await run('create schema candor');
    await run(`create table candor.schema_version (version integer primary key, name text not null,
                 applied_at timestamptz not null default now())`);
    for (const { version, name, sql } of (await readMigrations()).filter((each) => each.version < 11)) {
      await run(sql);
      await run('insert into candor.schema_version (version, name) values ($1, $2)', [version, name]);
    }
    const intake = {
      columns: { email: 'Jane Doe <jane@example.com>', city: 'City' },
      ignoredColumns: ['+44 20 7946 0958', 'Jane Doe'],
      locales: { en: 2 },
      encoding: 'utf-8',
    };
    await run(
      `insert into candor.campaign (id, state, kit, kit_title, kit_digest, rehearsal, relay_identity, relay_label, mail_from,
         envelope_from, auto_submitted, file_sha256, unconfirmed_policy, retry_delays_ms, retry_repeat_last, retry_for_ms, intake)
       values ('dddddddd', 'draft', 'k', 'K', '', true, 'r', 'r', 'f', 'f', true, '', 'resend', '{}', true, 1, $1)`,
      [intake],
    );
    await run(
      `insert into candor.event (actor, kind, data) values
         ('ops', 'imported', $1), ('ops', 'upload-columns-changed', '{"upload": "abcdefgh", "columns": ["email"]}')`,
      [{ rows: 2, ...intake }],
    );
    await run(
      `insert into candor.upload (id, state, kit, actor, name_sealed, mapping, report_sealed)
         values ('aaaaaaaa', 'read', 'k', 'ops', '', '{"email": "Jane Doe <jane@example.com>"}', ''),
                ('bbbbbbbb', 'unusable', 'k', 'ops', '', '{}', ''), ('cccccccc', 'launched', 'k', 'ops', '', '{}', null)`,
    );
    await run(
      `insert into candor.upload_problem (upload_no, row_no, codes, sealed) select upload_no, 2, '{}', '' from candor.upload`,
    );
    const before = await dump(database);
    expect(before).toMatch(/jane/i);
    expect(await database.query({ text: 'select count(*)::int as count from candor.event' })).toMatchObject({
      rows: [{ count: 2 }],
    });

    await migrate(database, keyring);
    const after = await dump(database);
    expect(after).not.toMatch(/jane|7946/i);
    expect(after).toContain('"columns": {"city": null, "email": null}');
    expect(after).toContain('"ignoredColumns": 2');
    expect(after).toContain('"locales": {"en": 2}');
    const { rows: told } = await database.query({
      text: `select actor, data from candor.event where kind = 'header-text-removed'`,
    });
    expect(told).toEqual([{ actor: 'candor', data: { campaigns: 1, events: 1, uploads: 1 } }]);
    const { rows: uploads } = await database.query({
      text: `select id, state, version, (select count(*)::int from candor.upload_problem p where p.upload_no = u.upload_no) as problems
             from candor.upload u order by id`,
    });
    expect(uploads).toEqual([
      { id: 'aaaaaaaa', state: 'reading', version: 2, problems: 0 },
      { id: 'bbbbbbbb', state: 'reading', version: 2, problems: 0 },
      { id: 'cccccccc', state: 'launched', version: 1, problems: 1 },
    ]);
    expect((await takeUnread(database)).sort()).toEqual(['aaaaaaaa', 'bbbbbbbb']);
    await expect(database.query({ text: 'delete from candor.event' })).rejects.toMatchObject({ code: 'CA001' });
  });

  async function dump(on: TestLedger['database']): Promise<string> {
    const { rows } = await on.query<{ text: string }>({
      text: `select string_agg(t, E'\\n') as text from (
               select data::text as t from candor.event union all select intake::text from candor.campaign
               union all select mapping::text from candor.upload) as each`,
    });
    return rows[0]!.text;
  }
});
