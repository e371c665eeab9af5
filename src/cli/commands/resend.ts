// candor resend: a new round for notices that were refused, failed or are unconfirmed.
import type { Command } from 'commander';
import type { ResendRequest } from '../../campaigns/application.ts';
import { delicateStates, resendableStates, type NoticeState } from '../../domain/notice-state.ts';
import { CandorError } from '../../domain/errors.ts';
import { once, replyCode, resendStates, text } from '../arguments.ts';
import { declare, type Run } from '../command.ts';
import { counted } from '../figures.ts';
import { summaryForScripts } from '../for-scripts.ts';
import { workInForeground } from '../foreground.ts';
import { answeredOutcome, workedOutcome, type Outcome } from '../outcome.ts';
import type { Session, SharedOptions } from '../session.ts';

export interface ResendOptions extends SharedOptions {
  readonly state?: readonly NoticeState[];
  readonly code?: string;
  readonly reason?: string;
  readonly dryRun?: boolean;
  readonly detach?: boolean;
}

export function addResend(program: Command, run: Run): void {
  declare(program, {
    name: 'resend',
    summary: 'a new round for refused, failed and unconfirmed notices',
    about:
      'Every earlier attempt stays on record. An accepted notice is never sent again. Works in the foreground like send.',
    examples: [
      ['candor resend CAMPAIGN --dry-run', 'says how many would go, and changes nothing'],
      [
        'candor resend CAMPAIGN --state refused --code 5.7',
        'only those refused with an enhanced code that begins with 5.7',
      ],
    ],
  })
    .argument('<campaign>', 'the campaign', text)
    .option(
      '--state <states>',
      `only these states, separated by commas (default: ${resendableStates.join(',')})`,
      resendStates,
    )
    .option('--code <prefix>', 'only those whose last reply had this code: 550, 55, 5.1.1 or 5.1', once(replyCode))
    .option('--reason <text>', 'why; needed for suppressed and cancelled notices, recorded', once(text))
    .option('--dry-run', 'say how many would go, and change nothing')
    .option('--detach', 'leave the work to candor worker or candor serve')
    .action((campaign: string, options: ResendOptions) =>
      run(options, (session) => session.about(campaign, () => resend(session, campaign, options))),
    );
}

/** The request that these options make. Throws `usage` when a reason is needed and missing. */
export function toResendRequest(campaign: string, actor: string, options: ResendOptions): ResendRequest {
  const states = options.state ?? resendableStates;
  const delicate = states.find((state) => delicateStates.includes(state));
  if (delicate !== undefined && options.reason === undefined) {
    throw new CandorError('usage', {
      problem: `Sending ${delicate} notices needs --reason: it was decided not to send them.`,
      command: 'candor resend',
    });
  }
  return {
    campaign,
    actor,
    states,
    dryRun: options.dryRun === true,
    ...(options.code === undefined ? {} : { code: options.code }),
    ...(options.reason === undefined ? {} : { reason: options.reason }),
  };
}

async function resend(session: Session, campaign: string, options: ResendOptions): Promise<Outcome> {
  const request = toResendRequest(campaign, session.actor, options);
  const foreground = !request.dryRun && options.detach !== true;
  const application = await session.open(foreground ? 'work' : 'ledger');
  const chosen = await application.resend(request);
  const line = chosenLine(chosen, request.dryRun);
  if (foreground && chosen.total > 0) {
    session.say(line);
    return workInForeground(session, application, campaign);
  }
  const summary = await application.status(campaign);
  if (foreground) {
    session.say(line);
    return workedOutcome(summary);
  }
  return answeredOutcome(summary, [line], {
    ...summaryForScripts(summary),
    ...(request.dryRun ? { resend: chosen } : {}),
  });
}

function chosenLine(chosen: { total: number; states: Partial<Record<NoticeState, number>> }, dryRun: boolean): string {
  if (chosen.total === 0) return 'No notice fits: nothing to send again.';
  const parts = Object.entries(chosen.states).flatMap(([state, notices]) =>
    notices > 0 ? [`${notices} ${state}`] : [],
  );
  return `${counted(chosen.total, 'notice')} ${dryRun ? 'would go' : chosen.total === 1 ? 'goes' : 'go'} to a new round (${parts.join(', ')}).`;
}
