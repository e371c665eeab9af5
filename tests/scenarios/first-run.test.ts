// The first run on somebody else's machine: as a plain user, as root below a home that is closed to
// others, in a path with spaces. A copy of the program, nothing configured, one small file.
import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { CampaignSummary } from '../../src/domain/summary.ts';
import { processesOf } from '../support/attached-process.ts';
import { eventually } from '../support/eventually.ts';
import { copyProgram, nodeForOthers } from '../support/for-others.ts';
import { csvOf, people } from '../support/people.ts';
import type { Outcome } from '../support/program.ts';
import { kit } from '../support/world.ts';

// Seconds on a quiet machine; a busy one only takes longer.
vi.setConfig({ testTimeout: 180_000 });
const repository = fileURLToPath(new URL('../..', import.meta.url));
const isRoot = process.getuid?.() === 0;
/** Nobody in particular: the user that owns nothing. For a plain user: themselves. */
const plainUser = isRoot ? { uid: 65_534, gid: 65_534 } : {};

describe('a first run', () => {
  let folder = '';
  let copy = '';
  let node = '';

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'candor-first-'));
    chmodSync(folder, 0o755);
    copy = join(folder, 'copy');
    mkdirSync(copy);
    copyProgram(repository, ['package.json', 'dist', 'templates'], copy);
    node = nodeForOthers(folder);
    writeFileSync(join(copy, 'recipients.csv'), csvOf(people(12)));
  });
  afterEach(async () => {
    await eventually(() => processesOf(folder).length === 0, { timeoutMs: 15_000 });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** Moves the copy below a home of this mode and owner, and runs the program there. */
  async function inHome(
    home: string,
    mode: number,
    owner: { uid?: number; gid?: number },
  ): Promise<(...args: string[]) => Promise<Outcome>> {
    const path = join(folder, home);
    mkdirSync(path, { recursive: true });
    const moved = join(path, 'candor');
    renameSync(copy, moved);
    copy = moved;
    rmSync(join(copy, 'data'), { recursive: true, force: true });
    if (owner.uid !== undefined && owner.gid !== undefined) {
      execFileSync('chown', ['-R', `${owner.uid}:${owner.gid}`, copy]);
      chownSync(path, owner.uid, owner.gid);
    } else if (isRoot) execFileSync('chown', ['-R', '0:0', copy]);
    chmodSync(path, mode);
    return (...args) => run(args, { home: path, ...owner });
  }

  function run(args: readonly string[], as: { home: string; uid?: number; gid?: number }): Promise<Outcome> {
    const { home, ...owner } = as;
    const child = spawn(node, ['dist/main.js', ...args], {
      cwd: copy,
      env: { PATH: process.env['PATH'] ?? '', HOME: home },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...owner,
    });
    const read: Record<'stdout' | 'stderr', string> = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const)
      child[name].on('data', (chunk: Buffer) => (read[name] += chunk.toString('utf8')));
    return new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => resolve({ code, signal, ...read }));
    });
  }

  async function rehearse(candor: (...args: string[]) => Promise<Outcome>): Promise<Outcome> {
    const sent = await candor('send', 'recipients.csv', '--kit', kit, '--yes', '--json');
    expect(sent.code, sent.stderr).toBe(0);
    expect(JSON.parse(sent.stdout) as CampaignSummary).toMatchObject({
      state: 'finished',
      rehearsal: true,
      notices: 12,
      states: { accepted: 12 },
    });
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

  test('works for whoever runs this below a home that is closed to others; the ledger of root goes elsewhere, which is said', async () => {
    const candor = await inHome('own home', 0o700, {});

    const { stderr } = await rehearse(candor);

    const note = join(copy, 'data/postgres.moved');
    expect(existsSync(note)).toBe(isRoot);
    const place = isRoot ? readFileSync(note, 'utf8').trim() : join(copy, 'data/postgres');
    try {
      expect(stderr.includes(place)).toBe(isRoot);
      expect(existsSync(join(place, 'cluster'))).toBe(true);
    } finally {
      await eventually(() => processesOf(place).length === 0, { timeoutMs: 15_000 });
      rmSync(place, { recursive: true, force: true });
    }
  });
});
