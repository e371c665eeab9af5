import { afterAll, beforeAll, expect, it } from 'vitest';
import { openDatabase, type Database } from '../../../src/ledger/database.ts';
import { refusePooler } from '../../../src/ledger/pooler.ts';
import { silentLogger } from '../../../src/runtime/logger.ts';
import { createTestLedger, type TestLedger } from '../../support/ledger.ts';

let ledger: TestLedger;
let database: Database;
beforeAll(async () => {
  ledger = await createTestLedger();
  const { host, user, database: name } = ledger.connection;
  database = openDatabase(
    {
      connectionString: `postgres://${user}@localhost/${name}?host=${encodeURIComponent(host)}&options=-c%20work_mem%3D8MB`,
    },
    silentLogger,
  );
});
afterAll(async () => {
  await database.close();
  await ledger.close();
});

it('takes Postgres itself, also with options of its own in DATABASE_URL', async () => {
  await expect(refusePooler(database, 'candor_queue')).resolves.toBeUndefined();
  const session = await database.session({ searchPath: 'candor_queue' });
  expect(
    (
      await session.query({
        text: `select current_setting('search_path') as path, current_setting('work_mem') as memory`,
      })
    ).rows,
  ).toEqual([{ path: 'candor_queue', memory: '8MB' }]);
  await session.end();
});

it('says that a connection is shared when its prepared statements are not its own', async () => {
  const statement = { name: 'mine', text: 'select 1 as one' };
  await database.query(statement);
  // As if somebody else had the connection in between.
  await database.query({ text: 'deallocate all' });
  await expect(database.query(statement)).rejects.toMatchObject({ code: 'ledger-pooled' });
});
