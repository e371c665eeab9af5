// The migration on a real Postgres: once, many times, at the same moment, with the wrong key.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../../../src/ledger/database.ts';
import { recordEvent } from '../../../src/ledger/events.ts';
import { createKeyring } from '../../../src/ledger/keyring.ts';
import { identify, migrate, readMigrations, schemaVersion } from '../../../src/ledger/migrate.ts';
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
