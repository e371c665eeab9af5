// The commands, their flags and the help that teaches them. Parsing has no effect by itself: each
// action hands a request to `run`.
import { Command, type Argument } from 'commander';
import { addSharedOptions, type Run } from './command.ts';
import { addBackup, addRestore } from './commands/backup.ts';
import { addCheck } from './commands/check.ts';
import { addDoctor } from './commands/doctor.ts';
import { addExport } from './commands/export.ts';
import { addFind } from './commands/find.ts';
import { addKey } from './commands/key.ts';
import { addPreview } from './commands/preview.ts';
import { addRate } from './commands/rate.ts';
import { addResend } from './commands/resend.ts';
import { addResume } from './commands/resume.ts';
import { addReturns } from './commands/returns.ts';
import { addSend } from './commands/send.ts';
import { addServe, addWorker } from './commands/serve.ts';
import { addStatus } from './commands/status.ts';
import { addCancel, addPause } from './commands/stop.ts';

export interface ProgramOutput {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly outColumns: number;
  readonly errColumns: number;
}

const epilogue = `
The usual way:
  $ candor check recipients.csv
  $ candor preview templates/mixpanel-2025-11 --out letters
  $ candor send recipients.csv --kit templates/mixpanel-2025-11
  $ candor status --watch

Exit codes:
  0  all accepted (check: all rows valid; status, find, pause…: answered)
  1  unexpected failure
  2  wrong usage or configuration, unusable file, unknown campaign
  3  finished, but some rows were invalid or some notices not accepted
  4  stopped before the end (held, paused, cancelled); says why and what next

Environment:
  SMTP_URL      the relay; without it the built-in inbox (a rehearsal)
  DATABASE_URL  the ledger; without it a Postgres in CANDOR_DATA (./data)
  REDIS_URL     the queue; without it the ledger's Postgres
  CANDOR_KEY    seals all personal data; made by itself for a ledger in ./data
  docs/CONFIG.md explains them all, candor doctor checks them.`;

/** `<file>` or `[campaign]`, as in the usage line. */
function argumentTerm(argument: Argument): string {
  return argument.required ? `<${argument.name()}>` : `[${argument.name()}]`;
}

/** The whole command line. Throws CommanderError instead of ending the process. */
export function buildProgram(run: Run, version: string, now: () => Date, output: ProgramOutput): Command {
  const program = new Command('candor')
    .description('Tells people, one by one, that an incident touched their data, or that it did not, and keeps proof.')
    .version(version, '--version', 'print the version')
    .helpOption('-h, --help', 'show this help')
    .helpCommand('help [command]', 'show the help of a command')
    .showSuggestionAfterError(true)
    .exitOverride()
    .configureOutput({
      writeOut: output.out,
      writeErr: output.err,
      // Errors are printed by runCli, in one shape.
      outputError: () => {},
      getOutHelpWidth: () => Math.min(output.outColumns, 100),
      getErrHelpWidth: () => Math.min(output.errColumns, 100),
    })
    .configureHelp({
      // `help` itself needs no line: it is what one reads.
      visibleCommands: (command) => [...command.commands],
      subcommandTerm: (command) => [command.name(), ...command.registeredArguments.map(argumentTerm)].join(' '),
    })
    .addHelpText('after', epilogue);
  program.commandsGroup('Before a campaign:');
  addCheck(program, run);
  addPreview(program, run);
  addDoctor(program, run);
  program.commandsGroup('A campaign:');
  addSend(program, run, now);
  addResume(program, run);
  addResend(program, run);
  addPause(program, run);
  addCancel(program, run);
  addRate(program, run);
  program.commandsGroup('Answers and proof:');
  addStatus(program, run);
  addFind(program, run);
  addExport(program, run);
  addReturns(program, run);
  program.commandsGroup('Processes and the ledger:');
  addServe(program, run);
  addWorker(program, run);
  addBackup(program, run);
  addRestore(program, run);
  addKey(program, run);
  // A process that works until it is stopped has no result to print.
  for (const command of program.commands.filter(({ commands }) => commands.length === 0))
    addSharedOptions(command, { json: command.name() !== 'worker' });
  return program;
}
