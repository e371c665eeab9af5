// candor status: the account of a campaign now, or as it goes on.
import type { Command } from 'commander';
import type { Application } from '../../campaigns/application.ts';
import type { CampaignSummary } from '../../domain/summary.ts';
import { text } from '../arguments.ts';
import { declare, type Run } from '../command.ts';
import { answeredOutcome } from '../outcome.ts';
import type { Session, SharedOptions } from '../session.ts';

export interface StatusOptions extends SharedOptions {
  readonly watch?: boolean;
}

/** How often `--watch` asks the ledger. */
const watchMs = 1000;

export function addStatus(program: Command, run: Run): void {
  declare(program, {
    name: 'status',
    summary: 'counts, rate and time left of a campaign',
    about: 'Read from the ledger, so that it is right whoever does the work. Exit code 0 whatever the answer.',
    examples: [
      ['candor status', 'the campaign that was launched last'],
      ['candor status CAMPAIGN --watch', 'keeps looking until it ends; Ctrl-C stops looking, not the campaign'],
    ],
  })
    .argument('[campaign]', 'the campaign (default: the one launched last)', text)
    .option('--watch', 'keep looking until it is finished or cancelled')
    .action((campaign: string | undefined, options: StatusOptions) =>
      run(options, async (session) => {
        const application = await session.open('ledger');
        const summary = await application.status(campaign ?? null);
        return answeredOutcome(options.watch === true ? await watch(session, application, summary) : summary);
      }),
    );
}

/** Looks until the campaign ends or the person has seen enough; answers what was seen last. */
async function watch(session: Session, application: Application, first: CampaignSummary): Promise<CampaignSummary> {
  const enough = new AbortController();
  let latest = first;
  await session.withDisplay((display) =>
    session.takingStops(
      () => enough.abort(),
      async () => {
        display.update(latest);
        while (latest.state !== 'finished' && latest.state !== 'cancelled') {
          await pause(session, enough.signal);
          if (enough.signal.aborted) break;
          latest = await application.status(first.campaign);
          display.update(latest);
        }
      },
    ),
  );
  return latest;
}

/** Until it is time to look again, or the signal aborts. */
function pause(session: Session, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const cancel = session.surroundings.after(watchMs, resolve);
    signal.addEventListener(
      'abort',
      () => {
        cancel();
        resolve();
      },
      { once: true },
    );
  });
}
