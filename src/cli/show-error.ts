// What a person and a script are told about an error. Expected problems have a code, a sentence and
// help. Of anything else only its name, code and place are told, because drivers quote values (and so
// addresses) in their messages. Pure.
import { CommanderError } from 'commander';
import { CandorError } from '../domain/errors.ts';
import { asTooManyOpenFiles } from '../domain/open-files.ts';
import { describeError } from '../runtime/logger.ts';
import { wrap } from './layout.ts';
import type { ExitCode } from './next-steps.ts';
import { palette } from './palette.ts';
import { safeLines, withoutAddresses } from './safe-text.ts';
import { textColumns, type View } from './view.ts';

/** An error as it may be shown. `frames` is where it happened, for LOG_LEVEL=debug. */
export interface ShownError {
  readonly code: string;
  readonly message: string;
  readonly help: string;
  readonly exit: ExitCode;
  readonly frames: readonly string[];
}

/** Translates any thrown value. `command` is the command as typed so far, for the pointer to its help. */
export function shownError(error: unknown, command: string): ShownError {
  if (error instanceof CommanderError) return shownError(usageError(error, command), command);
  // Whatever was tried, and whatever it was taken for: this is what has to be changed.
  const told = asTooManyOpenFiles(error) ?? error;
  if (told instanceof CandorError)
    return { code: told.code, message: told.message, help: told.help, exit: told.exit, frames: [] };
  const known = describeError(error);
  const name = typeof known['name'] === 'string' ? known['name'] : 'Error';
  const code = typeof known['code'] === 'string' || typeof known['code'] === 'number' ? ` ${known['code']}` : '';
  const frames = Array.isArray(known['frames']) ? known['frames'].map(String) : [];
  return { ...shownError(new CandorError('unexpected', { what: `${name}${code}` }), command), frames };
}

/** The error as lines for stderr. */
export function renderError(shown: ShownError, view: View, withFrames: boolean): string[] {
  const width = textColumns(view);
  const paint = palette(view.color);
  const [first = '', ...rest] = wrap(safeLines(shown.message), width - 7);
  return [
    `${paint.bad(paint.strong('error'))}: ${first}`,
    ...rest.map((line) => `       ${line}`),
    ...wrap(safeLines(shown.help), width, '  '),
    paint.faint(`  code: ${shown.code}`),
    ...(withFrames ? shown.frames : []),
  ];
}

/** The same for stdout with `--json`. */
export function errorJson(shown: ShownError): { error: { code: string; message: string; help: string } } {
  return { error: { code: shown.code, message: shown.message, help: shown.help } };
}

/** Commander's complaint as a coded error. What was mistyped may be an address or a secret: only names are repeated. */
function usageError(error: CommanderError, command: string): CandorError {
  const sentence = error.message.replace(/^error: /, '').replaceAll(/(unknown option '[^'=]*)=[^']*'/g, "$1'");
  return new CandorError('usage', { problem: withoutAddresses(capital(sentence)), command }, { cause: error });
}

function capital(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}
