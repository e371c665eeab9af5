// The first run on somebody else's machine: as a plain user, as root below a home that is closed to
// others, in a path with spaces. A copy of the program, nothing configured, one small file.
import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, chownSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { CampaignSummary } from '../../src/domain/summary.ts';
import { processesOf } from '../support/attached-process.ts';
import { eventually } from '../support/eventually.ts';
import { csvOf, people } from '../support/people.ts';
import type { Outcome } from '../support/program.ts';
import { kit } from '../support/world.ts';

// Seconds on a quiet machine; a busy one only takes longer.
vi.setConfig({ testTimeout: 180_000 });
const repository = fileURLToPath(new URL('../..', import.meta.url));
/** Nobody in particular: the user that owns nothing. */
const plainUser = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

/** Half of what npm installs is for development; the program runs without it. */
const toolsOnly = /node_modules\/(?:@typescript|typescript|playwright-core|@?oxlint[^/]*|oxlint-tsgolint|@oxlint|@oxlint-tsgolint|rolldown|@rolldown|vite|vitest|@vitest|lightningcss[^/]*|axe-core|\.cache|\.vite)(?:\/|$)/;

/** True when the plain user can run this Node: one below root's home cannot be run by others. */
function othersCanRunNode(): boolean {
  for (let path = dirname(process.execPath); path !== '/'; path = dirname(path)) if ((statSync(path).mode & 0o001) === 0) return false;
  return true;
}

describe.skipIf(process.getuid?.() !== 0 || !othersCanRunNode())('a first run', () => {
  let folder = '';
  let copy = '';

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'candor-first-'));
    chmodSync(folder, 0o755);
    copy = join(folder, 'copy');
    mkdirSync(copy);
    for (const part of ['package.json', 'dist', 'templates', 'node_modules']) {
      cpSync(realpathSync(join(repository, part)), join(copy, part), { recursive: true, verbatimSymlinks: true, filter: (path) => !toolsOnly.test(path) });
    }
    writeFileSync(join(copy, 'recipients.csv'), csvOf(people(12)));
  });
  afterEach(async () => {
    await eventually(() => processesOf(folder).length === 0, { timeoutMs: 15_000 });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** Moves the copy below a home of this mode and owner, and runs the program there. */
  async function inHome(home: string, mode: number, owner: { uid?: number; gid?: number }): Promise<(...args: string[]) => Promise<Outcome>> {
    const path = join(folder, home);
    mkdirSync(path, { recursive: true });
    const moved = join(path, 'candor');
    renameSync(copy, moved);
    copy = moved;
    rmSync(join(copy, 'data'), { recursive: true, force: true });
    if (owner.uid !== undefined && owner.gid !== undefined) {
      execFileSync('chown', ['-R', `${owner.uid}:${owner.gid}`, copy]);
      chownSync(path, owner.uid, owner.gid);
    } else execFileSync('chown', ['-R', '0:0', copy]);
    chmodSync(path, mode);
    return (...args) => run(args, { home: path, ...owner });
  }

  function run(args: readonly string[], as: { home: string; uid?: number; gid?: number }): Promise<Outcome> {
    const { home, ...owner } = as;
    const child = spawn(process.execPath, ['dist/main.js', ...args], { cwd: copy, env: { PATH: process.env['PATH'] ?? '', HOME: home }, stdio: ['ignore', 'pipe', 'pipe'], ...owner });
    const read: Record<'stdout' | 'stderr', string> = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) child[name].on('data', (chunk: Buffer) => (read[name] += chunk.toString('utf8')));
    return new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => resolve({ code, signal, ...read }));
    });
  }

  async function rehearse(candor: (...args: string[]) => Promise<Outcome>): Promise<Outcome> {
    const sent = await candor('send', 'recipients.csv', '--kit', kit, '--yes', '--json');
    expect(sent.code, sent.stderr).toBe(0);
    expect(JSON.parse(sent.stdout) as CampaignSummary).toMatchObject({ state: 'finished', rehearsal: true, notices: 12, states: { accepted: 12 } });
    // A second command finds the same ledger again.
    const later = await candor('status', '--json');
    expect(JSON.parse(later.stdout)).toEqual(JSON.parse(sent.stdout));
    return sent;
  }

  test('works for a plain user in a closed home of their own, with spaces and other characters in its path', async () => {
    const candor = await inHome('my home (ü), it’s 100% #1', 0o700, plainUser);

    const { stderr } = await rehearse(candor);

    expect(stderr).not.toContain('The ledger');
    expect(statSync(join(copy, 'data')).mode & 0o777).toBe(0o700);
    expect(statSync(join(copy, 'data/key')).mode & 0o777).toBe(0o600);
  });

  test('says what is wrong with a path that the Postgres programs cannot stand in', async () => {
    const candor = await inHome('home of $USER', 0o755, plainUser);

    const refused = await candor('send', 'recipients.csv', '--kit', kit, '--yes', '--json');

    expect(refused.code).toBe(2);
    expect(JSON.parse(refused.stdout)).toMatchObject({ error: { code: 'postgres-unusable' } });
  });

  test('works for root below a home that is closed to others, and says where the ledger went', async () => {
    const candor = await inHome('root home', 0o700, {});

    const { stderr } = await rehearse(candor);

    const place = readFileSync(join(copy, 'data/postgres.moved'), 'utf8').trim();
    try {
      expect(stderr).toContain(place);
      expect(existsSync(join(place, 'cluster'))).toBe(true);
    } finally {
      await eventually(() => processesOf(place).length === 0, { timeoutMs: 15_000 });
      rmSync(place, { recursive: true, force: true });
    }
  });
});
