// The program as its users run it: `candor` as a process of its own, with nothing in its environment but
// what the test gives it. Needs `npm run build` (./scripts/test does that first).
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

export interface Outcome {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningProgram {
  readonly child: ChildProcess;
  readonly pid: number;
  /** What it has written so far. */
  stdout(): string;
  stderr(): string;
  kill(signal: NodeJS.Signals): void;
  readonly outcome: Promise<Outcome>;
}

export type ProgramEnvironment = Readonly<Record<string, string>>;

const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Starts `candor` with these arguments. `input` goes to its standard input; without it there is none. Its log goes to `log`, a path, if given. */
export function startCandor(
  args: readonly string[],
  env: ProgramEnvironment,
  options: { input?: string; cwd?: string; log?: string } = {},
): RunningProgram {
  if (!existsSync(main)) throw new Error('dist/main.js is missing: run `npm run build` first');
  const log = options.log === undefined ? null : openSync(options.log, 'a');
  const child = spawn(process.execPath, [main, ...args], {
    cwd: options.cwd,
    env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '/', ...env },
    stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', log ?? 'pipe'],
  });
  if (log !== null) closeSync(log);
  running.add(child);
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    stdout += chunk.toString('utf8');
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr += chunk.toString('utf8');
  });
  if (options.input !== undefined) child.stdin?.end(options.input);
  const outcome = new Promise<Outcome>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      running.delete(child);
      resolve({ code, signal, stdout, stderr });
    });
  });
  return {
    child,
    pid: child.pid ?? 0,
    stdout: () => stdout,
    stderr: () => stderr,
    kill: (signal) => void child.kill(signal),
    outcome,
  };
}

/** Runs `candor` to its end. */
export function runCandor(
  args: readonly string[],
  env: ProgramEnvironment,
  options: { input?: string; cwd?: string } = {},
): Promise<Outcome> {
  return startCandor(args, env, options).outcome;
}
