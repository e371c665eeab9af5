// Promise 8: personal data is in the ledger, sealed, and in the letters; not in Redis, logs, errors, file
// names or process lists, also where the relay quotes it.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import type { TestRedis } from '../support/redis.ts';
import { scenarioWorld, type Site } from '../support/world.ts';

const world = scenarioWorld();

/** Words that stand in the recipient file and nowhere else. */
const words = ['wibblequark', 'zolphandra', 'snorvigate'] as const;
const rows = Array.from(
  { length: 40 },
  (_, index) => `${words[0]}.${index}@${words[1]}.example,affected,${words[2]} Tester,Jakarta`,
);
const csv = ['email,audience,name,city', ...rows, ''].join('\n');

function told(texts: Iterable<string>): string[] {
  return [...texts]
    .filter((text) => words.some((word) => text.toLowerCase().includes(word)))
    .map((text) => text.slice(0, 300));
}

test('is in no log line, no error, no job, no process list, no file name and no column of the ledger', async () => {
  // Every kind of answer quotes the recipient, as real relays do.
  const quoting = (reply: string, index: number) => ({
    stage: 'rcpt' as const,
    when: { to: `${words[0]}.${index}@${words[1]}.example` },
    do: 'reply' as const,
    reply,
  });
  const relay = await world.relay({
    script: [
      quoting('550 5.1.1 <{to}>: Recipient address rejected: User unknown', 1),
      quoting('451 4.2.0 mailbox {to} is busy', 2),
      quoting('554 5.7.1 we do not like {to}', 3),
      {
        stage: 'after-body',
        when: { to: `${words[0]}.4@${words[1]}.example` },
        do: 'reply',
        reply: '550 5.2.2 quota of {to} exceeded',
      },
      { stage: 'after-body', when: { to: `${words[0]}.5@${words[1]}.example` }, do: 'drop' },
      { stage: 'after-body', when: { from: 20 }, do: 'delay', delayMs: 100 },
    ],
  });
  const redis = await world.redis();
  const site = await world.site({
    relay,
    redis,
    settings: { LOG_LEVEL: 'trace', RETRY_SCHEDULE: '1s', SMTP_CONNECTIONS: '2' },
  });
  const sending = site.startSend(world.file(csv));
  const campaign = await site.campaignOf(sending);
  await eventually(() => relay.record.bodies.length >= 10);

  expect(told(everyProcess())).toEqual([]);
  expect(told(await everythingIn(redis))).toEqual([]);
  const ended = await sending.outcome;
  expect(ended.code).toBe(3);
  const answers = [
    ended,
    await site.run('status', campaign),
    await site.run('export', campaign, '--out', join(world.folder, 'out')),
    await site.run('doctor'),
    await site.run('resend', campaign, '--dry-run'),
  ];

  expect(told(answers.flatMap(({ stdout, stderr }) => [stdout, stderr]))).toEqual([]);
  expect(told(exported())).toEqual([]);
  expect(told(await everyRow(site))).toEqual([]);
  expect(told(await everythingIn(redis))).toEqual([]);
  expect(told(readdirSync(world.folder, { recursive: true, encoding: 'utf8' }))).toEqual([]);
  // The search is worth something: the letters do reach the addresses.
  expect(told(relay.record.letters.map(({ to }) => to))).not.toEqual([]);
});

/** Command lines and environments of every process of this machine that may be read. */
function everyProcess(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((pid) => ['cmdline', 'environ'].map((file) => contentOf(`/proc/${pid}/${file}`)));
}

function contentOf(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    // It has ended, or is another user's.
    return '';
  }
}

async function everythingIn({ client }: TestRedis): Promise<string[]> {
  const keys = await client.keys('*');
  const values = await Promise.all(keys.map((key) => client.dumpBuffer(key)));
  return [...keys, ...values.map((value) => value?.toString('latin1') ?? '')];
}

function exported(): string[] {
  const out = join(world.folder, 'out');
  return readdirSync(out, { recursive: true, withFileTypes: true }).flatMap((entry) =>
    entry.isFile() ? [readFileSync(join(entry.parentPath, entry.name), 'utf8')] : [],
  );
}

/** Every row of every table of ours as text; sealed columns come as hex, so their octets are read, too. */
async function everyRow(site: Site): Promise<string[]> {
  const ledger = site.ledger();
  const { rows: tables } = await ledger.query<{ name: string }>({
    text: `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname not in ('pg_catalog', 'information_schema')`,
  });
  const texts: string[] = [];
  for (const { name } of tables) {
    const { rows: found } = await ledger.query<{ text: string }>({ text: `select t::text as text from ${name} t` });
    for (const { text } of found)
      texts.push(
        text,
        ...[...text.matchAll(/\\\\?x([0-9a-f]{8,})/g)].map(([, hex]) =>
          Buffer.from(hex ?? '', 'hex').toString('latin1'),
        ),
      );
  }
  return texts;
}
