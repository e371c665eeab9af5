// A flood of guesses at the sign-in: 40 addresses of the machine, as fast as each is answered, while a campaign goes out at a
// held rate. Right passwords get in, a pause and a cancel are done, and the rate is kept. `npm run flood` runs it for thirty
// seconds and prints a table; the suite takes a sample, of twelve addresses and one second, in which the rate is not judged.
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { affected, csvOf } from '../support/people.ts';
import { eventually } from '../support/eventually.ts';
import { runCandor, startCandor, type RunningProgram } from '../support/program.ts';
import { freePort } from '../support/redis.ts';
import { startRelay, type TestRelay } from '../support/relay.ts';

const seconds = Number(process.env['FLOOD_SECONDS'] ?? '1');
const whole = process.env['FLOOD_SECONDS'] !== undefined;
const floodAddresses = whole ? 40 : 12;
const perSecond = whole ? 200 : 20;
const password = 'four unrelated words here';

let folder: string;
let relay: TestRelay;
let env: Record<string, string>;
let program: RunningProgram;
let port: number;
let signIn: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'candor-flood-'));
  chmodSync(folder, 0o755);
  relay = await startRelay({ record: 'count' });
  port = await freePort();
  env = {
    CANDOR_DATA: join(folder, 'data'),
    SMTP_URL: relay.url,
    MAIL_FROM: 'Notices <notices@example.com>',
    PORT: String(port),
    LOG_LEVEL: 'warn',
  };
  program = startCandor(['serve', '--json'], env);
  await eventually(() => program.stdout().includes('}') || program.child.exitCode !== null, { timeoutMs: 60_000 });
  signIn = (JSON.parse(program.stdout()) as { signIn: string }).signIn;
}, 90_000);
afterAll(async () => {
  program.kill('SIGTERM');
  await program.outcome;
  await relay.stop();
  rmSync(folder, { recursive: true, force: true });
});

interface Told {
  readonly status: number;
  readonly cookie: string;
  readonly ms: number;
}

/** Sends a form from an address of the machine. */
function submit(path: string, fields: Record<string, string>, from: string, headers = {}): Promise<Told> {
  const body = new URLSearchParams(fields).toString();
  const began = performance.now();
  return new Promise((resolve, reject) => {
    const asked = request(
      {
        host: '127.0.0.1',
        port,
        path,
        method: 'POST',
        localAddress: from,
        agent: false,
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          'content-length': Buffer.byteLength(body),
          ...headers,
        },
      },
      (answer) => {
        answer.resume();
        answer.on('end', () =>
          resolve({
            status: answer.statusCode ?? 0,
            cookie: answer.headers['set-cookie']?.[0]?.split(';')[0] ?? '',
            ms: performance.now() - began,
          }),
        );
      },
    );
    asked.on('error', reject);
    asked.end(body);
  });
}

const percent = (times: readonly number[], share: number): number =>
  Math.round(times.toSorted((a, b) => a - b)[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0);

describe('forty addresses that flood the sign-in', () => {
  it('shut nobody out, and hold up neither a pause nor the campaign', { timeout: 240_000 }, async () => {
    const token = new URL(signIn).searchParams.get('token') ?? '';
    const first = await submit('/first-password', { token, name: 'Robin', password, again: password }, '127.0.0.1');
    expect(first.status).toBe(303);
    const file = join(folder, 'people.csv');
    writeFileSync(file, csvOf(affected(Math.ceil(perSecond * (seconds * 3 + 150)))), { mode: 0o600 });
    const sent = await runCandor(
      ['send', file, '--kit', 'mixpanel-2025-11', '--yes', '--rate', String(perSecond), '--detach', '--json'],
      env,
    );
    const { campaign } = JSON.parse(sent.stdout) as { campaign: string };
    await eventually(() => relay.record.mailFromsMs.length > perSecond, { timeoutMs: 60_000 });

    const alone = relay.record.mailFromsMs.length;
    const aloneSince = performance.now();
    await eventually(() => relay.record.mailFromsMs.length >= alone + 3 * perSecond, { timeoutMs: 60_000 });
    const before = (relay.record.mailFromsMs.length - alone) / ((performance.now() - aloneSince) / 1000);

    const until = performance.now() + seconds * 1000;
    const answers = new Map<number, number>();
    const flood = Array.from({ length: floodAddresses }, async (_, nth) => {
      const from = `127.0.1.${nth + 1}`;
      const names = ['Robin', 'nobody', `guess-${nth}`];
      for (let n = 0; performance.now() < until; n += 1) {
        const told = await Promise.all(
          [0, 1, 2, 3].map((k) => submit('/sign-in', { name: names[(n + k) % 3]!, password: `guess ${n} ${k}` }, from)),
        );
        for (const { status } of told) answers.set(status, (answers.get(status) ?? 0) + 1);
      }
    });
    const then = relay.record.mailFromsMs.length;
    const began = performance.now();
    const legitimate: Told[] = [];
    const people = Array.from({ length: 3 }, async (_, nth) => {
      while (performance.now() < until) {
        let told = await submit('/sign-in', { name: 'Robin', password }, `127.0.2.${nth + 1}`);
        if (told.status === 429 || told.status === 503)
          told = await submit('/sign-in', { name: 'Robin', password }, `127.0.2.${nth + 1}`);
        legitimate.push(told);
      }
    });
    await Promise.all(people);
    const rate = (relay.record.mailFromsMs.length - then) / ((performance.now() - began) / 1000);
    await Promise.all(flood);

    // Once more, for the hold that people have of it.
    const again = performance.now() + Math.min(5_000, seconds * 1_000);
    const second = Array.from({ length: floodAddresses }, async (_, nth) => {
      while (performance.now() < again)
        await submit('/sign-in', { name: 'Robin', password: 'guess' }, `127.0.3.${nth + 1}`);
      return nth;
    });
    const stop = async (what: string): Promise<number> => {
      const from = performance.now();
      const answer = await runCandor([what, campaign, '--json'], env);
      expect([what, answer.code, answer.code === 0 ? '' : answer.stdout + answer.stderr]).toEqual([what, 0, '']);
      return performance.now() - from;
    };
    const [pausedMs, cancelledMs] = [await stop('pause'), await stop('cancel')];
    await Promise.all(second);
    const times = legitimate.map(({ ms }) => ms);
    if (whole)
      process.stdout.write(
        [
          '',
          `| ${floodAddresses} addresses, ${seconds} s | |`,
          '|---|---|',
          `| guesses answered | ${[...answers].map(([status, n]) => `${n} × ${status}`).join(', ')} |`,
          `| right passwords | ${legitimate.filter(({ status }) => status === 303).length} of ${legitimate.length} |`,
          `| their wait, median / 95 % / longest | ${percent(times, 0.5)} / ${percent(times, 0.95)} / ${percent(times, 1)} ms |`,
          `| the campaign, held at ${perSecond}/s: before, in the flood | ${before.toFixed(1)}/s, ${rate.toFixed(1)}/s |`,
          `| candor pause / cancel, the whole command | ${Math.round(pausedMs)} / ${Math.round(cancelledMs)} ms |`,
          '',
        ].join('\n'),
      );
    expect(legitimate.length).toBeGreaterThan(0);
    expect(legitimate.filter(({ status }) => status !== 303)).toEqual([]);
    if (whole) expect(rate).toBeGreaterThanOrEqual(0.9 * perSecond);
  });
});
