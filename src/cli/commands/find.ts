// candor find: was this address told? The address comes on stdin, never as an argument: arguments stand
// in the process list and in the shell's history.
import type { Command } from 'commander';
import { CandorError } from '../../domain/errors.ts';
import { declare, type Run } from '../command.ts';
import { renderFound } from '../render-found.ts';
import type { Session, SharedOptions } from '../session.ts';

/** Longer than any address with its quoting (RFC 5321: 320 octets), short enough to read at once. */
const mostBytes = 1000;

export function addFind(program: Command, run: Run): void {
  declare(program, {
    name: 'find',
    summary: 'was this address told, what, and when',
    about:
      'Reads one address from stdin and looks through every campaign. The answer never says more than is known: accepted by the relay is not proof of arrival.',
    examples: [
      ['candor find -', 'then type the address and press Enter'],
      ['candor find - --json < address.txt', 'for a script'],
    ],
  })
    .argument('[source]', '- for stdin, which is the only source')
    .action((source: string | undefined, options: SharedOptions) =>
      run(options, async (session) => {
        if (source !== undefined && source !== '-') throw new CandorError('address-as-argument');
        const address = await readAddress(session);
        const application = await session.open('ledger');
        const found = await application.find(address, session.actor);
        return { exit: 0, json: { found: found.length > 0, notices: found }, text: (view) => renderFound(found, view) };
      }),
    );
}

/** The one address in a text, trimmed. Throws `address-missing` when there is none, or more than one line. */
export function addressIn(input: string): string {
  const lines = input
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\r|\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const [address] = lines;
  if (address === undefined || lines.length > 1)
    throw new CandorError('address-missing', { lines: lines.length === 0 ? 'none' : `${lines.length} lines` });
  return address;
}

/** A person at a terminal ends with Enter, a pipe with its end. */
async function readAddress(session: Session): Promise<string> {
  const { stdin } = session.surroundings;
  if (stdin.isTTY === true) session.say('Type the address and press Enter:');
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stdin) {
    const piece = Buffer.from(chunk as string | Uint8Array);
    bytes += piece.length;
    if (bytes > mostBytes) throw new CandorError('address-missing', { lines: 'more than 1,000 bytes' });
    chunks.push(piece);
    if (stdin.isTTY === true && piece.includes(0x0a)) break;
  }
  return addressIn(Buffer.concat(chunks).toString('utf8'));
}
