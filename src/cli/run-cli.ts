// The command line from arguments to exit code. Every way out is decided here: one result or one JSON
// object on stdout, errors with code, message and help on stderr, and an application that is closed.
import { CommanderError } from 'commander';
import { CandorError } from '../domain/errors.ts';
import type { Run } from './command.ts';
import type { ExitCode } from './next-steps.ts';
import type { Outcome } from './outcome.ts';
import { answerUnwritable, quietStream, type QuietStream } from './output.ts';
import { buildProgram } from './program.ts';
import { safeJson } from './safe-text.ts';
import { Session } from './session.ts';
import { StopLevels } from './stop-level.ts';
import { errorJson, renderError, shownError } from './show-error.ts';
import type { StopSignal, Surroundings } from './surroundings.ts';
import { viewOf } from './view.ts';

interface Streams {
  readonly stdout: QuietStream;
  readonly stderr: QuietStream;
}

/** Commander's own successes: it has printed help or the version. */
const answered: ReadonlySet<string> = new Set(['commander.helpDisplayed', 'commander.version', 'commander.help']);

/**
 * Runs the command line. `args` are the arguments after the program's name. Answers the exit code
 * (docs: README) and never throws; when it answers, everything printed has been handed over.
 */
export async function runCli(args: readonly string[], surroundings: Surroundings): Promise<ExitCode> {
  const streams: Streams = { stdout: quietStream(surroundings.stdout), stderr: quietStream(surroundings.stderr) };
  const flushed = (): Promise<unknown> => Promise.all([streams.stdout.flushed(), streams.stderr.flushed()]);
  try {
    const exit = await parseAndRun(args, surroundings, streams);
    await flushed();
    const lost = streams.stdout.failure();
    // With 1 it has been said.
    return lost === null || exit === 1
      ? exit
      : report(answerUnwritable(lost), 'candor', false, null, surroundings, streams);
  } finally {
    await flushed();
  }
}

async function parseAndRun(args: readonly string[], surroundings: Surroundings, streams: Streams): Promise<ExitCode> {
  let exit: ExitCode = 0;
  const run: Run = async (options, act) => {
    exit = await runCommand(new Session(surroundings, streams, options), surroundings, streams, act);
  };
  const program = buildProgram(run, surroundings.version, () => surroundings.clock.now(), {
    out: (text) => streams.stdout.write(text),
    err: (text) => streams.stderr.write(text),
    outColumns: viewOf(surroundings.stdout, surroundings.variables).columns,
    errColumns: viewOf(surroundings.stderr, surroundings.variables).columns,
  });
  try {
    await program.parseAsync([...args], { from: 'user' });
    return exit;
  } catch (error) {
    if (error instanceof CommanderError && answered.has(error.code)) return error.exitCode === 0 ? 0 : 2;
    return report(
      error,
      commandTyped(
        args,
        program.commands.map((command) => command.name()),
      ),
      wantsJson(args),
      null,
      surroundings,
      streams,
    );
  }
}

/** Runs one command and prints how it ended. The application is closed last, unless the person won't wait. */
async function runCommand(
  session: Session,
  surroundings: Surroundings,
  streams: Streams,
  act: (session: Session) => Promise<Outcome>,
): Promise<ExitCode> {
  const impatience = new Impatience(session);
  const endStops = surroundings.onStop((signal) => impatience.stop(signal));
  let exit: ExitCode;
  try {
    const outcome = await Promise.race([act(session), impatience.interrupted]);
    exit = outcome.exit;
    if (!session.json)
      streams.stdout.write(
        outcome
          .text(viewOf(surroundings.stdout, surroundings.variables))
          .map((line) => `${line}\n`)
          .join(''),
      );
    else if (outcome.json !== null) session.result(outcome.json);
  } catch (error) {
    exit = report(error, 'candor', session.json, session.campaign, surroundings, streams);
  }
  try {
    impatience.closing = true;
    await Promise.race([session.close(), impatience.forced]);
  } catch (error) {
    const closing = report(error, 'candor', false, session.campaign, surroundings, streams);
    exit = exit === 0 ? closing : exit;
  } finally {
    endStops();
  }
  return exit;
}

/** Stop signals that the command itself does not take: the first ends the command, one during closing ends the wait. */
class Impatience {
  closing = false;
  readonly levels = new StopLevels();
  readonly interrupted: Promise<never>;
  readonly forced: Promise<void>;
  #interrupt: (error: Error) => void = () => {};
  #force: () => void = () => {};

  constructor(readonly session: Session) {
    this.interrupted = new Promise((_, reject) => (this.#interrupt = reject));
    // Nobody may be listening any more when it comes.
    this.interrupted.catch(() => {});
    this.forced = new Promise((resolve) => (this.#force = resolve));
  }

  stop(signal: StopSignal): void {
    const level = this.levels.take(signal, this.session.surroundings.clock.monotonicMs());
    if (level === null) return;
    if (this.closing) {
      this.#force();
      return;
    }
    this.session.stop(signal, level);
    if (this.session.stopped.signal.aborted) this.#interrupt(new CandorError('interrupted'));
  }
}

function report(
  error: unknown,
  command: string,
  json: boolean,
  campaign: string | null,
  surroundings: Surroundings,
  streams: Streams,
): ExitCode {
  const shown = shownError(error, command);
  const debug = ['debug', 'trace'].includes(surroundings.variables['LOG_LEVEL'] ?? '');
  const lines = renderError(shown, viewOf(surroundings.stderr, surroundings.variables), debug);
  streams.stderr.write(
    [...lines, ...(campaign === null ? [] : [`  campaign: ${campaign}`])].map((line) => `${line}\n`).join(''),
  );
  if (json) streams.stdout.write(`${safeJson({ ...errorJson(shown), ...(campaign === null ? {} : { campaign }) })}\n`);
  return shown.exit;
}

/** True when `--json` stands among the flags, also where the rest could not be understood. */
function wantsJson(args: readonly string[]): boolean {
  const end = args.indexOf('--');
  return (end === -1 ? args : args.slice(0, end)).includes('--json');
}

/** The command whose help is of use: `candor send`, or `candor` when none was recognised. */
function commandTyped(args: readonly string[], commands: readonly string[]): string {
  const typed = args.find((argument) => commands.includes(argument));
  return typed === undefined ? 'candor' : `candor ${typed}`;
}
