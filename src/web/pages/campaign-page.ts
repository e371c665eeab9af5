// One campaign, watched: figures that live, what the relay says, the team's clocks, and the hold people have of it.
import type { CampaignSummary } from '../../domain/summary.ts';
import { count, counted, duration, moment } from '../figures.ts';
import { errorSummary, field, note, prose, type FieldProblems } from '../form-parts.ts';
import { csrfField, type Frame } from '../frame.ts';
import { html, type Html } from '../html.ts';
import { page } from '../layout.ts';
import type { CampaignDetail } from '../ports/watch.ts';
import { countWords, whoWords } from './history-page.ts';
import { pulseChart } from './pulse-chart.ts';
import { accountSheet, campaignSheet, settledShare } from './status-page.ts';

export interface CampaignView {
  readonly summary: CampaignSummary;
  readonly title: string;
  /** Null for a campaign that the ledger shows no more of. */
  readonly detail: CampaignDetail | null;
  readonly now: Date;
  readonly problems: FieldProblems;
  readonly typed: (name: string) => string;
}

/** What moves by itself, in two parts: between them stands what people can do. The same at first and in every event of the stream. */
export function liveFigures(summary: CampaignSummary, title: string, inbox: boolean): Html {
  return html`<div data-campaign-state="${summary.state}">${campaignSheet(summary, title, inbox)}</div>${liveAccount(summary)}`;
}

function liveAccount(summary: CampaignSummary): Html {
  return html`<div id="live-account">${accountSheet(summary)}</div>`;
}

/** The page at `/campaigns/:campaign`. */
export function campaignPage(frame: Frame, view: CampaignView): Html {
  const { summary, detail } = view;
  const path = `/campaigns/${encodeURIComponent(summary.campaign)}`;
  const open = !['finished', 'cancelled'].includes(summary.state);
  return page(frame, {
    title: `${settledShare(summary)} ${summary.state}`,
    section: 'campaigns',
    scripts: ['live.js'],
    body: html`<p id="told" role="status" class="unseen"></p>${errorSummary(view.problems)}
<div id="live" data-live="${open ? 'yes' : 'no'}" data-events="${path}/events"><div data-campaign-state="${summary.state}">${campaignSheet(summary, view.title, frame.inbox)}</div></div>
<div id="control">${controlSheet(frame, view, path)}</div>${liveAccount(summary)}
<div id="around">${followUps(summary, path)}
${detail !== null && html`${paceSheet(frame, view, detail, path)}${repliesSheet(detail)}${eventsSheet(detail)}`}</div>`,
  });
}

function controlSheet(frame: Frame, view: CampaignView, path: string): Html | null {
  const { summary } = view;
  const { state } = summary;
  const button = (action: string, text: string, tone = ''): Html =>
    html`<form method="post" action="${path}/${action}">${csrfField(frame)}<button class="${tone}">${text}</button></form>`;
  if (state === 'finished' || state === 'cancelled') return null;
  const canary = state === 'held' && summary.reason?.code === 'canary';
  return html`<section class="sheet" aria-labelledby="hold"><h2 id="hold">${canary ? 'The first letters are out. Go on?' : state === 'held' ? 'When it is mended' : 'Control'}</h2>
${canary && html`<p>${counted(summary.states.accepted, 'notice was', 'notices were')} accepted. Look at what arrived before the rest goes out.</p>`}
<div class="buttons">${(state === 'paused' || state === 'held') && button('resume', canary ? 'Yes, tell the rest' : 'Go on')}${(state === 'running' || state === 'held') && button('pause', 'Pause', 'second')}<a class="button second" href="${path}/cancel">Cancel it…</a></div>
<form method="post" action="${path}/rate" class="row">${csrfField(frame)}${field({ name: 'rate', label: 'Letters per second', hint: 'For every campaign on this relay, at once.', inputmode: 'decimal', value: view.typed('rate') || (summary.ratePerSecond === null ? '' : String(summary.ratePerSecond)), small: true, problems: view.problems })}<button class="second">Change the rate</button></form></section>`;
}

function followUps(summary: CampaignSummary, path: string): Html | null {
  const { refused, failed, unconfirmed, suppressed, deferred, cancelled } = summary.states;
  if (refused + failed + unconfirmed + suppressed + deferred + cancelled === 0)
    return html`<p><a href="${path}/notices">All notices</a> · <a href="${path}/export">Export the record</a></p>`;
  return html`<section class="sheet" aria-labelledby="follow"><h2 id="follow">Not told by this campaign</h2><p>${[
    refused > 0 && `${count(refused)} refused`,
    failed > 0 && `${count(failed)} failed`,
    unconfirmed > 0 && `${count(unconfirmed)} unconfirmed`,
    suppressed > 0 && `${count(suppressed)} suppressed`,
    deferred > 0 && `${count(deferred)} deferred`,
    cancelled > 0 && `${count(cancelled)} cancelled`,
  ]
    .filter((part) => part !== false)
    .join(
      ', ',
    )}.</p><p class="buttons">${summary.state !== 'cancelled' && html`<a class="button" href="${path}/resend">Re-send</a>`}<a class="button second" href="${path}/notices">Look at them</a><a class="button second" href="${path}/other-channel">Another channel</a><a href="${path}/export">Export the record</a></p></section>`;
}

function paceSheet(frame: Frame, view: CampaignView, detail: CampaignDetail, path: string): Html {
  const { summary, now } = view;
  return html`<section class="sheet" aria-labelledby="clocks"><h2 id="clocks">Pace and clocks</h2>${pulseChart(detail.pulses)}
<dl class="fields"><dt>From</dt><dd>${detail.from}</dd>${detail.launchedAt !== null && html`<dt>Launched</dt><dd>${moment(detail.launchedAt)}${detail.launchedBy !== null && ` by ${detail.launchedBy}`}</dd>`}
${detail.clock.targetAt !== null && html`<dt>Our target</dt><dd>${moment(detail.clock.targetAt)}: ${targetWords(summary, detail.clock.targetAt, now)}</dd>`}
${detail.clock.awareAt !== null && html`<dt>Authority (Art. 33)</dt><dd>${authorityWords(detail.clock.awareAt, detail.clock.authorityHours, now)}</dd>`}</dl>
<details class="more"><summary>Set the clocks</summary><form class="narrow" method="post" action="${path}/target">${csrfField(frame)}
${field({ name: 'target', label: 'Everybody told by (UTC)', type: 'datetime-local', hint: 'Your own target; the program does nothing about it.', value: view.typed('target') || localTime(detail.clock.targetAt), small: true, problems: view.problems })}
${field({ name: 'aware', label: 'We became aware at (UTC)', type: 'datetime-local', hint: 'For the clock of GDPR Art. 33, which is about telling the authority, not the people.', value: view.typed('aware') || localTime(detail.clock.awareAt), small: true, problems: view.problems })}
${field({ name: 'hours', label: 'Hours for the authority', inputmode: 'numeric', value: view.typed('hours') || String(detail.clock.authorityHours), small: true, problems: view.problems })}
<button class="second">Set</button></form></details></section>`;
}

function targetWords(summary: CampaignSummary, targetAt: Date, now: Date): string {
  const left = (targetAt.getTime() - now.getTime()) / 1000;
  if (summary.etaSeconds === 0) return 'nobody is waiting any more';
  if (left <= 0) return 'it has passed';
  if (summary.etaSeconds === null) return `${duration(left)} left; how long it takes is not known`;
  return summary.etaSeconds <= left
    ? `kept at this pace, with ${duration(left - summary.etaSeconds)} to spare`
    : `missed by ${duration(summary.etaSeconds - left)} at this pace`;
}

function authorityWords(awareAt: Date, hours: number, now: Date): Html {
  const endsAt = new Date(awareAt.getTime() + hours * 3_600_000);
  const left = (endsAt.getTime() - now.getTime()) / 1000;
  return html`${hours} h end ${moment(endsAt)}, ${left > 0 ? `in ${duration(left)}` : `${duration(-left)} ago`}. It is about telling the authority, not the people.`;
}

function localTime(at: Date | null): string {
  return at === null ? '' : at.toISOString().slice(0, 16);
}

/** What to think of an outcome, in a sentence. */
const outcomeWords: Readonly<Record<string, string>> = {
  deferred: 'Not now: the relay will be asked again by the schedule.',
  refused: 'No, for good: needs a look, a correction or another channel.',
  failed: 'Given up: tries or time were spent.',
  throttled: 'The relay wants it slower; the pace was lowered, nobody was charged.',
  'relay-fault': 'The relay, the sender or the letter was at fault; the notices wait again.',
  unconfirmed: 'No answer was recorded: perhaps handed over.',
};

function repliesSheet(detail: CampaignDetail): Html | null {
  if (detail.replies.length === 0) return null;
  return html`<section class="sheet" aria-labelledby="replies"><h2 id="replies">What the relay is saying</h2>
<table class="letters"><thead><tr><th scope="col">Reply</th><th scope="col">In its words, without the address</th><th scope="col" class="n">Times</th><th scope="col">Last</th></tr></thead><tbody>${detail.replies.map(
    (group) =>
      html`<tr><td><strong>${group.replyCode ?? 'none'} ${group.enhancedCode ?? ''}</strong> <span class="quiet">${group.outcome}${group.rule !== null && `, ${group.rule}`}</span></td><td><q>${group.reply ?? 'no reply'}</q><br><span class="quiet">${outcomeWords[group.outcome] ?? ''}</span></td><td class="n">${count(group.attempts)}</td><td class="when">${moment(group.latestAt)}</td></tr>`,
  )}</tbody></table><p class="quiet">Of the latest 5,000 attempts that were not accepted.</p>
${detail.lagging.length > 0 && html`<h2 class="spaced">Domains that lag</h2><table><tbody>${detail.lagging.map(({ domain, notices }) => html`<tr><th scope="row">${domain}</th><td class="n">${count(notices)}</td></tr>`)}</tbody></table><p class="quiet">Of a sample of up to 1,200 notices that are deferred, refused or failed.</p>`}</section>`;
}

function eventsSheet(detail: CampaignDetail): Html {
  return html`<section class="sheet" aria-labelledby="events"><h2 id="events">What happened</h2><table class="letters"><tbody>${detail.events.map((line) => html`<tr><td class="when">${moment(line.at)}</td><td>${line.kind.replaceAll('-', ' ')} <span class="quiet">${countWords(line.counted)}</span></td><td class="quiet">${whoWords(line)}</td></tr>`)}</tbody></table></section>`;
}

/** The page at `/campaigns/:campaign/cancel`: once more, before it is for good. */
export function cancelPage(frame: Frame, summary: CampaignSummary): Html {
  const path = `/campaigns/${encodeURIComponent(summary.campaign)}`;
  const waiting = summary.states.pending + summary.states.queued + summary.states.deferred;
  return page(frame, {
    title: 'Cancel',
    section: 'campaigns',
    body: html`<section class="sheet narrow"><h1>Cancel this campaign?</h1>
${note('bad', `${counted(waiting, 'notice', 'notices')} will never leave`, prose(`A cancelled campaign cannot be taken up again. ${count(summary.states.accepted)} were accepted already, and stay so. To stop for a while, pause it.`))}
<form class="buttons" method="post" action="${path}/cancel">${csrfField(frame)}<button class="danger">Cancel it for good</button><a href="${path}">Back</a></form></section>`,
  });
}
