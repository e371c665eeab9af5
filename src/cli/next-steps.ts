// What a person can do after a command, from the state that the campaign is in; and the exit code that
// tells the same to a script. Pure.
import { noticeStates, resendableStates, sumOf } from '../domain/notice-state.ts';
import { unattended, type CampaignSummary } from '../domain/summary.ts';
import { counted } from './figures.ts';

/** 0 all accepted or answered, 1 unexpected, 2 usage or configuration, 3 finished with exceptions, 4 stopped before the end. */
export type ExitCode = 0 | 1 | 2 | 3 | 4;

/** One thing to do next. */
export interface NextStep {
  readonly why: string;
  readonly command: string;
}

/** The exit code of a command that works a campaign to its end. */
export function exitCodeFor(summary: CampaignSummary): ExitCode {
  if (summary.state !== 'finished') return 4;
  return summary.invalid === 0 && summary.states.accepted === summary.notices ? 0 : 3;
}

/** What can be done now, the most useful first. Empty when everybody was told and nothing is left. */
export function nextSteps(summary: CampaignSummary): NextStep[] {
  const { campaign } = summary;
  switch (summary.state) {
    case 'draft':
      return [];
    case 'ready':
      return [
        { why: 'A worker must run at its start time', command: 'candor worker' },
        { why: 'To call it off', command: `candor cancel ${campaign}` },
      ];
    case 'running':
      return [
        ...(unattended(summary)
          ? [
              { why: 'To work on it here', command: `candor resume ${campaign}` },
              { why: 'To have whatever is running worked on, here or on another machine', command: 'candor worker' },
            ]
          : [{ why: 'It goes on wherever a worker runs; to work on it here', command: `candor resume ${campaign}` }]),
        { why: 'To stop it everywhere', command: `candor pause ${campaign}` },
      ];
    case 'paused':
      return [
        { why: 'To go on', command: `candor resume ${campaign}` },
        { why: 'To end it for good', command: `candor cancel ${campaign}` },
      ];
    case 'held':
      return [
        { why: 'When that is settled, go on', command: `candor resume ${campaign}` },
        { why: 'To end it for good', command: `candor cancel ${campaign}` },
      ];
    case 'finished':
    case 'cancelled':
      return [
        ...untold(summary),
        ...(summary.rehearsal
          ? [
              {
                why: 'This was a rehearsal. To tell people, set SMTP_URL and MAIL_FROM, then',
                command: 'candor send FILE --kit KIT',
              },
            ]
          : []),
      ];
  }
}

/** What helps those whom the campaign did not reach. A rehearsal reached nobody and owes nobody a letter. */
function untold(summary: CampaignSummary): NextStep[] {
  const { campaign, states } = summary;
  const again = sumOf(states, resendableStates);
  // Who was left out was told by an earlier campaign.
  const others = summary.notices - states.accepted - states.suppressed;
  const which = noticeStates
    .filter((state) => state !== 'accepted' && state !== 'suppressed' && states[state] > 0)
    .join(',');
  return [
    ...(again > 0 && summary.state === 'finished'
      ? [{ why: `To try ${counted(again, 'notice')} once more`, command: `candor resend ${campaign}` }]
      : []),
    ...(others > 0 && !summary.rehearsal
      ? [
          {
            why: `To reach the other ${counted(others, 'recipient')} over another channel`,
            command: `candor export ${campaign} --state ${which} --with-addresses --out DIR`,
          },
        ]
      : []),
    ...(summary.invalid > 0
      ? [
          {
            why: `To see what is wrong with the ${counted(summary.invalid, 'invalid row')}`,
            command: 'candor check FILE --invalid OUT.csv',
          },
        ]
      : []),
  ];
}
