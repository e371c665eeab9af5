// Who feeds, when its holder falls silent without a word: a broken network, a frozen machine.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openDatabase, type Database } from '../../../src/ledger/database.ts';
import { createFeederLock, type FeederLock } from '../../../src/ledger/feeder-lock.ts';
import { silentLogger } from '../../../src/runtime/logger.ts';
import { startDurablePostgres, type DurablePostgres } from '../../support/durable-postgres.ts';
import { eventually } from '../../support/eventually.ts';
import { startSeverableDoor, type SeverableDoor } from '../../support/severable-door.ts';

let postgres: DurablePostgres;
let door: SeverableDoor;
const databases: Database[] = [];
beforeAll(async () => {
  postgres = await startDurablePostgres();
  door = await startSeverableDoor(Number(new URL(postgres.url).port));
});
afterAll(async () => {
  await door.stop();
  for (const database of databases) await database.close();
  await postgres.stop();
});

function lockThrough(port: string): FeederLock {
  const url = new URL(postgres.url);
  url.port = port;
  const database = openDatabase({ connectionString: url.href }, silentLogger, { max: 1 });
  databases.push(database);
  return createFeederLock(database, 'a-relay', silentLogger, 1_000);
}

it('passes to another when its holder is cut off without a word, and the holder learns of it when it is back', async () => {
  const holder = lockThrough(String(door.port));
  const other = lockThrough(new URL(postgres.url).port);
  expect(await holder.isMine()).toBe(true);
  expect(await other.isMine()).toBe(false);

  door.cut();
  await eventually(() => other.isMine(), { timeoutMs: 20_000, everyMs: 100 });
  door.mend();
  await eventually(async () => !(await holder.isMine().catch(() => true)), { timeoutMs: 20_000, everyMs: 100 });
  expect(await other.isMine()).toBe(true);

  await other.release();
  await eventually(() => holder.isMine(), { timeoutMs: 20_000, everyMs: 100 });
  await holder.release();
});
