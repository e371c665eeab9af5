// What is around the program: variables that the Postgres driver reads by itself, a limit of open files, a Redis that may
// lose what it is given.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { CampaignSummary } from '../../src/domain/summary.ts';
import { csvOf, people } from '../support/people.ts';
import { runCandor } from '../support/program.ts';
import { startRedis } from '../support/redis.ts';
import { kit } from '../support/world.ts';

vi.setConfig({ testTimeout: 120_000 });
let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'candor-surroundings-'));
  writeFileSync(join(folder, 'recipients.csv'), csvOf(people(5)));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const strangers = {
  PGHOST: 'nowhere.example',
  PGPORT: '1',
  PGUSER: 'stranger',
  PGPASSWORD: 'stranger',
  PGDATABASE: 'stranger',
  PGSSLMODE: 'require',
  PGSSLNEGOTIATION: 'direct',
  PGOPTIONS: '-c statement_timeout=1 -c default_transaction_read_only=on',
  PGAPPNAME: 'stranger',
  PGPASSFILE: '/nowhere',
  PGSERVICE: 'stranger',
  PGCLIENT_ENCODING: 'LATIN1',
  PGREPLICATION: 'database',
  PGCONNECT_TIMEOUT: '1',
  PGDATA: '/nowhere',
  PGTZ: 'Asia/Tokyo',
  NODE_PG_FORCE_NATIVE: '1',
};

test('a campaign runs on the embedded ledger whatever the driver’s own variables say, and one line names them', async () => {
  const env = { ...strangers, CANDOR_DATA: join(folder, 'data'), LOG_LEVEL: 'warn' };
  const sent = await runCandor(['send', join(folder, 'recipients.csv'), '--kit', kit, '--yes', '--json'], env);
  expect([sent.code, sent.stderr]).toEqual([0, expect.stringContaining('PGHOST')]);
  expect((JSON.parse(sent.stdout) as CampaignSummary).states.accepted).toBe(5);
  const told = sent.stderr.split('\n').filter((line) => line.includes('DATABASE_URL alone'));
  expect(told).toHaveLength(1);
  expect(told[0]).toMatch(/^NODE_PG_FORCE_NATIVE, PGAPPNAME, .*PGSSLMODE.* are not read/);
  expect(sent.stderr).not.toContain('stranger');

  const backup = await runCandor(['backup', '--out', join(folder, 'backup.candor'), '--json'], env);
  expect([backup.code, backup.stdout]).toEqual([0, expect.any(String)]);
  const examined = await runCandor(['doctor', '--json'], env);
  expect(examined.stdout).toContain('DATABASE_URL alone');
  expect(examined.stdout).not.toMatch(/"verdict":"problem"/);
});

test('a limit of open files is told as what it is', () => {
  const script = 'ulimit -n 48; exec "$@"';
  const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
  const args = [main, 'send', join(folder, 'recipients.csv'), '--kit', kit, '--yes'];
  let told = '';
  try {
    execFileSync('/bin/sh', ['-c', script, 'sh', process.execPath, ...args], {
      env: { PATH: process.env['PATH'], CANDOR_DATA: join(folder, 'narrow') },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  } catch (error) {
    told = String((error as { stderr: Buffer }).stderr);
  }
  expect(told).toContain('code: too-many-open-files');
  expect(told).toContain('ulimit -n');
});

test('a Redis that may evict jobs is told before anything is stored', async () => {
  const redis = await startRedis();
  try {
    await redis.client.config('SET', 'maxmemory-policy', 'allkeys-lru');
    const env = { CANDOR_DATA: join(folder, 'evicting'), REDIS_URL: redis.url, LOG_LEVEL: 'warn' };
    const send = ['send', join(folder, 'recipients.csv'), '--kit', kit, '--yes', '--json'];
    for (const more of [[], ['--detach']]) {
      const refused = await runCandor([...send, ...more], env);
      expect([refused.code, refused.stdout]).toEqual([2, expect.stringContaining('redis-evicts')]);
    }
    const status = await runCandor(['status', '--json'], env);
    expect(status.stdout).toContain('campaign-none');
    await redis.client.config('SET', 'maxmemory-policy', 'noeviction');
    expect((await runCandor(send, env)).code).toBe(0);
  } finally {
    await redis.stop();
  }
});
