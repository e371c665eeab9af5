// candor returns: what came back.
import type { Command } from 'commander';
import type { NamedReturn } from '../../campaigns/read-returns.ts';
import { returnKinds, type ReturnKind } from '../../domain/returned.ts';
import { text } from '../arguments.ts';
import { declare, type Run } from '../command.ts';
import { renderReturns } from '../render-returns.ts';
import type { SharedOptions } from '../session.ts';

export interface ReturnsOptions extends SharedOptions {
  readonly dryRun: true;
}

export function addReturns(program: Command, run: Run): void {
  declare(program, {
    name: 'returns',
    summary: 'say what returned mail means',
    about:
      'Reads messages that came back (a file of one message, an mbox, a folder, a Maildir, or - for standard input) and says of each what it is, whom it names and which letter it returns. Nothing is stored and no notice changes.',
    examples: [
      ['candor returns bounces.mbox --dry-run', 'what lies in a mailbox, counted by kind'],
      ['candor returns Maildir/ --dry-run --json', 'a JSON object a line for each message'],
    ],
  })
    .argument('<path>', 'a file, a folder, or - for standard input', text)
    .requiredOption('--dry-run', 'say what would be understood; store nothing')
    .action((path: string, options: ReturnsOptions) =>
      run(options, async (session) => {
        const application = await session.open('none');
        const counts = new Map<ReturnKind, number>(returnKinds.map((kind) => [kind, 0]));
        await application.readReturns(path === '-' ? session.surroundings.stdin : path, (each) => {
          counts.set(each.kind, (counts.get(each.kind) ?? 0) + 1);
          if (session.json) session.result(forScripts(each));
        });
        return { exit: 0, json: null, text: (view) => renderReturns(counts, view) };
      }),
    );
}

/** The keys that scripts rely on (README). */
function forScripts({ id, kind, recipients, referencesOriginal, notice }: NamedReturn): object {
  return { id, kind, recipients, references_original: referencesOriginal, notice };
}
