// Promise 8: the list of victims stays secret. The relay quotes the recipient in every way it knows, at the
// highest log level, while processes are killed, held and fail; then everything left behind is searched.
// Allowed are the sealed columns, which only the key opens, and the relay's own record.
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import type { PostgresConnection } from '../../src/embedded/postgres.ts';
import { eventually } from '../support/eventually.ts';
import { startCandor, type Outcome, type RunningProgram } from '../support/program.ts';
import type { TestRelay } from '../support/relay.ts';
import type { Step } from '../support/relay-script.ts';
import { everyKey, everyRow, isPrivate, processTexts, traceWords, unzipped, type Tracer } from '../support/traces.ts';
import { kit, scenarioWorld } from '../support/world.ts';

const world = scenarioWorld();

/** Of addresses, names, cells that are not kept, and a header that is none of ours. */
const personal = [
  'zquillon',
  'wobblethorpe',
  'velvethost',
  'ulmvelvetia',
  'plinkfoxos',
  'quibblegate',
  'accountvalzz',
  'reflinkzz',
];
const smtpPassword = 'pw-slithytoves-44';
const databasePassword = 'pw-mimsyborogoves';

/** Locals of different make; each holds the rare word. */
const locals = [
  'zquillon',
  'wobblethorpe.zquillon',
  'zquillon+news',
  'Wobblethorpe-Zquillon',
  'zquillon_1984',
  'j.zquillon',
  'zquillonwobblethorpe',
  "o'zquillon",
];
const recipients = Array.from({ length: 32 }, (_, index) => ({
  local: `${locals[index % locals.length]}${index}`,
  domain: index % 2 === 0 ? 'velvethost.example' : 'mail.velvethost.example',
}));
const addressOf = ({ local, domain }: { local: string; domain: string }): string => `${local}@${domain}`;

const header = 'email,audience,name,locale,organization_id,user_id,city,region,country,os,browser,referrer';
const values =
  'org-accountvalzz,user-accountvalzz,Ulmvelvetia,North Ulmvelvetia,Ulmvelvetian Union,PlinkfoxOS 4,Quibblegate 9,https://reflinkzz.example/x';
const rows = recipients.map(
  (each, index) =>
    `${addressOf(each)},${index % 3 === 0 ? 'unaffected' : 'affected'},Zquillon Wobblethorpe,${index % 2 === 0 ? 'en' : 'id'},${values}`,
);
const wrongRows = [
  `zquillon wobblethorpe@velvethost.example,affected,Zquillon,en,${values}`,
  `zquillon@@velvethost.example,affected,Zquillon,en,${values}`,
  `zquillon77@velvethost.example,wobblethorpe,Zquillon,en,${values}`,
  'zquillon78@velvethost.example,affected',
];

/** How relays repeat what they were told. */
const quotes: readonly ((local: string, domain: string) => string)[] = [
  (local, domain) => `<${local}@${domain}>: Recipient address rejected`,
  (local, domain) => `${local.toUpperCase()}@${domain.toUpperCase()} is unknown here`,
  (local) => `User ${local} unknown; no mailbox for "${local}" here`,
  (local, domain) =>
    `bounce to ${encodeURIComponent(`${local}@${domain}`)} or SRS0=ab1=x1=${domain}=${local}@relay.example`,
  (local, domain) =>
    `ref ${Buffer.from(`${local}@${domain}`).toString('base64')} and ${Buffer.from(`rcpt:${local}@${domain}`).toString('base64url')}`,
  (local, domain) =>
    `id ${Buffer.from(`${local}@${domain}`).toString('hex')} =${Buffer.from(local).toString('hex').toUpperCase().replaceAll(/../g, '$&=')}`,
  (local) =>
    `Mr. ${local
      .split(/[.+_-]/)
      .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
      .join(' ')} has left`,
  (local, domain) => `see https://relay.example/why?rcpt=${local}%40${domain} {${local} at ${domain}} [${local}]`,
];

/** Refusals, deferrals and acceptances, each with another quote. */
const gossip: readonly Step[] = recipients.flatMap((each, index): Step[] => {
  const quote = quotes[Math.floor(index / 4) % quotes.length]!(each.local, each.domain);
  const reply = [`550 5.1.1 ${quote}`, `450 4.2.1 ${quote}`, `250 2.1.5 ${quote}`, `550 5.7.99 ${quote}`][index % 4]!;
  const accepted: Step = {
    stage: 'after-body',
    when: { to: addressOf(each) },
    do: 'reply',
    reply: `250 2.0.0 ${quote} queued`,
  };
  return [
    { stage: 'rcpt', when: { to: addressOf(each), ...(index % 4 === 1 ? { upTo: 1 } : {}) }, do: 'reply', reply },
    accepted,
  ];
});

interface Watch {
  readonly env: Readonly<Record<string, string>>;
  readonly tracer: Tracer;
  readonly secrets: Tracer;
  readonly run: (
    args: readonly string[],
    options?: { input?: string; env?: Readonly<Record<string, string>> },
  ) => Promise<Outcome>;
  readonly start: (args: readonly string[]) => RunningProgram;
}

/** Runs the program and searches what its processes print. */
function watch(env: Readonly<Record<string, string>>): Watch {
  const tracer = traceWords(personal);
  const secrets = traceWords([smtpPassword, databasePassword]);
  const search = ({ stdout, stderr }: Outcome, args: readonly string[]): void => {
    for (const each of [tracer, secrets]) each.search(`output of ${args.join(' ')}`, `${stdout}\n${stderr}`);
  };
  return {
    env,
    tracer,
    secrets,
    async run(args, options = {}) {
      const outcome = await startCandor(
        args,
        { ...env, ...options.env },
        { cwd: world.folder, ...(options.input === undefined ? {} : { input: options.input }) },
      ).outcome;
      search(outcome, args);
      return outcome;
    },
    start(args) {
      const running = startCandor(args, env, { cwd: world.folder });
      void running.outcome.then((outcome) => search(outcome, args));
      onTestFinished(async () => {
        running.kill('SIGKILL');
        await running.outcome;
      });
      return running;
    },
  };
}

function embedded(): PostgresConnection {
  const place = join(world.folder, 'data/postgres');
  return {
    host: join(place, 'run'),
    port: 5432,
    user: 'candor',
    password: readFileSync(join(place, 'password'), 'utf8').trim(),
    database: 'postgres',
  };
}

async function relayWithPassword(script: readonly Step[] = []): Promise<TestRelay> {
  return world.relay({ script, credentials: { user: 'notices', password: smtpPassword } });
}

function settings(relay: TestRelay): Record<string, string> {
  return {
    CANDOR_DATA: join(world.folder, 'data'),
    SMTP_URL: relay.url,
    MAIL_FROM: 'Notices <notices@example.com>',
    LOG_LEVEL: 'trace',
    RECOVERY_SECONDS: '2',
    RETRY_SCHEDULE: '1s,1s,1s',
    PORT: '0',
  };
}

/** Looks at the processes, the queue and the ledger of this moment. */
async function lookInside(
  { tracer, secrets }: Watch,
  processes: readonly RunningProgram[],
  redis?: Awaited<ReturnType<typeof world.redis>>,
): Promise<void> {
  const texts = [
    ...processes.flatMap(({ pid }) => [...processTexts(pid, world.folder)]),
    ...(await everyRow(embedded(), ['candor', 'candor_queue'])),
  ];
  for (const [where, text] of [...texts, ...(redis === undefined ? [] : await everyKey(redis.client))]) {
    tracer.search(where, text);
    secrets.search(where, text);
  }
}

test(
  'leaves no address, name or cell outside the sealed columns, whatever the relay says and whatever goes wrong',
  { timeout: 240_000 },
  async () => {
    const filesBefore = new Set(readdirSync(tmpdir()));
    const redis = await world.redis();
    const relay = await relayWithPassword(gossip);
    const watched = watch({ ...settings(relay), REDIS_URL: redis.url });
    const { run, start, tracer, secrets } = watched;
    const file = world.file(`${[header, ...rows, ...wrongRows].join('\n')}\n`, 'list.csv');
    const send = ['send', file, '--kit', kit, '--yes', '--json'];

    await run(['check', file, '--json']);
    await run(['check', file, '--invalid', join(world.folder, 'invalid.csv')]);
    const served = start(['serve']);
    await eventually(() => served.stderr().includes('http://') || served.stdout().includes('http://'), {
      timeoutMs: 30_000,
    });
    const killed = start([...send, '--rate', '5']);
    await eventually(() => relay.record.letters.length >= 4, { timeoutMs: 30_000 });
    await lookInside(watched, [served, killed], redis);
    killed.kill('SIGKILL');
    const campaign = /Campaign (\S+) stands/.exec(killed.stderr())?.[1] ?? '';
    // First: at a thousand a second the console would finish it before anybody could resume it.
    const resumed = start(['resume', campaign, '--json']);
    await eventually(() => resumed.stderr().includes('running'), { timeoutMs: 30_000 });
    await run(['rate', campaign, '1000']);
    const ended = await resumed.outcome;
    expect(ended.code).toBe(3);
    expect(relay.record.commands.some((line) => line.includes('zquillon'))).toBe(true);

    relay.setScript([
      {
        stage: 'after-body',
        do: 'reply',
        reply: '554 5.7.1 Message to {to} looks like spam (zquillon0@velvethost.example)',
      },
    ]);
    const held = await run([...send, '--again', '--first', '3']);
    expect(held.code).toBe(4);
    expect(JSON.parse(held.stdout)).toMatchObject({ reason: { code: 'content-refused' } });

    for (const spelling of [
      addressOf(recipients[1]!),
      ` ${addressOf(recipients[2]!).toUpperCase()} `,
      'zquillon.unknown@velvethost.example',
      'zquillon @ velvethost',
    ]) {
      await run(['find', '-', ...(spelling.startsWith(' ') ? ['--json'] : [])], { input: `${spelling}\n` });
    }
    await run(['find', addressOf(recipients[1]!)]);
    await run(['status']);
    await run(['status', 'zquillon1@velvethost.example']);
    await run(['export', campaign, '--out', join(world.folder, 'plain')]);
    await run(['export', campaign, '--out', join(world.folder, 'plain-json'), '--json']);
    await run(['export', campaign, '--out', join(world.folder, 'with'), '--with-addresses']);
    await run(['backup', '--out', join(world.folder, 'all.backup')]);
    await run(['doctor', '--json']);
    await run(['preview', kit, '--out', join(world.folder, 'letters'), '--to', 'zquillon@velvethost.example']);
    await goWrong(watched);
    await lookInside(watched, [served], redis);
    served.kill('SIGTERM');
    expect((await served.outcome).code).toBe(0);

    for (const folder of ['data', 'plain', 'plain-json']) tracer.searchFolder(join(world.folder, folder));
    tracer.search('backup', unzipped(join(world.folder, 'all.backup')));
    const added = readdirSync(tmpdir()).filter((name) => !filesBefore.has(name));
    tracer.search('names in the temporary folder', added.join('\n'));
    for (const key of [readFileSync(join(world.folder, 'data/key'), 'utf8').trim(), embedded().password]) {
      expect([served, killed].some((each) => `${each.stdout()}${each.stderr()}`.includes(key))).toBe(false);
    }
    expect(
      ['with/notices.csv', 'invalid.csv', 'data/key', 'data/postgres/password', 'all.backup'].filter(
        (path) => !isPrivate(join(world.folder, path)),
      ),
    ).toEqual([]);
    // The search finds what is there: in the file that was asked for with addresses, and in the list itself.
    const control = traceWords(personal);
    for (const path of ['with/notices.csv', 'list.csv']) control.search(path, readFileSync(join(world.folder, path)));
    expect(personal.filter((word) => !control.found.some((found) => found.includes(word)))).toEqual([]);
    expect(control.found.some((found) => found.startsWith('with/notices.csv'))).toBe(true);
    expect(secrets.found).toEqual([]);
    expect(tracer.found).toEqual([]);
  },
);

/** Every error path that has personal data or a secret in its hands. */
async function goWrong({ run, env }: Watch): Promise<void> {
  const wrong = {
    'no-header.csv': `${rows[0]}\n${rows[1]}\n`,
    'no-audience.csv': 'email,name\nzquillon@velvethost.example,Wobblethorpe\n',
    'address-as-column.csv': `email,audience,zquillon@velvethost.example\n${addressOf(recipients[0]!)},affected,x\n`,
    'unclosed.csv': `${header}\n"zquillon@velvethost.example,affected\n`,
    'mixed.csv': Buffer.concat([
      Buffer.from('email,audience,name\nzquillon@velvethost.example,affected,Zoë\n'),
      Buffer.from([0x7a, 0xe9, 0x0a]),
    ]),
    'binary.csv': Buffer.from([0x50, 0x4b, 3, 4, 0, 0, 0, 0]),
  };
  mkdirSync(join(world.folder, 'wrong'), { recursive: true });
  for (const [name, content] of Object.entries(wrong)) {
    const path = join(world.folder, 'wrong', name);
    writeFileSync(path, content);
    if (name.startsWith('no-')) await run(['check', path]);
    await run(['send', path, '--kit', kit, '--yes', '--json']);
  }
  const unreachable = `postgres://candor:${databasePassword}@127.0.0.1:9/ledger`;
  const otherKey = Buffer.alloc(32, 9).toString('base64');
  expect((await run(['status', '--json'], { env: { DATABASE_URL: unreachable, CANDOR_KEY: otherKey } })).code).toBe(1);
  await run(['doctor'], {
    env: { DATABASE_URL: unreachable, CANDOR_KEY: otherKey, REDIS_URL: `redis://:${databasePassword}@127.0.0.1:9/0` },
  });
  await run(['doctor'], { env: { SMTP_URL: (env['SMTP_URL'] ?? '').replace(smtpPassword, `${databasePassword}%40`) } });
  await run(['status'], {
    env: { SMTP_URL: `smtp://u:${smtpPassword}@`, DATABASE_URL: `postgres//x:${databasePassword}@h` },
  });
  expect((await run(['status'], { env: { CANDOR_KEY: otherKey } })).code).toBe(2);
  await failInside(run);
}

/** The ledger itself refuses a row: Postgres quotes the values of the row in its message and in its log. */
async function failInside(run: Watch['run']): Promise<void> {
  const client = new pg.Client({ ...embedded() });
  await client.connect();
  const file = world.file(`${[header, ...rows.slice(0, 3)].join('\n')}\n`, 'short.csv');
  try {
    await client.query('alter table candor.notice add constraint refuse_all check (row_no < 0) not valid');
    expect((await run(['send', file, '--kit', kit, '--yes', '--json'], { env: { LOG_LEVEL: 'debug' } })).code).toBe(1);
    await client.query('alter table candor.notice drop constraint refuse_all');
  } finally {
    await client.end();
  }
}

test('keeps jobs on Postgres free of everything but ids', { timeout: 180_000 }, async () => {
  const relay = await relayWithPassword(gossip);
  const watched = watch(settings(relay));
  const file = world.file(`${[header, ...rows].join('\n')}\n`, 'list.csv');
  const sending = watched.start(['send', file, '--kit', kit, '--yes', '--rate', '4']);
  await eventually(() => relay.record.mailFromsMs.length >= 2, { timeoutMs: 30_000 });

  await lookInside(watched, [sending]);
  const jobs = [...(await everyRow(embedded(), ['candor_queue'])).entries()].filter(([name]) =>
    name.startsWith('candor_queue'),
  );
  expect(jobs.length).toBeGreaterThan(0);
  sending.kill('SIGINT');
  expect((await sending.outcome).code).toBe(4);
  watched.tracer.searchFolder(join(world.folder, 'data'));

  expect(existsSync(join(world.folder, 'data/postgres/server.log'))).toBe(true);
  expect(watched.secrets.found).toEqual([]);
  expect(watched.tracer.found).toEqual([]);
});
