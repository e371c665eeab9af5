// Looks at a backup without restoring it: reads all of it, as a restore would, and compares it with what this ledger
// knows of backups. Stores nothing.
import type { Readable } from 'node:stream';
import { placeBackup, type BackupPlace } from '../domain/backup-place.ts';
import { countLines, damaged } from './archive-format.ts';
import { openArchive } from './archive-opening.ts';
import type { Extent } from './archive.ts';
import { readBackupRecord } from './backup-record.ts';
import type { Queryable } from './database.ts';
import type { Keyring } from './keyring.ts';
import { factsOf, type BackupOrigin } from './restoring.ts';

export interface CheckedBackup extends Extent, BackupOrigin {
  readonly place: BackupPlace;
}

/** Throws what `openArchive` throws; not `archive-schema`, because nothing is to be filled. */
export async function checkBackup(
  on: Queryable,
  keyring: Keyring,
  from: Readable,
  { unauthenticated = false } = {},
): Promise<CheckedBackup> {
  try {
    const archive = await openArchive(from, keyring, { unauthenticated, expectHeader: async () => undefined });
    const rows: Record<string, number> = {};
    for (const { name } of archive.header.tables) {
      if (JSON.stringify(await archive.content.json()) !== JSON.stringify({ table: name }))
        throw damaged('a table is not where it should be');
      let count = 0;
      for await (const piece of archive.content.rows()) count += countLines(piece);
      rows[name] = count;
    }
    const facts = factsOf(archive.header, await archive.end(rows));
    return {
      tables: archive.header.tables.length,
      rows: Object.values(rows).reduce((sum, count) => sum + count, 0),
      ...facts,
      place: placeBackup(facts, await readBackupRecord(on)),
    };
  } finally {
    from.destroy();
  }
}
