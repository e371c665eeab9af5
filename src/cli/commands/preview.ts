// candor preview: what every group would read, as files; and test letters to one's own address.
import type { Command } from 'commander';
import { once, text } from '../arguments.ts';
import { declare, type Run } from '../command.ts';
import { counted, kitFindingTexts, kitText } from '../figures.ts';
import { safeText } from '../safe-text.ts';
import type { SharedOptions } from '../session.ts';

export interface PreviewOptions extends SharedOptions {
  readonly out: string;
  readonly to?: string;
}

export function addPreview(program: Command, run: Run): void {
  declare(program, {
    name: 'preview',
    summary: 'write what each audience reads, in each language',
    about:
      'Each letter as html, txt and eml, filled with sample data. With --to they also go to one address of your own, marked as tests.',
    examples: [
      ['candor preview templates/mixpanel-2025-11 --out letters', 'then open letters/*.html'],
      [
        'candor preview templates/mixpanel-2025-11 --out letters --to reviewer@example.com',
        'to see them in a mail program',
      ],
    ],
  })
    .argument('<kit>', 'the kit', text)
    .requiredOption('--out <dir>', 'the folder to write to', once(text))
    .option('--to <address>', 'also send the test letters to this address of your own', once(text))
    .action((kit: string, options: PreviewOptions) =>
      run(options, async (session) => {
        const application = await session.open(options.to === undefined ? 'none' : 'work');
        const written = await application.preview({
          kit,
          out: options.out,
          ...(options.to === undefined ? {} : { to: options.to }),
        });
        const sent = options.to === undefined ? [] : [`The relay accepted ${counted(written.sentTo, 'test letter')}.`];
        return {
          exit: 0,
          json: written,
          text: () => [
            `Kit ${safeText(kitText(written.kit))}`,
            ...kitFindingTexts(written.kit).map((text) => `  ${safeText(text)}`),
            `${counted(written.files.length, 'file')}:`,
            ...written.files.map((file) => `  ${safeText(file)}`),
            ...sent,
          ],
        };
      }),
    );
}
