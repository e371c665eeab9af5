// Everything outside that the command line touches, as parameters: streams, signals, time, the system
// user and the application behind it. Tests give their own; main.ts gives the real ones.
import type { Readable, Writable } from 'node:stream';
import { userInfo } from 'node:os';
import type { Application } from '../campaigns/application.ts';
import { systemClock, type Clock } from '../runtime/clock.ts';
import type { MaybeTerminal, Variables } from './view.ts';

/** How much of the program a command needs: nothing, the ledger, or also queue and relay. */
export type Needs = 'none' | 'ledger' | 'work';

export interface OpenOptions {
  readonly needs: Needs;
  readonly env: Variables;
  readonly actor: string;
  /** The system's user, where `actor` is a name that somebody gave. */
  readonly claimedBy?: string;
  /** Tells the person something; one line, no progress. */
  readonly say: (line: string) => void;
  /** Where log lines go, so that they do not tear a progress block apart. */
  readonly log: { write(chunk: string): void };
  /** Aborted when the person wants the command to end. */
  readonly signal: AbortSignal;
}

/** Opens the program; the caller closes what it gets. */
export type OpenApplication = (options: OpenOptions) => Promise<Application>;

export const stopSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
export type StopSignal = (typeof stopSignals)[number];

export interface Surroundings {
  readonly stdin: Readable & MaybeTerminal;
  readonly stdout: Writable & MaybeTerminal;
  readonly stderr: Writable & MaybeTerminal;
  readonly variables: Variables;
  readonly clock: Clock;
  readonly version: string;
  readonly open: OpenApplication;
  /** The name of the system user; may throw where there is none. */
  readonly userName: () => string;
  /** Calls the handler for each stop signal; answers how to end that. */
  readonly onStop: (handler: (signal: StopSignal) => void) => () => void;
  /** Calls the handler right before the process ends, however it ends; answers how to end that. */
  readonly onExit: (handler: () => void) => () => void;
  /** Calls back once after so many milliseconds; answers how to prevent it. */
  readonly after: (ms: number, callback: () => void) => () => void;
}

/** The surroundings of this process. */
export function systemSurroundings(variables: Variables, version: string, open: OpenApplication): Surroundings {
  return {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    variables,
    clock: systemClock,
    version,
    open,
    userName: () => userInfo().username,
    onStop: (handler) => {
      for (const signal of stopSignals) process.on(signal, handler);
      return () => {
        for (const signal of stopSignals) process.off(signal, handler);
      };
    },
    onExit: (handler) => {
      process.on('exit', handler);
      return () => process.off('exit', handler);
    },
    after: (ms, callback) => {
      const timer = setTimeout(callback, ms);
      return () => clearTimeout(timer);
    },
  };
}
