// The relay of every contender: Postfix's smtp-sink, which takes letters and throws them away. Its own
// counter says whether a run handed over what it claims to have. Where Postfix is missing, the tests'
// relay in counting mode, as a process of its own, takes its place; the report says which it was.
import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually } from '../tests/support/eventually.ts';
import { freePort } from '../tests/support/redis.ts';

export interface Sink {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly pid: number;
  /** Letters taken so far. */
  taken(): number;
  stop(): Promise<void>;
}

const postfixSink = '/usr/sbin/smtp-sink';

/** Starts one on a free port of loopback. `folder` is for its counter. */
export async function startSink(folder: string): Promise<Sink> {
  const host = '127.0.0.1';
  const port = await freePort();
  const counter = join(folder, 'sink.out');
  const out = openSync(counter, 'w');
  const postfix = existsSync(postfixSink);
  const user = process.getuid?.() === 0 ? ['-u', 'nobody'] : [];
  const [command, args] = postfix
    ? [postfixSink, [...user, '-c', `${host}:${port}`, '1000']]
    : [process.execPath, [fileURLToPath(new URL('counting-sink.js', import.meta.url)), String(port)]];
  const child = spawn(command, args, { stdio: ['ignore', out, 'ignore'] });
  const end = (): void => void child.kill('SIGTERM');
  process.once('exit', end);
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  closeSync(out);
  await eventually(() => greets(host, port), { timeoutMs: 10_000 });
  return {
    name: postfix ? 'Postfix’s smtp-sink' : 'the tests’ relay in counting mode, as Postfix is not installed',
    host,
    port,
    pid: child.pid ?? 0,
    taken: () => lastCount(counter),
    async stop() {
      process.off('exit', end);
      end();
      await gone;
    },
  };
}

/** After each letter comes `sess=1 quit=1 mesg=200` and a carriage return; the last one counts. */
function lastCount(path: string): number {
  const { size } = statSync(path);
  const tail = Buffer.alloc(Math.min(size, 256));
  const file = openSync(path, 'r');
  try {
    readSync(file, tail, 0, tail.length, size - tail.length);
  } finally {
    closeSync(file);
  }
  return Number([...tail.toString('latin1').matchAll(/mesg=(\d+)\s/g)].at(-1)?.[1] ?? 0);
}

/** Resolves when a server there says something; rejects when none takes the connection. */
export function greets(host: string, port: number): Promise<true> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, host);
    socket.once('error', reject);
    socket.once('data', () => {
      socket.end('QUIT\r\n');
      resolve(true);
    });
  });
}
