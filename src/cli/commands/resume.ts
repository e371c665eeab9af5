// candor resume: goes on with a campaign that was paused, held or left behind by a process that ended.
import type { Command } from 'commander';
import { text } from '../arguments.ts';
import { declare, type Run } from '../command.ts';
import { workInForeground } from '../foreground.ts';
import { answeredOutcome } from '../outcome.ts';
import type { SharedOptions } from '../session.ts';

export interface ResumeOptions extends SharedOptions {
  readonly detach?: boolean;
}

export function addResume(program: Command, run: Run): void {
  declare(program, {
    name: 'resume',
    summary: 'go on with a campaign that was paused, held or interrupted',
    about:
      'Works in the foreground like send. Several processes may work on the same campaign; the rate holds over all of them.',
    examples: [
      ['candor resume CAMPAIGN', 'goes on where it stopped'],
      ['candor resume CAMPAIGN --detach', 'lets the running workers go on'],
    ],
  })
    .argument('<campaign>', 'the campaign', text)
    .option('--detach', 'leave the work to candor worker or candor serve')
    .action((campaign: string, options: ResumeOptions) =>
      run(options, (session) =>
        session.about(campaign, async () => {
          const application = await session.open(options.detach === true ? 'ledger' : 'work');
          const summary = await application.resume(campaign, session.actor);
          return options.detach === true ? answeredOutcome(summary) : workInForeground(session, application, campaign);
        }),
      ),
    );
}
