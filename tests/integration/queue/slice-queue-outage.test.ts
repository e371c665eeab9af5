// The queue on Postgres when its server is away or dies: what holds a slice must come back to life with it.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { queueSchema } from '../../../src/queue/queue-name.ts';
import { openSliceQueue } from '../../../src/queue/slice-queue.ts';
import type { SliceId } from '../../../src/domain/ids.ts';
import { silentLogger } from '../../../src/runtime/logger.ts';
import { startDurablePostgres, type DurablePostgres } from '../../support/durable-postgres.ts';
import { startDoorOfDeath, startDyingPostgres, uncaughtDuring } from '../../support/dying-postgres.ts';
import { eventually } from '../../support/eventually.ts';

let postgres: DurablePostgres;

beforeAll(async () => {
  postgres = await startDurablePostgres();
});
afterAll(() => postgres.stop());

describe('the queue on a Postgres that comes and goes', () => {
  it('works when the server was away while it was opened', async () => {
    await postgres.kill();
    const queue = openSliceQueue(
      { kind: 'postgres', connection: { connectionString: postgres.url }, schema: queueSchema },
      'opened-too-early',
      silentLogger,
      1_000,
    );
    const seen: SliceId[] = [];
    const consumer = queue.consume(async (sliceId) => void seen.push(sliceId), 1);
    const slice = 'a1' as SliceId;
    await expect(queue.add([slice])).rejects.toHaveProperty('code', 'ledger-unreachable');
    await postgres.start();
    await eventually(() => queue.add([slice]).then(() => true), { timeoutMs: 15_000, everyMs: 200 });
    await eventually(() => expect(seen).toEqual(['a1']), { timeoutMs: 15_000 });
    await consumer.close();
    await queue.close();
  });

  it('ends no process when the server dies while a connection is handed out', async () => {
    const dying = await startDyingPostgres();
    const connection = { host: '127.0.0.1', port: dying.port, user: 'candor', database: 'postgres' };
    const uncaught = await uncaughtDuring(async () => {
      const queue = openSliceQueue({ kind: 'postgres', connection, schema: queueSchema }, 'dying', silentLogger, 1_000);
      await expect(queue.missing(['a1' as SliceId])).rejects.toBeInstanceOf(Error);
      await queue.close();
    });
    expect(uncaught).toEqual([]);
    await dying.stop();
  });

  // The first ones of queue and worker, and the one on which the worker waits to be told.
  it.each([1, 2, 3, 4])('goes on when connection %i dies as it opens', async (nth) => {
    const door = await startDoorOfDeath(Number(new URL(postgres.url).port), nth);
    const url = new URL(postgres.url);
    url.port = String(door.port);
    const uncaught = await uncaughtDuring(async () => {
      const queue = openSliceQueue(
        { kind: 'postgres', connection: { connectionString: url.href }, schema: queueSchema },
        `door-${nth}`,
        silentLogger,
        1_000,
      );
      const seen: SliceId[] = [];
      const consumer = queue.consume(async (sliceId) => void seen.push(sliceId), 1);
      for (const id of ['b1', 'b2'] as SliceId[]) {
        await eventually(() => queue.add([id]).then(() => true), {
          timeoutMs: 15_000,
          everyMs: 200,
        });
        await eventually(() => expect(seen).toContain(id), { timeoutMs: 15_000 });
      }
      await eventually(() => door.died());
      await consumer.close();
      await queue.close();
    });
    expect(uncaught).toEqual([]);
    await door.stop();
  });
});
