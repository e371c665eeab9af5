// candor rate: changes how fast a campaign may go, while it runs.
import type { Command } from 'commander';
import { perSecond, text } from '../arguments.ts';
import { declare, type Run } from '../command.ts';
import { exactRate } from '../figures.ts';
import { answeredOutcome } from '../outcome.ts';
import type { SharedOptions } from '../session.ts';

export function addRate(program: Command, run: Run): void {
  declare(program, {
    name: 'rate',
    summary: 'change the rate of a campaign, also while it runs',
    about: 'The rate holds over all processes that work on it. It is a limit, not a promise of speed.',
    examples: [
      ['candor rate CAMPAIGN 20', 'at most 20 notices per second'],
      ['candor rate CAMPAIGN 0.5', 'at most one every two seconds'],
    ],
  })
    .argument('<campaign>', 'the campaign', text)
    .argument('<n>', 'notices per second', perSecond)
    .action((campaign: string, limit: number, options: SharedOptions) =>
      run(options, async (session) => {
        const application = await session.open('ledger');
        const summary = await application.rate(campaign, limit, session.actor);
        return answeredOutcome(summary, [`The limit is ${exactRate(limit)} now.`], summary);
      }),
    );
}
