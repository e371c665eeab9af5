// candor check: what a recipient file holds, without a ledger and without storing anything.
import type { Command } from 'commander';
import type { CheckRequest } from '../../campaigns/application.ts';
import type { Audience } from '../../domain/audience.ts';
import type { EncodingName } from '../../domain/encoding.ts';
import { audience, encoding, once, text } from '../arguments.ts';
import { declare, type Run } from '../command.ts';
import { reportForScripts } from '../for-scripts.ts';
import { renderCheck } from '../render-check.ts';
import type { SharedOptions } from '../session.ts';

export interface CheckOptions extends SharedOptions {
  readonly audience?: Audience;
  readonly encoding?: EncodingName;
  readonly kit?: string;
  readonly invalid?: string;
}

export function addCheck(program: Command, run: Run): void {
  declare(program, {
    name: 'check',
    summary: 'check a recipient file; nothing is stored',
    about:
      'Reads the whole file and says how many rows are valid, who would be told, and what is wrong with the others, by row number (the header is row 1). Exit code 3 when a row is invalid.',
    examples: [
      ['candor check recipients.csv', 'the account and the first problems'],
      ['candor check recipients.csv --invalid to-fix.csv', 'writes the invalid rows, each with its reason'],
    ],
  })
    .argument('<file>', 'the recipient file (CSV)', text)
    .option('--invalid <out.csv>', 'write the invalid rows with a reason column (mode 0600)', once(text))
    .option('--audience <audience>', 'the audience of every row, for a file without that column', once(audience))
    .option(
      '--encoding <name>',
      'the code page of the file, where it is not UTF-8, UTF-16 or Windows-1252',
      once(encoding),
    )
    .option('--kit <dir>', 'the kit whose languages count (default: the only one there is)', once(text))
    .action((file: string, options: CheckOptions) =>
      run(options, async (session) => {
        const application = await session.open('none');
        const report = await application.check(toCheckRequest(file, options));
        return {
          exit: report.invalid === 0 ? 0 : 3,
          json: reportForScripts(report),
          text: (view) => renderCheck(report, options.invalid ?? null, view),
        };
      }),
    );
}

/** The request that these options make. */
export function toCheckRequest(file: string, options: CheckOptions): CheckRequest {
  return {
    path: file,
    ...(options.audience === undefined ? {} : { audience: options.audience }),
    ...(options.encoding === undefined ? {} : { encoding: options.encoding }),
    ...(options.kit === undefined ? {} : { kit: options.kit }),
    ...(options.invalid === undefined ? {} : { invalidOut: options.invalid }),
  };
}
