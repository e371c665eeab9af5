// `npm run bench:console`: the console over a campaign of a million notices. How long each page takes, what watching
// costs the ledger, and what an upload of the same million does to the server and to everybody else's pages.
import { createReadStream, createWriteStream, mkdtempSync, chmodSync, readFileSync, rmSync, statSync } from 'node:fs';
import { get, request } from 'node:http';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { openDatabase, type Database } from '../src/ledger/database.ts';
import { silentLogger } from '../src/runtime/logger.ts';
import { csrfTokenOf } from '../src/web/frame.ts';
import { fastPostgres } from '../tests/support/fast-postgres.ts';
import { freePort } from '../tests/support/redis.ts';
import { eventually } from '../tests/support/eventually.ts';
import type { makeRecipients as makeRecipientsOf } from '../scripts/make-recipients.mjs';
import { repository, startProgram } from './start-program.ts';

const rows = Number(process.argv[2] ?? 1_000_000);
const times = Number(process.argv[3] ?? 40);
const folder = mkdtempSync(join(tmpdir(), 'candor-bench-console-'));
chmodSync(folder, 0o755);
const note = (line: string): void => console.error(line);

interface Console {
  readonly port: number;
  readonly cookie: string;
  readonly csrf: string;
  readonly pid: number;
}

const { server } = await fastPostgres();
try {
  const url = `postgres://${server.user}@localhost/postgres?host=${encodeURIComponent(server.host)}`;
  const env = {
    DATABASE_URL: url,
    CANDOR_KEY: Buffer.alloc(32, 3).toString('base64'),
    CANDOR_DATA: join(folder, 'data'),
    LOG_LEVEL: 'error',
  };
  const file = join(folder, 'recipients.csv');
  note(`writing ${rows} rows`);
  const { makeRecipients } = (await import(join(repository, 'scripts/make-recipients.mjs'))) as {
    makeRecipients: typeof makeRecipientsOf;
  };
  await pipeline(Readable.from(makeRecipients({ rows, clean: true }).pieces), createWriteStream(file));
  note('importing');
  const sent = await startProgram(
    [
      'send',
      file,
      '--kit',
      join(repository, 'templates/mixpanel-2025-11'),
      '--yes',
      '--at',
      new Date(Date.now() + 86_400_000).toISOString(),
      '--detach',
      '--json',
    ],
    env,
  ).outcome;
  if (sent.code !== 0) throw new Error(`candor send ended with ${String(sent.code)}: ${sent.stdout}`);
  const { campaign } = JSON.parse(sent.stdout) as { campaign: string };
  const database = openDatabase({ connectionString: url }, silentLogger, { max: 2 });
  note('letting a campaign happen to them');
  await happen(database);
  const port = await freePort();
  const program = startProgram(['serve', '--json'], { ...env, PORT: String(port) });
  const here = await signIn(port, program.pid, env);
  await measure(here, campaign, database, file);
  process.kill(program.pid, 'SIGTERM');
  await program.outcome;
  await database.close();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Seven in ten are accepted, one in twelve is not; the rest waits. The tally's triggers count along. */
async function happen(database: Database): Promise<void> {
  const fate = (
    accepted: string,
    refused: string,
    failed: string,
    unconfirmed: string,
    deferred: string,
    rest: string,
  ): string =>
    `case when notice_id % 100 < 70 then ${accepted} when notice_id % 100 < 75 then ${refused} when notice_id % 100 < 77 then ${failed} when notice_id % 100 < 78 then ${unconfirmed} when notice_id % 100 < 80 then ${deferred} else ${rest} end`;
  for (const text of [
    `update candor.campaign set state = 'running', launched_at = now(), start_at = null`,
    'alter table candor.notice disable trigger notice_guard',
    `update candor.notice set state = (${fate(`'accepted'`, `'refused'`, `'failed'`, `'unconfirmed'`, `'deferred'`, `'pending'`)})::candor.notice_state,
       reason = ${fate('null', `(array['unknown-mailbox','review','mailbox-disabled','recipient-policy'])[1 + notice_id / 100 % 4]`, `'attempts-spent'`, `'no-reply-reset'`, 'null', 'null')},
       due_at = ${fate('null', 'null', 'null', 'null', `now() + interval '3 hours'`, 'null')},
       settled_at = ${fate('now()', 'now()', 'now()', 'now()', 'null', 'null')},
       reply_code = ${fate('250', '550', '451', 'null', '451', 'null')}, attempt_count = ${fate('1', '1', '5', '1', '2', '0')},
       enhanced_code = ${fate(`'2.0.0'`, `'5.' || (1 + notice_id / 100 % 3) || '.1'`, `'4.7.1'`, 'null', `'4.7.1'`, 'null')}`,
    'alter table candor.notice enable trigger notice_guard',
    `insert into candor.lease (worker, relay_identity, expires_at) values ('bench:1', 'inbox', now())`,
    `insert into candor.attempt (notice_id, campaign_no, round, lease_id, address_version, opened_at, closed_at, outcome, stage, rule, charged, reply_code, enhanced_code, reply_scrubbed)
     select notice_id, campaign_no, 1, 1, 1, now(), now(), state::text::candor.attempt_outcome, 'rcpt', 'bench', true, reply_code, enhanced_code, 'a reply of the usual length, without an address'
     from candor.notice where state in ('accepted', 'refused', 'failed', 'unconfirmed', 'deferred')`,
    `update candor.campaign set state = 'paused', reason = 'paused'`,
    'vacuum analyze candor.notice, candor.attempt, candor.tally',
  ])
    await database.query({ text });
}

async function signIn(port: number, pid: number, env: Readonly<Record<string, string>>): Promise<Console> {
  await eventually(() => statusOf(port, '/healthz').then((status) => status === 200), { timeoutMs: 60_000 });
  // The link stands on the program's own output; a second one does for us what a person would do.
  const other = startProgram(['serve', '--json', '--new-password'], { ...env, PORT: String(await freePort()) });
  const link = await other.firstLine;
  const { signIn: address } = JSON.parse(link) as { signIn: string };
  const body = new URLSearchParams({
    token: new URL(address).searchParams.get('token') ?? '',
    name: 'Robin',
    password: 'four unrelated words here',
    again: 'four unrelated words here',
  }).toString();
  await fetch(new URL('/first-password', address), {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body,
    redirect: 'manual',
  });
  process.kill(other.pid, 'SIGTERM');
  await other.outcome;
  const answer = await fetch(`http://127.0.0.1:${port}/sign-in`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ name: 'Robin', password: 'four unrelated words here', next: '/' }).toString(),
    redirect: 'manual',
  });
  const cookie = answer.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  return { port, pid, cookie, csrf: csrfTokenOf(cookie.slice(cookie.indexOf('=') + 1)) };
}

function statusOf(port: number, path: string): Promise<number> {
  return new Promise((resolve) => {
    get({ host: '127.0.0.1', port, path }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    }).on('error', () => resolve(0));
  });
}

/** Milliseconds until the last octet of a page, and its text. */
async function timed(at: Console, path: string): Promise<{ ms: number; text: string }> {
  const from = performance.now();
  const answer = await fetch(`http://127.0.0.1:${at.port}${path}`, { headers: { cookie: at.cookie } });
  const text = await answer.text();
  if (answer.status !== 200) throw new Error(`${path} answered ${answer.status}`);
  return { ms: performance.now() - from, text };
}

function at(share: number, values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? 0;
}

async function measure(here: Console, campaign: string, database: Database, file: string): Promise<void> {
  const path = `/campaigns/${campaign}`;
  const refused = await timed(here, `${path}/notices?state=refused`);
  const one = /\/notices\/([0-9a-f]{32})/.exec(refused.text)?.[1] ?? '';
  const { rows: last } = await database.query<{ token: string }>({
    text: 'select max(notice_id)::text as token from candor.notice',
  });
  note(`${last[0]?.token ?? ''} notices`);
  let deep = '';
  for (let page = 0, next = `${path}/notices?state=accepted`; page < 20 && next !== ''; page += 1) {
    deep = next;
    next = /href="([^"]+after=[0-9a-f]{32})"/.exec((await timed(here, next)).text)?.[1]?.replaceAll('&#38;', '&') ?? '';
  }
  const group =
    /\/notices\?(state=refused[^"]+)"/
      .exec((await timed(here, `${path}/resend`)).text)?.[1]
      ?.replaceAll('&#38;', '&') ?? '';
  const paths: Record<string, string> = {
    campaigns: '/',
    'one campaign': path,
    reasons: `${path}/resend`,
    'confirm a re-send': `${path}/resend/confirm`,
    'confirm a group': `${path}/resend/confirm?${group}`,
    'all notices': `${path}/notices`,
    'accepted, page 20': deep,
    'refused notices': `${path}/notices?state=refused`,
    'one group': `${path}/notices?${group}`,
    'pending notices': `${path}/notices?state=pending`,
    'one notice': `${path}/notices/${one}`,
    'another channel': `${path}/other-channel`,
    export: `${path}/export`,
    search: '/search',
    upload: '/uploads/new',
    account: '/account',
  };
  console.log(
    `\n${rows} rows, ${times} requests a page, ${cpus().length} cores\n\n| page | median ms | p95 ms |\n|---|---|---|`,
  );
  const taken = new Map<string, number[]>(Object.keys(paths).map((name) => [name, []]));
  for (let round = 0; round < times; round += 1)
    for (const [name, where] of Object.entries(paths)) taken.get(name)?.push((await timed(here, where)).ms);
  for (const [name, values] of taken)
    console.log(`| ${name} | ${at(0.5, values).toFixed(0)} | ${at(0.95, values).toFixed(0)} |`);

  const active = async (): Promise<number> => {
    // What a backend did counts when it comes to rest, at the latest a second later.
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    return (
      (
        await database.query<{ ms: number }>({
          text: `select active_time as ms from pg_stat_database where datname = current_database()`,
        })
      ).rows[0]?.ms ?? 0
    );
  };
  const during = async (seconds: number): Promise<number> => {
    const from = await active();
    const began = performance.now();
    await new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
    return ((await active()) - from) / ((performance.now() - began) / 1_000);
  };
  const idle = await during(15);
  const leave = Array.from({ length: 50 }, () => {
    const stream = get(
      { host: '127.0.0.1', port: here.port, path: `${path}/events`, headers: { cookie: here.cookie } },
      (answer) => answer.resume(),
    );
    return () => stream.destroy();
  });
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  const watched = await during(15);
  for (const stop of leave) stop();
  console.log(
    `\nLedger time a second: ${idle.toFixed(1)} ms with nobody, ${watched.toFixed(1)} ms with 50 people watching: the stream costs ${(watched - idle).toFixed(1)} ms.`,
  );

  const memory = (): number =>
    Math.round(Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${here.pid}/status`, 'utf8'))?.[1] ?? 0) / 1024);
  const before = memory();
  const others: number[] = [];
  let uploading = true;
  const browse = (async () => {
    while (uploading) {
      for (const where of ['/', path, `${path}/notices?state=refused`]) others.push((await timed(here, where)).ms);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  })();
  const began = performance.now();
  const location = await upload(here, file);
  const sentMs = performance.now() - began;
  await eventually(async () => !(await timed(here, location)).text.includes('aria-label="Reading"'), {
    timeoutMs: 600_000,
    everyMs: 250,
  });
  uploading = false;
  await browse;
  console.log(
    `Upload of ${Math.round(statSync(file).size / 1e6)} MB: sent in ${(sentMs / 1000).toFixed(1)} s, read after ${((performance.now() - began) / 1000).toFixed(1)} s. The server's memory peaked at ${memory()} MB (${before} MB before). Other pages meanwhile: median ${at(0.5, others).toFixed(0)} ms, p95 ${at(0.95, others).toFixed(0)} ms (${others.length} requests).`,
  );
}

/** As the form does it; answers where the page of the upload is. */
function upload(here: Console, file: string): Promise<string> {
  const boundary = 'candor-bench-boundary';
  const head = Buffer.from(
    `--${boundary}\r\ncontent-disposition: form-data; name="csrf"\r\n\r\n${here.csrf}\r\n--${boundary}\r\ncontent-disposition: form-data; name="kit"\r\n\r\nmixpanel-2025-11\r\n--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="r.csv"\r\ncontent-type: text/csv\r\n\r\n`,
  );
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`);
  return new Promise((resolve, reject) => {
    const asked = request(
      {
        host: '127.0.0.1',
        port: here.port,
        path: '/uploads',
        method: 'POST',
        headers: {
          cookie: here.cookie,
          'content-type': `multipart/form-data; boundary=${boundary}`,
          'content-length': String(head.length + statSync(file).size + tail.length),
        },
      },
      (answer) => {
        answer.resume();
        const { location } = answer.headers;
        if (location === undefined) reject(new Error(`the upload was answered with ${answer.statusCode}`));
        else resolve(location);
      },
    );
    asked.on('error', reject);
    asked.write(head);
    createReadStream(file)
      .on('error', reject)
      .on('end', () => asked.end(tail))
      .pipe(asked, { end: false });
  });
}
