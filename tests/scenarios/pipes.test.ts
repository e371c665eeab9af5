// What comes through a pipe instead of from a file: read where once is enough, refused where it is not, and
// never in the way of a signal.
import { execFileSync } from 'node:child_process';
import { closeSync, constants, existsSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { startCandor, type RunningProgram } from '../support/program.ts';

const folder = mkdtempSync(join(tmpdir(), 'candor-pipes-'));
const fifo = join(folder, 'recipients.fifo');
beforeAll(() => void execFileSync('mkfifo', [fifo]));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function start(...args: string[]): RunningProgram {
  return startCandor([...args, '--json'], { CANDOR_DATA: join(folder, `data-of-${args[0]}`) });
}

function codeIn(stdout: string): string {
  return (JSON.parse(stdout) as { error: { code: string } }).error.code;
}

/** The other end of the FIFO, once the program has opened its own: before that the system refuses. */
function writer(): Promise<number> {
  return eventually(() => openSync(fifo, constants.O_WRONLY | constants.O_NONBLOCK), { timeoutMs: 30_000 });
}

test('checks what comes through a FIFO', async () => {
  const checking = start('check', fifo);
  const fd = await writer();
  writeSync(fd, 'email,audience\nada@example.com,affected\n');
  closeSync(fd);
  const { code, stdout } = await checking.outcome;
  expect([code, JSON.parse(stdout)]).toMatchObject([0, { rows: 1, notices: 1 }]);
});

test.each(['check', 'restore'])('%s ends at a SIGTERM while the other end of a FIFO is silent', async (command) => {
  const waiting = start(command, fifo);
  const fd = await writer();
  try {
    waiting.kill('SIGTERM');
    const late = setTimeout(() => waiting.kill('SIGKILL'), 20_000);
    const { code, stdout } = await waiting.outcome;
    clearTimeout(late);
    expect([code, codeIn(stdout)]).toEqual([4, 'interrupted']);
  } finally {
    closeSync(fd);
  }
});

test('refuses to launch from a FIFO before anything is opened', async () => {
  const { code, stdout } = await start('send', fifo, '--kit', 'templates/mixpanel-2025-11', '--yes').outcome;
  expect([code, codeIn(stdout)]).toEqual([2, 'file-not-regular']);
  expect(existsSync(join(folder, 'data-of-send'))).toBe(false);
});
