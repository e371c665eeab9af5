// A ledger behind a network that swallows everything without a word: questions end, work does not.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openDatabase, type Database } from '../../../src/ledger/database.ts';
import { silentLogger } from '../../../src/runtime/logger.ts';
import { startDurablePostgres, type DurablePostgres } from '../../support/durable-postgres.ts';
import { eventually } from '../../support/eventually.ts';
import { startSeverableDoor, type SeverableDoor } from '../../support/severable-door.ts';

let postgres: DurablePostgres;
const doors: SeverableDoor[] = [];
const databases: Database[] = [];
beforeAll(async () => {
  postgres = await startDurablePostgres();
});
afterAll(async () => {
  for (const door of doors) await door.stop();
  for (const database of databases) await database.close();
  await postgres.stop();
});

function opened(port: number | string): Database {
  const url = new URL(postgres.url);
  url.port = String(port);
  const database = openDatabase({ connectionString: url.href }, silentLogger, { max: 2 });
  databases.push(database);
  return database;
}

async function behindDoor(): Promise<{ door: SeverableDoor; database: Database }> {
  const door = await startSeverableDoor(Number(new URL(postgres.url).port));
  doors.push(door);
  const database = opened(door.port);
  await database.query({ text: 'select 1' });
  return { door, database };
}

const unreachable = { code: 'ledger-unreachable' };

it.concurrent('gives up a question that the network has swallowed, and asks over a new connection', async () => {
  const { door, database } = await behindDoor();
  door.cut();
  await expect(database.query({ text: 'select 1' })).rejects.toMatchObject(unreachable);
  door.forget();
  await eventually(async () => (await database.query({ text: 'select 1' })).rowCount === 1, { timeoutMs: 20_000 });
});

it.concurrent('frees what a transaction held that the network has swallowed', async () => {
  const { door, database } = await behindDoor();
  const other = opened(new URL(postgres.url).port);
  const lost = database.transaction(async (tx) => {
    await tx.query({ text: 'select pg_advisory_xact_lock(4711)' });
    door.cut();
    await tx.query({ text: 'select 1' });
  });
  await expect(lost).rejects.toMatchObject(unreachable);
  const isFree = async (): Promise<boolean> => {
    const { rows } = await other.query<{ free: boolean }>({ text: 'select pg_try_advisory_xact_lock(4711) as free' });
    return rows[0]?.free === true;
  };
  expect(await isFree()).toBe(false);
  door.forget();
  // Postgres itself would wait for a minute.
  await eventually(isFree, { timeoutMs: 20_000 });
});

it.concurrent('leaves a statement alone that the server works on, however long', async () => {
  const { database } = await behindDoor();
  const slept = database.query({ text: 'select pg_sleep(7), 1 as done' });
  await expect(slept).resolves.toMatchObject({ rows: [{ done: 1 }] });
  await expect(database.transaction((tx) => tx.query({ text: 'select pg_sleep(5)' }))).resolves.toBeDefined();
});

it.concurrent('lets a patient transaction wait for a network that comes back', async () => {
  const { door, database } = await behindDoor();
  let ended = false;
  const answer = database
    .transaction(
      async (tx) => {
        door.cut();
        return tx.query<{ done: number }>({ text: 'select 1 as done' });
      },
      { patient: true },
    )
    .finally(() => (ended = true));
  const hasty = database.query({ text: 'select 1' });
  await expect(hasty).rejects.toMatchObject(unreachable);
  expect(ended).toBe(false);
  door.mend();
  expect((await answer).rows).toEqual([{ done: 1 }]);
});
