// How every command is declared: name, summary, shared flags, and its examples in the help.
import type { Command } from 'commander';
import { actor, once } from './arguments.ts';
import type { Outcome } from './outcome.ts';
import type { Session, SharedOptions } from './session.ts';

/** Runs one command: opens a session with the shared options, prints the outcome, closes. */
export type Run = (options: SharedOptions, act: (session: Session) => Promise<Outcome>) => Promise<void>;

interface Description {
  readonly name: string;
  readonly summary: string;
  /** Longer text for the command's own help. */
  readonly about: string;
  /** Real calls, each with what it is for. */
  readonly examples: readonly (readonly [command: string, purpose: string])[];
}

/** Adds a command to the program; its own arguments and flags follow. */
export function declare(program: Command, description: Description): Command {
  return program
    .command(description.name)
    .summary(description.summary)
    .description(
      `${description.summary.charAt(0).toUpperCase()}${description.summary.slice(1)}.\n\n${description.about}`,
    )
    .addHelpText(
      'after',
      `\nExamples:\n${description.examples.map(([call, purpose]) => `  $ ${call}\n      ${purpose}`).join('\n')}`,
    );
}

/** The flags of every command, below its own. */
export function addSharedOptions(command: Command, options: { json: boolean }): void {
  command.option('--actor <name>', 'who is doing this, for the event log (default: the system user)', once(actor));
  if (options.json) command.option('--json', 'print exactly one JSON object on stdout');
}
