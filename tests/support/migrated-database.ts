// New databases on the tests' Postgres, with the ledger and the queue in them as the program makes them: to migrate
// both takes a quarter of a second of a processor, a copy a tenth of that.
import { randomUUID } from 'node:crypto';
import { openSliceQueue } from '../../src/queue/slice-queue.ts';
import { queueSchema } from '../../src/queue/queue-name.ts';
import type { SliceId } from '../../src/domain/ids.ts';
import { openDatabase, type Database } from '../../src/ledger/database.ts';
import { createKeyring } from '../../src/ledger/keyring.ts';
import { migrate } from '../../src/ledger/migrate.ts';
import { silentLogger } from '../../src/runtime/logger.ts';
import type { FastPostgres } from './fast-postgres.ts';

const template = 'candor_template';
let prepared: Promise<void> | null = null;

/** Makes a database of that name, `empty` or migrated and with an identity of its own, for this key. */
export async function createDatabase(
  postgres: FastPostgres,
  name: string,
  { empty, key }: { empty: boolean; key: Buffer },
): Promise<void> {
  if (!empty) await (prepared ??= prepare(postgres));
  // As files: copied through the write-ahead log it takes two to five times as long.
  await on(postgres, 'postgres', (admin) =>
    admin.query({ text: `create database ${name} ${empty ? '' : `template ${template} `}strategy file_copy` }),
  );
  if (empty) return;
  const values = [randomUUID(), createKeyring(key).checkValue];
  await on(postgres, name, async (database) => {
    await database.query({ text: 'update candor.ledger_identity set ledger_id = $1, key_check = $2', values });
    // Those of the template are wrapped under another key.
    await database.query({ text: 'delete from candor.data_key' });
  });
}

export async function dropDatabase(postgres: FastPostgres, name: string): Promise<void> {
  await on(postgres, 'postgres', (admin) => admin.query({ text: `drop database ${name} with (force)` }));
}

async function prepare(postgres: FastPostgres): Promise<void> {
  await on(postgres, 'postgres', (admin) => admin.query({ text: `create database ${template} strategy file_copy` }));
  await on(postgres, template, (database) => migrate(database, createKeyring(Buffer.alloc(32))));
  const queue = openSliceQueue(
    { kind: 'postgres', connection: { ...postgres.server, database: template }, schema: queueSchema },
    'nobodys',
    silentLogger,
  );
  // It has migrated when it answers.
  await queue.missing([randomUUID() as SliceId]);
  await queue.close();
}

async function on(
  postgres: FastPostgres,
  database: string,
  work: (database: Database) => Promise<unknown>,
): Promise<void> {
  const opened = openDatabase({ ...postgres.server, database }, silentLogger, { max: 1 });
  try {
    await work(opened);
  } finally {
    await opened.close();
  }
}
