// The program inside tests/support/attached-process.ts: attaches to the embedded Postgres of a data
// folder and then does what its stdin says, one word a line, answering one JSON line each.
import { createInterface } from 'node:readline';

const [built, dataDir, sharedFolder] = process.argv.slice(2);
const { openEmbeddedPostgres } = await import(`${built}/embedded/postgres.js`);
const { silentLogger } = await import(`${built}/runtime/logger.js`);

const said = [];
const answer = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);
const attempt = async (work) => {
  try {
    answer({ ok: true, ...(await work()) });
  } catch (error) {
    answer({ ok: false, code: error.code ?? String(error) });
  }
};

let postgres;
await attempt(async () => {
  postgres = await openEmbeddedPostgres({
    dataDir,
    logger: silentLogger,
    say: (line) => said.push(line),
    ...(sharedFolder ? { sharedFolder } : {}),
  });
  return { connection: postgres.connection, said };
});
if (postgres === undefined) process.exit(1);
for await (const line of createInterface({ input: process.stdin })) {
  if (line === 'ensure') await attempt(() => postgres.ensureRunning());
  if (line === 'release') {
    await attempt(() => postgres.release());
    process.exit(0);
  }
}
