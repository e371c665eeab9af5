// The words of a process that a bug ends: its code and where to look, never the message or stack of the
// error, because drivers quote values in them.
import { renderError, shownError } from './show-error.ts';
import { viewOf } from './view.ts';

/** Replaces Node's own report of uncaught errors and ends the process with 1, after its exit handlers. */
export function lastWords(program: NodeJS.Process): void {
  const end = (error: unknown): void => {
    const lines = renderError(shownError(error, 'candor'), viewOf(program.stderr, {}), false);
    program.stderr.write(`${lines.join('\n')}\n`);
    program.exit(1);
  };
  program.on('uncaughtException', end);
  program.on('unhandledRejection', end);
}
