// candor rate: changes how fast a campaign may go, while it runs.
import type { Command } from 'commander';
import { CandorError } from '../../domain/errors.ts';
import { domainName, once, perSecond, text } from '../arguments.ts';
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
      ['candor rate CAMPAIGN 5 --domain example.com', 'at most 5 per second to recipients there'],
      ['candor rate CAMPAIGN none --domain example.com', 'no limit of its own for them any more'],
    ],
  })
    .argument('<campaign>', 'the campaign', text)
    .argument('<n>', 'notices per second; with --domain also none', (value: string) =>
      value === 'none' ? null : perSecond(value),
    )
    .option('--domain <name>', 'the limit of one receiving domain, on top of the rate', once(domainName))
    .action((campaign: string, limit: number | null, options: SharedOptions & { domain?: string }) =>
      run(options, async (session) => {
        const { domain } = options;
        if (domain !== undefined) {
          const summary = await (await session.open('ledger')).domainRate(campaign, domain, limit, session.actor);
          return answeredOutcome(
            summary,
            [
              limit === null
                ? `${domain} has no limit of its own now.`
                : `The limit of ${domain} is ${exactRate(limit)} now.`,
            ],
            summary,
          );
        }
        if (limit === null)
          throw new CandorError('usage', {
            problem: 'The rate of all is a number; only with --domain it may be none.',
            command: 'candor rate',
          });
        const summary = await (await session.open('ledger')).rate(campaign, limit, session.actor);
        return answeredOutcome(summary, [`The limit is ${exactRate(limit)} now.`], summary);
      }),
    );
}
