// An application whose methods a test writes: the command line sees it through the same port as the
// real one. A method that the test did not write fails the test when it is called.
import { PassThrough } from 'node:stream';
import type { Application } from '../../../src/campaigns/application.ts';
import { runCli } from '../../../src/cli/run-cli.ts';
import type { OpenOptions, StopSignal, Surroundings } from '../../../src/cli/surroundings.ts';
import type { ExitCode } from '../../../src/cli/next-steps.ts';
import type { CheckedFile } from '../../../src/domain/check-report.ts';
import { noCounts, type StateCounts } from '../../../src/domain/notice-state.ts';
import type { CampaignSummary } from '../../../src/domain/summary.ts';

/** A summary that adds up: what `states` leave of the notices is accepted. */
export function summaryOf(
  given: Partial<Omit<CampaignSummary, 'states'>> & { states?: Partial<StateCounts> } = {},
): CampaignSummary {
  const notices = given.notices ?? 20_000;
  const others = Object.values(given.states ?? {}).reduce((sum, each) => sum + each, 0);
  const states = { ...noCounts(), accepted: notices - others, ...given.states };
  const invalid = given.invalid ?? 0;
  const merged = given.merged ?? 0;
  return {
    campaign: 'c-7f3k',
    state: 'finished',
    reason: null,
    rehearsal: false,
    relay: 'relay.example:587',
    conflicts: 0,
    suppressed: states.suppressed,
    attempts: notices,
    maybeAccepted: 0,
    seconds: 42.1,
    perSecond: 475.2,
    etaSeconds: 0,
    ratePerSecond: null,
    throttledPerSecond: null,
    domainLimits: [],
    workers: 1,
    startAt: null,
    restored: null,
    warnings: [],
    kit: { path: '/kits/mixpanel-2025-11', id: 'mixpanel-2025-11', digest: 'd'.repeat(64) },
    except: null,
    ...given,
    rows: given.rows ?? notices + invalid + merged,
    invalid,
    merged,
    notices,
    states,
  };
}

export function reportOf(given: Partial<CheckedFile> = {}): CheckedFile {
  const notices = given.notices ?? 20_000;
  const invalid = given.invalid ?? 0;
  const merged = given.merged ?? 0;
  return {
    file: 'recipients.csv',
    sha256: 'ab'.repeat(32),
    rows: notices + invalid + merged,
    valid: notices + merged,
    invalid,
    merged,
    conflicts: 0,
    notices,
    audiences: { affected: notices, unaffected: 0 },
    locales: { en: notices },
    localeFallbacks: 0,
    columns: { email: 'E-Mail', audience: 'product' },
    ignoredColumns: [],
    problems: [],
    ...given,
  };
}

export interface Ran {
  readonly exit: ExitCode;
  readonly stdout: string;
  readonly stderr: string;
  readonly opened: readonly OpenOptions[];
  readonly closed: number;
}

export interface RunOptions {
  readonly variables?: Record<string, string>;
  /** Makes stdin and stderr terminals of this width. */
  readonly terminal?: number;
  /** All of stdin; left open when absent. */
  readonly stdin?: string;
  /** Called with every chunk on stderr: the place to type an answer or press Ctrl-C. */
  readonly onStderr?: (chunk: string, hands: Hands) => void;
  readonly stdoutIsTerminal?: boolean;
  readonly userName?: () => string;
}

/** What a person at the terminal can do. */
export interface Hands {
  type(text: string): void;
  press(signal: StopSignal): void;
}

export interface CommandLine {
  run(...args: string[]): Promise<Ran>;
  press(signal: StopSignal): void;
}

/** A command line in front of the scripted methods. */
export function commandLine(methods: Partial<Application>, options: RunOptions = {}): CommandLine {
  const handlers = new Set<(signal: StopSignal) => void>();
  let monotonicMs = 0;
  const press = (signal: StopSignal): void => {
    monotonicMs += 1000;
    for (const handler of handlers) handler(signal);
  };
  return {
    press,
    async run(...args) {
      const opened: OpenOptions[] = [];
      let closed = 0;
      const stdin = Object.assign(new PassThrough(), options.terminal === undefined ? {} : { isTTY: true });
      const stdout = Object.assign(
        new PassThrough(),
        options.stdoutIsTerminal === true ? { isTTY: true, columns: 80 } : {},
      );
      const stderr = Object.assign(
        new PassThrough(),
        options.terminal === undefined ? {} : { isTTY: true, columns: options.terminal, rows: 40 },
      );
      if (options.stdin !== undefined) stdin.end(options.stdin);
      const collected = { stdout: '', stderr: '' };
      stdout.on('data', (chunk: Buffer) => (collected.stdout += chunk.toString()));
      stderr.on('data', (chunk: Buffer) => {
        collected.stderr += chunk.toString();
        options.onStderr?.(chunk.toString(), { type: (text) => void stdin.write(text), press });
      });
      const surroundings: Surroundings = {
        stdin,
        stdout,
        stderr,
        variables: options.variables ?? {},
        clock: { now: () => new Date('2026-01-31T08:00:00Z'), monotonicMs: () => monotonicMs },
        version: '1.2.3',
        open: async (openOptions) => {
          opened.push(openOptions);
          return scripted({
            ...methods,
            close: async () => {
              closed += 1;
              await methods.close?.();
            },
          });
        },
        userName: options.userName ?? (() => 'ana'),
        onStop: (handler) => {
          handlers.add(handler);
          return () => handlers.delete(handler);
        },
        onExit: () => () => {},
        // Time is driven by the script, not by a timer.
        after: (ms, callback) => {
          const handle = setImmediate(() => {
            monotonicMs += ms;
            callback();
          });
          return () => clearImmediate(handle);
        },
      };
      const exit = await runCli(args, surroundings);
      return { exit, ...collected, opened, closed };
    },
  };
}

function scripted(methods: Partial<Application>): Application {
  return new Proxy(methods as Application, {
    get(target, name) {
      const method: unknown = Reflect.get(target, name);
      // A promise would be asked for `then`.
      if (method === undefined && name !== 'then')
        return () => Promise.reject(new Error(`unexpected call of ${String(name)}`));
      return method;
    },
  });
}
