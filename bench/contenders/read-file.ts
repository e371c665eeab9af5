// Reads a recipient file once and prints how long it took: with csv-parse and nothing else (as arrays, and as the
// objects that most scripts ask for); with Candor's own parser and nothing else; with its intake, which also checks
// each row and digests; or into a ledger, sealed and merged.
import { createReadStream } from 'node:fs';
import { parse } from 'csv-parse';
import { campaignIdFrom } from '../../src/domain/ids.ts';
import type { RecipientRow } from '../../src/domain/recipient-row.ts';
import { openEmbeddedPostgres } from '../../src/embedded/postgres.ts';
import { Decoder } from '../../src/intake/decoder.ts';
import { openFile } from '../../src/intake/open-file.ts';
import { readRecipientFile, type RecipientFile } from '../../src/intake/read-recipient-file.ts';
import { RecordSplitter } from '../../src/intake/record-splitter.ts';
import { createDraft } from '../../src/ledger/campaigns.ts';
import { openDatabase } from '../../src/ledger/database.ts';
import { mergeRows, stageRows } from '../../src/ledger/importing.ts';
import { createKeyring } from '../../src/ledger/keyring.ts';
import { migrate } from '../../src/ledger/migrate.ts';
import { silentLogger } from '../../src/runtime/logger.ts';
import { someTerms } from '../../tests/support/ledger.ts';

const [how = '', path = '', dataDir = ''] = process.argv.slice(2);

interface Reading {
  readonly rows: number;
  readonly seconds: number;
}

async function timed(read: () => Promise<number>): Promise<Reading> {
  const startedAt = performance.now();
  const rows = await read();
  return { rows, seconds: (performance.now() - startedAt) / 1000 };
}

async function csvParse(columns: boolean): Promise<number> {
  let rows = columns ? 0 : -1;
  // Rows that are too short or too long are in the file on purpose.
  for await (const _ of createReadStream(path).pipe(parse({ columns, relaxColumnCount: true }))) rows += 1;
  return rows;
}

async function ownParser(): Promise<number> {
  let rows = -1;
  const decoder = new Decoder();
  const splitter = new RecordSplitter(',', () => (rows += 1));
  for await (const chunk of openFile(path)) splitter.push(decoder.push(chunk));
  splitter.push(decoder.end());
  splitter.end();
  return rows;
}

function recipientFile(): RecipientFile {
  return readRecipientFile(openFile(path), { locales: { supported: ['en', 'id', 'es'], fallback: 'en' } });
}

async function intake(): Promise<number> {
  const file = recipientFile();
  for await (const _ of file);
  return file.report().rows;
}

/** The ledger is made before the clock starts. */
async function intoLedger(): Promise<Reading> {
  const server = await openEmbeddedPostgres({ dataDir, logger: silentLogger, say: () => undefined });
  const database = openDatabase(server.connection, silentLogger);
  const keyring = createKeyring(Buffer.alloc(32, 7));
  try {
    await migrate(database, keyring);
    return await timed(async () => {
      const file = recipientFile();
      async function* rows(): AsyncGenerator<readonly RecipientRow[], void> {
        for await (const { recipients } of file) yield recipients;
      }
      await database.transaction(async (tx) => {
        const campaignNo = await createDraft(tx, keyring, {
          id: campaignIdFrom(Buffer.alloc(8, 1)),
          fileSha256: '0'.repeat(64),
          terms: someTerms(),
          actor: 'bench',
        });
        const staged = await stageRows(tx, keyring, campaignNo, rows(), { keepNames: false });
        await mergeRows(tx, keyring, campaignNo, staged);
      });
      return file.report().rows;
    });
  } finally {
    await database.close();
    await server.release();
  }
}

const readings: Readonly<Record<string, () => Promise<Reading>>> = {
  'csv-parse-arrays': () => timed(() => csvParse(false)),
  'csv-parse-objects': () => timed(() => csvParse(true)),
  'own-parser': () => timed(ownParser),
  intake: () => timed(intake),
  ledger: intoLedger,
};
process.stdout.write(`${JSON.stringify(await readings[how]?.())}\n`);
