// candor key rotate: another CANDOR_KEY for the same ledger.
import { text as textOf } from 'node:stream/consumers';
import type { Command } from 'commander';
import { readable } from '../readable.ts';
import { once, text } from '../arguments.ts';
import { addSharedOptions, declare, type Run } from '../command.ts';
import { counted } from '../figures.ts';
import type { SharedOptions } from '../session.ts';

interface RotateOptions extends SharedOptions {
  readonly to?: string;
}

export function addKey(program: Command, run: Run): void {
  const key = declare(program, {
    name: 'key',
    summary: 'exchange the key of the ledger',
    about: 'The key that every other key in the ledger is wrapped under.',
    examples: [['candor key rotate', 'a new one']],
  });
  const rotate = declare(key, {
    name: 'rotate',
    summary: 'exchange CANDOR_KEY for a new one',
    about:
      'The keys in the ledger are wrapped anew; nothing is sealed anew, so it takes a moment whatever the size. Stop every process first. Backups that were made before still need the key of then: keep it as long as them.',
    examples: [
      ['candor key rotate', 'where the key is the file in CANDOR_DATA: a new one is made'],
      [
        'openssl rand -base64 32 > new.key && candor key rotate --to new.key',
        'with CANDOR_KEY set: then set it to the new one',
      ],
    ],
  })
    .option('--to <file>', 'the file that holds the new key (44 characters of base64), or - for stdin', once(text))
    .action((options: RotateOptions) =>
      run(options, async (session) => {
        const { to } = options;
        const given =
          to === undefined
            ? null
            : { path: to, text: await textOf(to === '-' ? session.surroundings.stdin : await readable(to)) };
        const application = await session.open('ledger');
        const { keys, keyFile } = await application.rotateKey(given, session.actor);
        const next =
          keyFile === null
            ? 'Set CANDOR_KEY to the new key for every process before you start one.'
            : `The new key is in ${keyFile}: copy it to where you keep the old one.`;
        return {
          exit: 0,
          json: { keys, keyFile },
          text: () => [
            `${counted(keys, 'key')} wrapped under the new key.`,
            next,
            'Backups that were made before need the old key: keep it as long as them.',
          ],
        };
      }),
    );
  addSharedOptions(rotate, { json: true });
}
