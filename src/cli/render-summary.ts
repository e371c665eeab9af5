// The account of a campaign for people: every row and every notice, what each state means, and what to
// do next. It never says more than is known: accepted is what the relay answered, not delivery. Pure.
import { holdReasons } from '../domain/delivery-result.ts';
import { holdTexts } from '../domain/hold-reasons.ts';
import { noticeStateRows, noticeStates } from '../domain/notice-state.ts';
import { accountHolds, restoredText, unattended, unattendedTexts, type CampaignSummary } from '../domain/summary.ts';
import { count, counted, duration, exactRate, moment, rate } from './figures.ts';
import { displayWidth, padEnd, padStart, wrap } from './layout.ts';
import { nextSteps } from './next-steps.ts';
import { campaignStyles, noticeStyle, palette, type Palette } from './palette.ts';
import { safeText } from './safe-text.ts';
import { textColumns, type View } from './view.ts';

/** What is said of `sending` while nobody is at work who could have it on the wire. */
const leftBehind = 'On the wire when its worker went; unconfirmed when another is at work.';

/** Where the mail goes, in words. */
export function destination(summary: Pick<CampaignSummary, 'rehearsal' | 'relay'>): string {
  if (!summary.rehearsal) return `relay ${safeText(summary.relay)}`;
  return summary.relay === 'inbox'
    ? 'built-in inbox: rehearsal, nothing leaves this machine'
    : `rehearsal over ${safeText(summary.relay)}`;
}

/** The whole summary, a line per element. */
export function renderSummary(summary: CampaignSummary, view: View): string[] {
  const width = textColumns(view);
  const paint = palette(view.color);
  return [
    ...wrap(`Campaign ${summary.campaign}: ${summary.state.toUpperCase()}`, width).map((line) =>
      paint[campaignStyles[summary.state]](line),
    ),
    ...wrap(destination(summary), width, '  ').map(summary.rehearsal ? paint.caution : paint.plain),
    ...(summary.startAt === null ? [] : [`  starts ${moment(new Date(summary.startAt))}`]),
    ...renderReason(summary, width, paint),
    ...renderOrigin(summary, width, paint),
    ...(unattended(summary) ? wrap(unattendedTexts.message, width, '  ').map(paint.caution) : []),
    '',
    ...renderAccount(summary, width),
    '',
    ...stateRows(summary, width, paint),
    ...balance(summary, width, paint),
    '',
    ...wrap(effort(summary), width),
    ...maybeAccepted(summary, width, paint),
    ...renderNextSteps(summary, width, paint),
  ];
}

/** The equation of the rows, in one sentence. */
export function renderAccount(
  account: Pick<CampaignSummary, 'rows' | 'invalid' | 'merged' | 'notices' | 'conflicts'>,
  width: number,
): string[] {
  const equation = `${counted(account.rows, 'row')} = ${count(account.invalid)} invalid + ${count(account.merged)} merged into another + ${counted(account.notices, 'notice')}`;
  const conflicts =
    account.conflicts === 0
      ? []
      : wrap(
          `${counted(account.conflicts, 'address has', 'addresses have')} rows that disagree about the audience: the affected letter wins.`,
          width,
          '  ',
        );
  return [...wrap(equation, width), ...conflicts];
}

/** The steps that can follow, each command on a line of its own so that it can be copied. */
export function renderNextSteps(summary: CampaignSummary, width: number, paint: Palette): string[] {
  const steps = nextSteps(summary);
  if (steps.length === 0) return [];
  return ['', ...steps.flatMap((step) => [...wrap(`${step.why}:`, width), `  ${paint.strong(step.command)}`])];
}

/** Why a campaign stands still: a sentence with the code for scripts, and what to do. A reason that a person gave needs no code. */
export function reasonParts({ code, help }: { readonly code: string; readonly help: string }): {
  readonly why: string;
  readonly todo: string;
} {
  const known = holdReasons.find((reason) => reason === code);
  if (known === undefined) return { why: '', todo: safeText(help) };
  // The help of a summary begins with the sentence, for those who read nothing else.
  const { message } = holdTexts[known];
  const todo = help.startsWith(message) ? help.slice(message.length).trimStart() : help;
  return { why: `${message.replace(/\.$/, '')} (${safeText(code)})`, todo: safeText(todo) };
}

/** Why the campaign stands still and what to do about it; nothing when there is no reason. */
function renderReason(summary: CampaignSummary, width: number, paint: Palette): string[] {
  if (summary.reason === null) return [];
  const style = paint[campaignStyles[summary.state]];
  const { why, todo } = reasonParts(summary.reason);
  return [...(why === '' ? [] : wrap(why, width, '  ').map(style)), ...wrap(todo, width, '  ')];
}

/** Which moment it is from, where it came from a backup. */
function renderOrigin({ restored }: CampaignSummary, width: number, paint: Palette): string[] {
  if (restored === null) return [];
  const style = restored.authenticated ? paint.faint : paint.caution;
  return wrap(restoredText(restored), width, '  ').map(style);
}

function stateRows(summary: CampaignSummary, width: number, paint: Palette): string[] {
  const shown = noticeStates.filter((state) => summary.states[state] > 0 || state === 'accepted');
  const figures = Math.max(
    ...[...shown.map((state) => summary.states[state]), summary.notices].map((value) => count(value).length),
  );
  const names = Math.max(...shown.map(displayWidth));
  const indent = ' '.repeat(2 + names + 2 + figures + 2);
  return shown.flatMap((state) => {
    const [first = '', ...rest] = wrap(
      state === 'sending' && summary.workers === 0 ? leftBehind : noticeStateRows[state].meaning,
      Math.max(width, indent.length + 16),
      indent,
    );
    const head = `  ${paint[noticeStyle(state)](padEnd(state, names))}  ${padStart(count(summary.states[state]), figures)}  `;
    return [head + paint.faint(first.slice(indent.length)), ...rest.map(paint.faint)];
  });
}

/** Promise 1 said aloud, or its breach. */
function balance(summary: CampaignSummary, width: number, paint: Palette): string[] {
  if (accountHolds(summary))
    return wrap(`= ${counted(summary.notices, 'notice')}: everyone is accounted for`, width, '  ').map(paint.faint);
  return wrap('THE ACCOUNT DOES NOT ADD UP. Run candor doctor, and do not rely on these figures.', width, '  ').map(
    paint.bad,
  );
}

function effort(summary: CampaignSummary): string {
  const limit = summary.ratePerSecond === null ? '' : ` The limit is ${exactRate(summary.ratePerSecond)}.`;
  const throttled =
    summary.throttledPerSecond === null ? '' : ` The relay asks for less: ${rate(summary.throttledPerSecond)} now.`;
  const left =
    summary.state === 'running' && summary.etaSeconds !== null && summary.etaSeconds > 0
      ? ` About ${duration(summary.etaSeconds)} left.`
      : '';
  const done =
    summary.attempts === 0
      ? 'No attempt yet.'
      : `${counted(summary.attempts, 'attempt')} in ${duration(summary.seconds)}, ${rate(summary.perSecond)} accepted.`;
  const domains =
    summary.domainLimits.length === 0
      ? ''
      : ` Limits of domains: ${summary.domainLimits.map(({ domain, perSecond }) => `${domain} ${exactRate(perSecond)}`).join(', ')}.`;
  return done + limit + domains + throttled + left;
}

function maybeAccepted(summary: CampaignSummary, width: number, paint: Palette): string[] {
  if (summary.maybeAccepted === 0) return [];
  return wrap(
    `${counted(summary.maybeAccepted, 'notice')} may have been accepted by an attempt whose answer was never recorded: a recipient may get a copy with the same Message-ID.`,
    width,
  ).map(paint.unsure);
}
