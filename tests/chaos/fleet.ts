// The processes of a chaos run, kept alive as a supervisor keeps them: what ends is started again. Their
// logs go to one file each, for who has to find out why.
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { startCandor, type RunningProgram } from '../support/program.ts';

export interface Fleet {
  /** Kills one and starts it again after a while; false when it did not run. SIGSTOP freezes it, and lets it go on after a while. */
  strike(name: string, signal: 'SIGKILL' | 'SIGTERM' | 'SIGSTOP', backInMs: number): boolean;
  /** SIGKILL of all at once; resolves when all are gone, with their number. None comes back before `start`. */
  killAll(): Promise<number>;
  start(): void;
  /** Of those that run, by name. */
  pids(): ReadonlyMap<string, number>;
  /** How many ended by themselves, by the code that they gave: at their start because ledger or queue was away, and never otherwise. */
  endedAlone(): ReadonlyMap<string, number>;
  stop(): Promise<void>;
}

/** A process that ended by itself is started again after this long. */
const restartMs = 400;

/** Starts a process for each of the commands, by name. */
export function startFleet(
  commands: ReadonlyMap<string, readonly string[]>,
  env: Readonly<Record<string, string>>,
  logs: string,
): Fleet {
  const running = new Map<string, RunningProgram>();
  const timers = new Set<NodeJS.Timeout>();
  const struck = new Set<RunningProgram>();
  let up = true;
  const alone = new Map<string, number>();

  const later = (ms: number, work: () => void): void => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      work();
    }, ms);
    timers.add(timer);
  };
  const launch = (name: string): void => {
    if (!up || running.has(name)) return;
    const one = startCandor(commands.get(name) ?? [], env);
    running.set(name, one);
    one.child.stderr?.on('data', (chunk: Buffer) => appendFileSync(join(logs, `${name}.log`), chunk));
    void one.outcome.then(({ code, signal, stderr }) => {
      if (running.get(name) === one) running.delete(name);
      appendFileSync(join(logs, `${name}.log`), `--- ${new Date().toISOString()} ended: ${signal ?? code}\n`);
      if (!struck.delete(one)) {
        const said = [...stderr.matchAll(/^ {2}code: (\S+)$/gm)].at(-1)?.[1] ?? `exit ${signal ?? code}`;
        alone.set(said, (alone.get(said) ?? 0) + 1);
        later(restartMs, () => launch(name));
      }
    });
  };
  const start = (): void => {
    up = true;
    for (const name of commands.keys()) launch(name);
  };
  start();

  return {
    strike(name, signal, backInMs) {
      const one = running.get(name);
      if (one === undefined) return false;
      one.kill(signal);
      if (signal === 'SIGSTOP') {
        later(backInMs, () => one.kill('SIGCONT'));
        return true;
      }
      struck.add(one);
      void one.outcome.then(() => later(backInMs, () => launch(name)));
      return true;
    },
    async killAll() {
      up = false;
      const all = [...running.values()];
      for (const one of all) {
        struck.add(one);
        one.kill('SIGKILL');
      }
      await Promise.all(all.map((one) => one.outcome));
      return all.length;
    },
    start,
    pids: () => new Map([...running].map(([name, { pid }]) => [name, pid])),
    endedAlone: () => alone,
    async stop() {
      up = false;
      for (const timer of timers) clearTimeout(timer);
      const all = [...running.values()];
      for (const one of all) {
        struck.add(one);
        one.kill('SIGCONT');
        one.kill('SIGTERM');
      }
      const late = setTimeout(() => all.forEach((one) => one.kill('SIGKILL')), 15_000);
      await Promise.all(all.map((one) => one.outcome));
      clearTimeout(late);
    },
  };
}
