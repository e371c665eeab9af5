// The program at a real terminal: a pseudo-terminal of `script` (util-linux, or that of macOS), which writes down what a
// person would see and types what the test says.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { eventually } from './eventually.ts';

const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

export interface Terminal {
  /** All that was shown so far: results and messages alike. */
  screen(): string;
  /** Waits until this is shown. */
  shows(text: string | RegExp): Promise<void>;
  /** Types a line and presses Enter. */
  type(line: string): void;
  /** The exit code of the program. */
  readonly ended: Promise<number | null>;
  kill(): void;
}

/** Starts `candor` with these arguments at a terminal of its own. */
export function atTerminal(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  options: { readonly cwd: string },
): Terminal {
  const words = [process.execPath, main, ...args];
  const quoted = words.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
  const child = spawn(
    'script',
    process.platform === 'darwin' ? ['-q', '/dev/null', ...words] : ['-qefc', quoted, '/dev/null'],
    {
      cwd: options.cwd,
      env: {
        PATH: process.env['PATH'] ?? '',
        HOME: process.env['HOME'] ?? '/',
        SHELL: '/bin/sh',
        TERM: 'xterm',
        NO_COLOR: '1',
        ...env,
      },
    },
  );
  let screen = '';
  child.stdout.on('data', (chunk: Buffer) => (screen += chunk.toString('utf8')));
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  return {
    screen: () => screen,
    shows: async (text) => {
      await eventually(() => (typeof text === 'string' ? screen.includes(text) : text.test(screen)), {
        timeoutMs: 30_000,
      }).catch((cause: unknown) => {
        throw new Error(`${String(text)} is not on the screen:\n${screen}`, { cause });
      });
    },
    type: (line) => void child.stdin.write(`${line}\r`),
    ended,
    kill: () => void child.kill('SIGKILL'),
  };
}
