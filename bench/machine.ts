// Where the figures were made: a figure without its machine says nothing.
import { execFileSync } from 'node:child_process';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { repository } from './start-program.ts';

/** One paragraph of Markdown. `load` is the machine's load average (1 min) when the benchmark began. */
export function describeMachine(load: number): string {
  const [first] = cpus();
  const model = first === undefined || first.model.trim() === '' ? 'unknown processor' : first.model.trim();
  const memory = Math.round(totalmem() / 1024 ** 3);
  return `${cpus().length} cores (${model}), ${memory} GB, Linux ${release()}, Node ${process.versions.node}, ${new Date().toISOString().slice(0, 10)}, commit ${commit()}; load average at the start ${load.toFixed(1)}.`;
}

/** How many runnable processes the machine had over the last minute. */
export function currentLoad(): number {
  return loadavg()[0] ?? 0;
}

function commit(): string {
  try {
    return execFileSync('git', ['describe', '--always', '--dirty'], {
      cwd: repository,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return 'unknown';
  }
}
