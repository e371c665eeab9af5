// The lock between processes: one at a time, and nobody waits for the dead.
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withLock } from '../../../src/embedded/flag-lock.ts';
import { eventually } from '../../support/eventually.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'candor-lock-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('withLock', () => {
  it('lets one in at a time, and everybody in the end', async () => {
    let inside = 0;
    let most = 0;
    const work = async (): Promise<void> => {
      most = Math.max(most, ++inside);
      for (let turns = 0; turns < 20; turns++) await turn();
      inside--;
    };
    await Promise.all(Array.from({ length: 12 }, () => withLock(folder, work, 30_000)));
    expect(most).toBe(1);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('lowers its flag when the work fails', async () => {
    await expect(withLock(folder, () => Promise.reject(new RangeError('bug')), 1_000)).rejects.toThrow(RangeError);
    expect(await withLock(folder, () => Promise.resolve(7), 1_000)).toBe(7);
  });

  it('is told that the lock is busy while another process holds it, and gets it once that one is killed', async () => {
    // A socket's name is there before anybody listens on it, and would be taken for a dead one's flag: it gets the flag's name afterwards.
    const [raised, flag] = [join(folder, '.new-0123456789abcdef'), join(folder, 'flag-0123456789abcdef')].map((path) =>
      JSON.stringify(path),
    );
    const raising = `require('node:net').createServer().listen(${raised}, () => require('node:fs').renameSync(${raised}, ${flag}))`;
    const holder = spawn(process.execPath, ['-e', raising], { stdio: 'ignore' });
    await eventually(() => readdirSync(folder).includes('flag-0123456789abcdef'));
    await expect(withLock(folder, () => Promise.resolve(), 60)).rejects.toMatchObject({ code: 'postgres-busy' });
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    expect(await withLock(folder, () => Promise.resolve(7), 1_000)).toBe(7);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is not stopped by a file that is no flag', async () => {
    writeFileSync(join(folder, 'flag-fedcba9876543210'), '');
    writeFileSync(join(folder, 'note'), '');
    expect(await withLock(folder, () => Promise.resolve(7), 1_000)).toBe(7);
    expect(readdirSync(folder)).toEqual(['note']);
  });
});
