// candor pause and candor cancel: nothing new starts one second after the answer, and the answer says
// what was on the wire.
import type { Command } from 'commander';
import { text } from '../arguments.ts';
import { declare, type Run } from '../command.ts';
import { counted } from '../figures.ts';
import { answeredOutcome } from '../outcome.ts';
import type { SharedOptions } from '../session.ts';

export function addPause(program: Command, run: Run): void {
  addStop(program, run, 'pause', 'Paused', {
    summary: 'stop a campaign; candor resume goes on',
    about: 'No new letter starts; what is on the wire is finished.',
    purpose: 'stops it on every machine',
  });
}

export function addCancel(program: Command, run: Run): void {
  addStop(program, run, 'cancel', 'Cancelled', {
    summary: 'end a campaign for good',
    about:
      'No new letter starts; what is on the wire is finished; whoever was not told yet is not told by this campaign. Use pause if you are not sure.',
    purpose: 'ends it on every machine',
  });
}

function addStop(
  program: Command,
  run: Run,
  name: 'pause' | 'cancel',
  done: string,
  words: { summary: string; about: string; purpose: string },
): void {
  declare(program, {
    name,
    summary: words.summary,
    about: words.about,
    examples: [[`candor ${name} CAMPAIGN`, words.purpose]],
  })
    .argument('<campaign>', 'the campaign', text)
    .action((campaign: string, options: SharedOptions) =>
      run(options, async (session) => {
        const application = await session.open('ledger');
        const { summary, onTheWire } = await application[name](campaign, session.actor);
        const line = `${done}: ${counted(summary.states.accepted, 'notice')} accepted, ${counted(onTheWire, 'letter')} on the wire.`;
        return answeredOutcome(summary, [line], { ...summary, onTheWire });
      }),
    );
}
