// One run of one command: its streams, its actor, the way to the application, and who is listening to
// Ctrl-C. Closes what it opened.
import type { Application } from '../campaigns/application.ts';
import { wrap } from './layout.ts';
import { readableLog } from './log-line.ts';
import { startDisplay, type ProgressDisplay } from './progress-display.ts';
import type { QuietStream } from './output.ts';
import { safeJson } from './safe-text.ts';
import type { StopLevel } from './stop-level.ts';
import type { Needs, StopSignal, Surroundings } from './surroundings.ts';
import { textColumns, viewOf, type View } from './view.ts';

/** What every command may be given. */
export interface SharedOptions {
  readonly json?: boolean;
  readonly actor?: string;
}

/** Takes a stop signal and how serious it is. */
export type OnStop = (signal: StopSignal, level: StopLevel) => void;

export class Session {
  readonly surroundings: Surroundings;
  readonly json: boolean;
  readonly actor: string;
  /** Aborted by the first stop signal that no part of the command has taken over. */
  readonly stopped = new AbortController();
  /** The campaign that the command is about, once that is known: for the words of an error. */
  campaign: string | null = null;
  readonly #systemUser: string;
  readonly #stdout: QuietStream;
  readonly #stderr: QuietStream;
  #opening: Promise<Application> | null = null;
  #display: ProgressDisplay | null = null;
  #onStop: OnStop = () => this.stopped.abort();

  constructor(
    surroundings: Surroundings,
    streams: { stdout: QuietStream; stderr: QuietStream },
    options: SharedOptions,
  ) {
    this.surroundings = surroundings;
    this.#stdout = streams.stdout;
    this.#stderr = streams.stderr;
    this.json = options.json === true;
    this.#systemUser = systemActor(surroundings);
    this.actor = options.actor ?? this.#systemUser;
  }

  /** The application, opened once. A command asks for the same needs each time. */
  open(needs: Needs): Promise<Application> {
    this.#opening ??= this.surroundings.open({
      needs,
      env: this.surroundings.variables,
      actor: this.actor,
      ...(this.actor === this.#systemUser ? {} : { claimedBy: this.#systemUser }),
      say: (line) => this.say(line),
      log: { write: (chunk) => this.#print(this.surroundings.stderr.isTTY === true ? readableLog(chunk) : chunk) },
      signal: this.stopped.signal,
    });
    return this.#opening;
  }

  /** Tells the person a sentence on stderr; a log keeps it on one line. */
  say(sentence: string): void {
    const view = this.errView;
    this.show(this.surroundings.stderr.isTTY === true ? wrap(sentence, textColumns(view)) : [sentence]);
  }

  /** Writes lines to stderr as they are. */
  show(lines: readonly string[]): void {
    this.#print(lines.map((line) => `${line}\n`).join(''));
  }

  /** Prints the one JSON object of this run on stdout. */
  result(object: object): void {
    this.#stdout.write(`${safeJson(object)}\n`);
  }

  /** Runs a part of the command that is about this campaign. */
  async about<T>(campaign: string, act: () => Promise<T>): Promise<T> {
    this.campaign = campaign;
    return act();
  }

  /** How stderr shows text. */
  get errView(): View {
    return viewOf(this.surroundings.stderr, this.surroundings.variables);
  }

  /** Runs `work` with a progress display that everything else on stderr respects. */
  async withDisplay<T>(work: (display: ProgressDisplay) => Promise<T>): Promise<T> {
    const display = startDisplay(this.surroundings, (text) => this.#stderr.write(text));
    this.#display = display;
    try {
      return await work(display);
    } finally {
      this.#display = null;
      display.stop();
    }
  }

  /** Gives stop signals to the handler while `work` runs. */
  async takingStops<T>(handler: OnStop, work: () => Promise<T>): Promise<T> {
    const before = this.#onStop;
    this.#onStop = handler;
    try {
      return await work();
    } finally {
      this.#onStop = before;
    }
  }

  /** A stop signal came. */
  stop(signal: StopSignal, level: StopLevel): void {
    this.#onStop(signal, level);
  }

  /** Closes the application, also one that was still being opened; one that could not be opened is no concern. */
  async close(): Promise<void> {
    const opening = this.#opening;
    this.#opening = null;
    const application = await opening?.catch(() => null);
    await application?.close();
  }

  #print(text: string): void {
    if (this.#display === null) this.#stderr.write(text);
    else this.#display.print(text);
  }
}

/** The system user; a container may run under a number without a name. */
function systemActor(surroundings: Surroundings): string {
  try {
    return surroundings.userName() || 'unknown';
  } catch {
    return 'unknown';
  }
}
