import { expect, it } from 'vitest';
import { readableLog } from '../../../src/cli/log-line.ts';

it('turns a log entry into a sentence with its facts', () => {
  const line = JSON.stringify({
    level: 40,
    time: 'x',
    pid: 7,
    stage: 'connect',
    rule: 'unreachable',
    reply: null,
    msg: 'the relay could not be used',
  });
  expect(readableLog(`${line}\n`)).toBe('warning: the relay could not be used (stage connect, rule unreachable)\n');
});

it('names an error by its code and leaves its frames out', () => {
  const line = JSON.stringify({
    level: 50,
    err: { name: 'Error', code: 'ECONNRESET', frames: ['    at x'] },
    msg: 'a heartbeat failed',
  });
  expect(readableLog(line)).toBe('error: a heartbeat failed (ECONNRESET)\n');
});

it('leaves what is no log entry as it is', () => {
  expect(readableLog('plain words\n')).toBe('plain words\n');
});
