// What the two scripts have in common: read the file, hand every row's letter to a nodemailer pool as its
// documentation shows (fill it whenever it is idle), print one line of JSON at the end. They keep nothing.
import { createReadStream, readFileSync } from 'node:fs';
import { parse } from 'csv-parse';
import { createTransport } from 'nodemailer';
import type { BenchLetter } from '../bench-letter.ts';

/** What a script prints. */
export interface ScriptReport {
  readonly accepted: number;
  readonly failed: number;
  /** From the first letter handed to the pool to the last answer. */
  readonly seconds: number;
}

interface Dkim {
  readonly domainName: string;
  readonly keySelector: string;
  readonly privateKey: string;
}

interface Row {
  readonly email: string;
}

/**
 * Runs one to its end. Its arguments: recipient file, letter as JSON, port of the relay, connections, sender, key file.
 *
 * @param htmlFor makes the HTML part for one recipient
 * @param maxMessages letters a connection takes before it is replaced
 * @param dkimOf nodemailer's DKIM option, from the path of the private key
 */
export async function runScript(
  htmlFor: (letter: BenchLetter) => Promise<string> | string,
  maxMessages: number,
  dkimOf?: (keyFile: string) => Dkim,
): Promise<void> {
  const [file = '', letterFile = '', port = '', connections = '', from = '', keyFile = ''] = process.argv.slice(2);
  const letter = JSON.parse(readFileSync(letterFile, 'utf8')) as BenchLetter;
  const rows: Row[] = [];
  for await (const row of createReadStream(file).pipe(parse({ columns: true }))) rows.push(row as Row);
  const pool = createTransport({
    pool: true,
    host: '127.0.0.1',
    port: Number(port),
    secure: false,
    ignoreTLS: true,
    maxConnections: Number(connections),
    maxMessages,
    ...(dkimOf === undefined ? {} : { dkim: dkimOf(keyFile) }),
  });
  let accepted = 0;
  let failed = 0;
  let next = 0;
  const startedAt = performance.now();
  await new Promise<void>((resolve) => {
    const send = async (row: Row): Promise<void> => {
      try {
        await pool.sendMail({
          from,
          to: row.email,
          subject: letter.subject,
          text: letter.text,
          html: await htmlFor(letter),
        });
        accepted += 1;
      } catch {
        failed += 1;
      }
      if (accepted + failed === rows.length) resolve();
    };
    pool.on('idle', () => {
      while (pool.isIdle() && next < rows.length) {
        const row = rows[next];
        next += 1;
        if (row !== undefined) void send(row);
      }
    });
  });
  const report: ScriptReport = { accepted, failed, seconds: (performance.now() - startedAt) / 1000 };
  pool.close();
  process.stdout.write(`${JSON.stringify(report)}\n`);
}
