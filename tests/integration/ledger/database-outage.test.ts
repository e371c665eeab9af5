// The server's death while a connection is handed out.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase } from '../../../src/ledger/database.ts';
import { silentLogger } from '../../../src/runtime/logger.ts';
import { startDyingPostgres, uncaughtDuring, type DyingPostgres } from '../../support/dying-postgres.ts';

let dying: DyingPostgres;
beforeEach(async () => {
  dying = await startDyingPostgres();
});
afterEach(() => dying.stop());

describe('a ledger whose server dies while a connection is handed out', () => {
  it('is unreachable for who asked, and ends no process', async () => {
    const uncaught = await uncaughtDuring(async () => {
      const database = openDatabase(
        { host: '127.0.0.1', port: dying.port, user: 'candor', password: '', database: 'postgres' },
        silentLogger,
        { max: 1 },
      );
      await expect(database.query({ text: 'select 1' })).rejects.toHaveProperty('code', 'ledger-unreachable');
      await expect(database.transaction((tx) => tx.query({ text: 'select 1' }))).rejects.toHaveProperty(
        'code',
        'ledger-unreachable',
      );
      await database.close();
    });
    expect(uncaught).toEqual([]);
  });
});
