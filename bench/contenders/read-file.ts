// Reads a recipient file once and prints how long it took: with csv-parse and nothing else (as arrays, and
// as the objects that most scripts ask for), or with Candor's intake, which decodes, checks each row and digests.
import { createReadStream } from 'node:fs';
import { parse } from 'csv-parse';
import { openFile } from '../../src/intake/open-file.ts';
import { readRecipientFile } from '../../src/intake/read-recipient-file.ts';

const [how = '', path = ''] = process.argv.slice(2);

async function csvParse(columns: boolean): Promise<number> {
  let rows = columns ? 0 : -1;
  // Rows that are too short or too long are in the file on purpose.
  for await (const _ of createReadStream(path).pipe(parse({ columns, relaxColumnCount: true }))) rows += 1;
  return rows;
}

async function intake(): Promise<number> {
  const file = readRecipientFile(openFile(path), { locales: { supported: ['en', 'id', 'es'], fallback: 'en' } });
  for await (const _ of file);
  return file.report().rows;
}

const startedAt = performance.now();
const rows = how === 'intake' ? await intake() : await csvParse(how === 'csv-parse-objects');
process.stdout.write(`${JSON.stringify({ rows, seconds: (performance.now() - startedAt) / 1000 })}\n`);
