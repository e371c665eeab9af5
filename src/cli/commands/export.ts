// candor export: the per-notice record of a campaign, as files.
import type { Command } from 'commander';
import type { NoticeState } from '../../domain/notice-state.ts';
import { once, states, text } from '../arguments.ts';
import { declare, type Run } from '../command.ts';
import { counted } from '../figures.ts';
import { safeText } from '../safe-text.ts';
import type { SharedOptions } from '../session.ts';

export interface ExportOptions extends SharedOptions {
  readonly out: string;
  readonly state?: readonly NoticeState[];
  readonly withAddresses?: boolean;
}

export function addExport(program: Command, run: Run): void {
  declare(program, {
    name: 'export',
    summary: 'write the per-notice record of a campaign',
    about:
      'Without --with-addresses the files hold no personal data. With it they are the list of victims: readable by you only, and the export is recorded.',
    examples: [
      ['candor export CAMPAIGN --out proof', 'the record of every notice and attempt'],
      [
        'candor export CAMPAIGN --out letters --state refused,failed --with-addresses',
        'whom to tell over another channel',
      ],
    ],
  })
    .argument('<campaign>', 'the campaign', text)
    .requiredOption('--out <dir>', 'the folder to write to', once(text))
    .option('--state <states>', 'only notices in these states, separated by commas', states)
    .option('--with-addresses', 'with the addresses, for a second channel; recorded')
    .action((campaign: string, options: ExportOptions) =>
      run(options, async (session) => {
        const application = await session.open('ledger');
        const written = await application.export({
          campaign,
          out: options.out,
          withAddresses: options.withAddresses === true,
          actor: session.actor,
          ...(options.state === undefined ? {} : { states: options.state }),
        });
        return {
          exit: 0,
          json: { campaign, ...written },
          text: () => [
            `${counted(written.notices, 'notice')} in ${counted(written.files.length, 'file')}:`,
            ...written.files.map((file) => `  ${safeText(file)}`),
          ],
        };
      }),
    );
}
