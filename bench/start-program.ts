// Starts the built program, from the checkout that the benchmark was compiled in.
import { spawn } from 'node:child_process';
import { join } from 'node:path';

/** The checkout. The compiled benchmark lies in node_modules/.cache/candor-bench/bench. */
export const repository = join(import.meta.dirname, '../../../..');

export interface Started {
  readonly pid: number;
  /** The first line of its output. */
  readonly firstLine: Promise<string>;
  /** SIGTERM: it finishes what is on the wire. */
  stop(): void;
  readonly outcome: Promise<{ readonly code: number | null; readonly stdout: string }>;
}

/** Starts `candor` with nothing in its environment but these variables; a CPU profile goes into a folder, if one is named. */
export function startProgram(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  profileInto?: string,
): Started {
  const profiling = profileInto === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileInto}`];
  const child = spawn(process.execPath, [...profiling, join(repository, 'dist/main.js'), ...args], {
    env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '/', ...env },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const end = (): void => void child.kill('SIGTERM');
  process.once('exit', end);
  let stdout = '';
  const firstLine = new Promise<string>((resolve) => {
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString('utf8');
      const end = stdout.indexOf('\n');
      if (end >= 0) resolve(stdout.slice(0, end));
    });
  });
  const outcome = new Promise<{ code: number | null; stdout: string }>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      process.off('exit', end);
      resolve({ code, stdout });
    });
  });
  return { pid: child.pid ?? 0, firstLine, stop: end, outcome };
}
