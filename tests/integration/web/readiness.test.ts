// Whether the ledger answers, asked of a Postgres behind a door that can be shut: connections stand, nothing comes through.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openReadiness } from '../../../src/app/console/readiness.ts';
import { openDatabase, type Database } from '../../../src/ledger/database.ts';
import { silentLogger } from '../../../src/runtime/logger.ts';
import { startDurablePostgres, type DurablePostgres } from '../../support/durable-postgres.ts';
import { eventually } from '../../support/eventually.ts';
import { startSeverableDoor, type SeverableDoor } from '../../support/severable-door.ts';

let postgres: DurablePostgres;
let door: SeverableDoor;
let database: Database;
beforeAll(async () => {
  postgres = await startDurablePostgres();
  const url = new URL(postgres.url);
  door = await startSeverableDoor(Number(url.port));
  url.port = String(door.port);
  database = openDatabase({ connectionString: url.href }, silentLogger, { max: 2 });
});
afterAll(async () => {
  await door.stop();
  await database.close();
  await postgres.stop();
});

describe('readiness', () => {
  it('is not there while the queue is unfit, and says which part it is', async () => {
    let fit = false;
    const ready = openReadiness(database, () => (fit ? Promise.resolve() : Promise.reject(new Error('evicts'))));
    const checks = (queue: boolean) => [
      { name: 'ledger', ok: true },
      { name: 'queue', ok: queue },
    ];
    expect(await ready()).toEqual({ ok: false, checks: checks(false) });
    fit = true;
    expect(await ready()).toEqual({ ok: true, checks: checks(true) });
  });

  it(
    'does not wait for a ledger that gives no answer, uses up no connections, and sees it come back',
    { timeout: 30_000 },
    async () => {
      const ready = openReadiness(database);
      expect((await ready()).ok).toBe(true);
      door.cut();
      for (const _ of ['once', 'again']) {
        const since = performance.now();
        expect((await Promise.all([ready(), ready(), ready()])).map(({ ok }) => ok)).toEqual([false, false, false]);
        expect(performance.now() - since).toBeLessThan(3_000);
      }
      door.mend();
      await eventually(async () => (await ready()).ok);
    },
  );
});
