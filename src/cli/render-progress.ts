// A campaign at work: as a block of lines that a terminal redraws, and as one plain line for a log.
// Pure: the same summary, history, view and time give the same text.
import { openNoticeStates, sumOf, type NoticeState } from '../domain/notice-state.ts';
import { unattended, unattendedTexts, type CampaignSummary } from '../domain/summary.ts';
import { count, duration, exactRate, moment, percent, rate, stopwatch } from './figures.ts';
import { cut, displayWidth, fill, wrap } from './layout.ts';
import { paceNow, type ProgressHistory } from './pace.ts';
import { campaignStyles, noticeStyle, palette, type Palette } from './palette.ts';
import { renderBar } from './progress-bar.ts';
import { reasonParts } from './render-summary.ts';
import { safeText } from './safe-text.ts';
import { textColumns, type View } from './view.ts';

export interface ProgressView extends View {
  /** Milliseconds of the clock that the history was recorded with. */
  readonly now: number;
}

/** Notices for which nothing is left to do. */
export function settled(summary: CampaignSummary): number {
  return summary.notices - sumOf(summary.states, openNoticeStates);
}

/** The block: title, bar, counts, pace, and the reason when it is held. No line is wider than `columns`. */
export function renderProgress(summary: CampaignSummary, history: ProgressHistory, view: ProgressView): string[] {
  const width = textColumns(view);
  const paint = palette(view.color);
  return [
    title(summary, history, view, width, paint),
    bar(summary, view, width, paint),
    ...fill(countItems(summary, paint), '   ', width),
    ...fill(paceItems(summary, history, view.now), '   ', width).map(paint.faint),
    ...reason(summary, width, paint),
  ];
}

/** The same as one line without styling. */
export function renderProgressLine(summary: CampaignSummary, history: ProgressHistory, nowMs: number): string {
  const counts = countItems(summary, palette(false)).join(', ');
  const because = summary.reason === null ? '' : ` (${safeText(summary.reason.code)})`;
  const head = `${summary.campaign} ${summary.state}${because}: ${count(settled(summary))} of ${count(summary.notices)} settled`;
  return [`${head} (${counts})`, ...paceItems(summary, history, nowMs)].join('; ');
}

/** The name is cut when it is too long; the state and the clock never are. */
function title(
  summary: CampaignSummary,
  history: ProgressHistory,
  view: ProgressView,
  width: number,
  paint: Palette,
): string {
  const clock = stopwatch((view.now - history.startedAtMs) / 1000);
  const state = summary.state.toUpperCase();
  const mark = summary.rehearsal ? 'rehearsal' : '';
  const room = width - clock.length - state.length - 4;
  const markFits = mark !== '' && room - mark.length - 2 >= 12;
  const name = cut(summary.campaign, markFits ? room - mark.length - 2 : room);
  const parts = [
    paint.strong(name),
    paint[campaignStyles[summary.state]](state),
    ...(markFits ? [paint.caution(mark)] : []),
  ];
  const left = parts.join('  ');
  return `${left}${' '.repeat(Math.max(1, width - displayWidth(left) - clock.length))}${paint.faint(clock)}`;
}

function bar(summary: CampaignSummary, view: ProgressView, width: number, paint: Palette): string {
  const share = percent(settled(summary), summary.notices).padStart(6);
  const full = `${share}  ${count(settled(summary))} of ${count(summary.notices)}`;
  const label = width - full.length - 2 >= 24 ? full : share;
  return `${renderBar(summary.states, width - label.length - 1, view, paint)} ${label}`;
}

/** The four outcomes always, so that the block does not jump; the rest when there are any. */
function countItems(summary: CampaignSummary, paint: Palette): string[] {
  const { states } = summary;
  const item = (label: string, notices: number, state: NoticeState): string =>
    notices === 0 ? paint.faint(`${label} 0`) : paint[noticeStyle(state)](`${label} ${count(notices)}`);
  const some = (label: string, notices: number, state: NoticeState): string[] =>
    notices === 0 ? [] : [item(label, notices, state)];
  return [
    item('accepted', states.accepted, 'accepted'),
    item('deferred', states.deferred, 'deferred'),
    item('refused+failed', states.refused + states.failed, 'refused'),
    item('unconfirmed', states.unconfirmed, 'unconfirmed'),
    ...some('suppressed', states.suppressed, 'suppressed'),
    ...some('cancelled', states.cancelled, 'cancelled'),
    ...some(summary.workers === 0 ? 'left on the wire' : 'on the wire', states.sending, 'sending'),
    item('waiting', states.pending + states.queued, 'pending'),
  ];
}

function paceItems(summary: CampaignSummary, history: ProgressHistory, nowMs: number): string[] {
  const now = paceNow(history, nowMs);
  const left = timeLeft(summary);
  return [
    ...(summary.state === 'running' && now !== null ? [`now ${rate(now)}`] : []),
    // Within its first second a campaign has one letter more than the rate has waits, and would seem to break its limit.
    ...(summary.ratePerSecond !== null && summary.seconds < 1 ? [] : [`average ${rate(summary.perSecond)}`]),
    ...(summary.ratePerSecond === null ? [] : [`limit ${exactRate(summary.ratePerSecond)}`]),
    ...(summary.throttledPerSecond === null ? [] : [`relay asks for ${rate(summary.throttledPerSecond)}`]),
    ...(left === null ? [] : [left]),
  ];
}

function timeLeft(summary: CampaignSummary): string | null {
  const { states, state, etaSeconds } = summary;
  if (state === 'ready')
    return summary.startAt === null ? 'not started' : `starts ${moment(new Date(summary.startAt))}`;
  if (state !== 'running') return null;
  if (unattended(summary)) return 'no worker is at work';
  if (etaSeconds === 0) return 'finishing';
  if (etaSeconds !== null) return `about ${duration(etaSeconds)} left`;
  if (states.deferred > 0 && states.pending + states.queued + states.sending === 0)
    return 'waiting for the next try of the deferred';
  return 'time left not known yet';
}

function reason(summary: CampaignSummary, width: number, paint: Palette): string[] {
  if (unattended(summary))
    return [
      ...wrap(unattendedTexts.message, width).map(paint.caution),
      ...wrap(unattendedTexts.help(safeText(summary.campaign)), width, '  '),
    ];
  if (summary.reason === null) return [];
  const style = paint[campaignStyles[summary.state]];
  const { why, todo } = reasonParts(summary.reason);
  return [
    ...wrap(why === '' ? summary.state.toUpperCase() : `${summary.state.toUpperCase()}: ${why}`, width).map(style),
    ...wrap(todo, width, '  '),
  ];
}
