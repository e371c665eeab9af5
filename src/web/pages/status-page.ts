// The state of one campaign and the list of the others: what `candor status` says, for the eye.
import { noticeStateRows, noticeStates, openNoticeStates, type NoticeState, sumOf } from '../../domain/notice-state.ts';
import { accountHolds, restoredText, unattended, unattendedTexts, type CampaignSummary } from '../../domain/summary.ts';
import { count, counted, duration, moment, pace, percent } from '../figures.ts';
import { note } from '../form-parts.ts';
import type { Frame } from '../frame.ts';
import { html, type Html } from '../html.ts';
import { page } from '../layout.ts';
import type { CampaignLine } from '../ports.ts';
import type { UploadLine } from '../ports/uploads.ts';
import { progressBar } from './progress.ts';
import { rehearsalBadge, stateBadge } from './state-words.ts';

export interface StatusView {
  readonly summary: CampaignSummary | null;
  readonly campaigns: readonly CampaignLine[];
  /** Files that wait for a launch. */
  readonly uploads: readonly UploadLine[];
}

/** The page at `/` and at `/campaigns/:campaign`. */
export function statusPage(frame: Frame, view: StatusView): Html {
  const { summary } = view;
  const live =
    summary === null ||
    summary.state === 'running' ||
    summary.state === 'paused' ||
    summary.state === 'held' ||
    summary.state === 'ready';
  const body =
    summary === null
      ? nothingYet()
      : html`${campaignSheet(summary, titleIn(view, summary), frame.inbox)}<p class="buttons"><a class="button" href="/campaigns/${encodeURIComponent(summary.campaign)}">Open this campaign</a><a class="button second" href="/uploads/new">Upload another file</a></p>${accountSheet(summary)}`;
  return page(frame, {
    title: summary === null ? 'Status' : `${settledShare(summary)} ${summary.state}`,
    section: 'campaigns',
    live,
    body: html`<div id="live" data-live="${live ? 'yes' : 'no'}">${body}${uploadsSheet(view)}${otherCampaigns(view)}</div>`,
  });
}

function nothingYet(): Html {
  return html`<section class="sheet empty"><h1>No campaign yet</h1>
<p class="quiet">When one is launched, this page shows how far it is and who was told.</p>
<p><a class="button" href="/uploads/new">Upload the recipients</a></p><p class="quiet">or <code>candor send recipients.csv --kit templates/…</code></p></section>`;
}

/** State, progress and figures of one campaign. */
export function campaignSheet(summary: CampaignSummary, title: string, inbox: boolean): Html {
  const done = settled(summary);
  return html`<section class="sheet" aria-labelledby="campaign">
<div class="head"><h1 id="campaign">${title}</h1>${stateBadge(summary.state)}${rehearsalBadge(summary.rehearsal)}</div>
<p class="quiet">Campaign <span class="mono">${summary.campaign}</span> · ${destination(summary, inbox)}</p>
${progressBar(summary.states, summary.notices)}
<p class="under"><span><strong>${percent(done, summary.notices)}</strong> settled: ${count(done)} of ${counted(summary.notices, 'notice')}</span>${remaining(summary)}</p>
${reasonNote(summary)}
${summary.restored !== null && note(summary.restored.authenticated ? 'wait' : 'bad', 'From a backup', restoredText(summary.restored))}
${unattended(summary) && note('wait', 'No worker is at work', unattendedTexts.help(summary.campaign))}
<dl class="figures">
<div><dt>Accepted by the relay</dt><dd>${count(summary.states.accepted)}</dd></div>
<div><dt>Pace</dt><dd>${summary.attempts === 0 ? '–' : pace(summary.perSecond)}</dd></div>
<div><dt>Limit</dt><dd>${summary.ratePerSecond === null ? 'none' : pace(summary.ratePerSecond)}</dd></div>
<div><dt>Attempts</dt><dd>${count(summary.attempts)}</dd></div>
<div><dt>Time at work</dt><dd>${duration(summary.seconds)}</dd></div>
</dl>
${summary.domainLimits.length > 0 && note('wait', 'Some domains have a limit of their own', `${summary.domainLimits.map(({ domain, perSecond }) => `${domain} ${pace(perSecond)}`).join(', ')}. No other domain waits for them.`)}
${summary.throttledPerSecond !== null && note('wait', 'The relay asks for less', `It gets ${pace(summary.throttledPerSecond)} for now; the pace climbs back by itself.`)}
${summary.maybeAccepted > 0 && note('unsure', `${counted(summary.maybeAccepted, 'notice')} may have been accepted earlier`, 'An attempt ended without a recorded answer. A recipient may get a second copy; it carries the same Message-ID.')}
${!accountHolds(summary) && note('bad', 'The account does not add up', 'Do not rely on these figures. Run candor doctor.')}
</section>`;
}

function destination(summary: CampaignSummary, inbox: boolean): Html {
  if (!summary.rehearsal) return html`through relay <span class="mono">${summary.relay}</span>`;
  return inbox && summary.relay === 'inbox'
    ? html`into the built-in <a href="/inbox">inbox</a>; nothing leaves this machine`
    : html`rehearsal through <span class="mono">${summary.relay}</span>`;
}

function remaining(summary: CampaignSummary): Html | null {
  if (summary.startAt !== null) return html`<span class="quiet">starts ${moment(new Date(summary.startAt))}</span>`;
  if (summary.etaSeconds === null || summary.etaSeconds === 0) return null;
  return html`<span class="quiet">about ${duration(summary.etaSeconds)} left</span>`;
}

function reasonNote(summary: CampaignSummary): Html | null {
  if (summary.reason === null) return null;
  const heading =
    summary.state === 'held'
      ? `Held: ${summary.reason.code}`
      : summary.state === 'paused'
        ? 'Paused'
        : summary.reason.code;
  return note(summary.state === 'held' ? 'bad' : 'wait', heading, summary.reason.help);
}

/** The account: rows, notices, states, each with its meaning. */
export function accountSheet(summary: CampaignSummary): Html {
  return html`<section class="sheet" aria-labelledby="account"><h2 id="account">${accountHolds(summary) ? 'Everyone is accounted for' : 'The account'}</h2>
<p class="equation"><span><b>${count(summary.rows)}</b> rows</span><span>=</span><span><b>${count(summary.notices)}</b> notices</span><span>+</span><span><b>${count(summary.merged)}</b> merged</span><span>+</span><span><b>${count(summary.invalid)}</b> invalid</span></p>
${summary.conflicts > 0 && html`<p class="quiet">${counted(summary.conflicts, 'address has', 'addresses have')} rows that disagree about the audience; the affected letter goes out.</p>`}
<table><thead><tr><th scope="col">State</th><th scope="col" class="n">Notices</th><th scope="col" class="meaning">Meaning</th></tr></thead>
<tbody>${noticeStates.map((state) => stateRow(summary, state))}</tbody>
<tfoot><tr><th scope="row">All notices</th><td class="n">${count(summary.notices)}</td><td class="meaning"></td></tr></tfoot></table></section>`;
}

function stateRow(summary: CampaignSummary, state: NoticeState): Html {
  const notices = summary.states[state];
  const meaning =
    state === 'sending' && summary.workers === 0
      ? 'On the wire when its worker went; unconfirmed when another is at work.'
      : noticeStateRows[state].meaning;
  return html`<tr class="${notices === 0 ? 'none' : 'some'}"><th scope="row"><span class="dot ${noticeStateRows[state].tone}"></span>${state}</th><td class="n">${count(notices)}</td><td class="meaning quiet">${meaning}</td></tr>`;
}

function otherCampaigns(view: StatusView): Html | null {
  const others = view.campaigns.filter((line) => line.campaign !== view.summary?.campaign);
  if (others.length === 0) return null;
  return html`<section class="sheet" aria-labelledby="others"><h2 id="others">Other campaigns</h2>
<table class="letters"><thead><tr><th scope="col">Campaign</th><th scope="col">State</th><th scope="col" class="n">Notices</th><th scope="col">Launched</th></tr></thead>
<tbody>${others.map(
    (line) =>
      html`<tr><td><a href="/campaigns/${encodeURIComponent(line.campaign)}">${line.title}</a> <span class="mono quiet">${line.campaign}</span></td><td>${stateBadge(line.state)} ${rehearsalBadge(line.rehearsal)}</td><td class="n">${counted(line.notices, 'notice')}</td><td class="when">${line.launchedAt === null ? 'not launched' : moment(line.launchedAt)}</td></tr>`,
  )}</tbody></table></section>`;
}

/** How much of it is settled, in whole percent. */
export function settledShare(summary: CampaignSummary): string {
  return percent(settled(summary), summary.notices);
}

function titleIn(view: StatusView, summary: CampaignSummary): string {
  return view.campaigns.find((line) => line.campaign === summary.campaign)?.title ?? summary.campaign;
}

function uploadsSheet(view: StatusView): Html | null {
  if (view.uploads.length === 0) return null;
  return html`<section class="sheet" aria-labelledby="uploads"><h2 id="uploads">Files that wait</h2><table class="letters"><tbody>${view.uploads.map(
    (line) =>
      html`<tr><td><a href="/uploads/${line.id}">${line.fileName}</a></td><td>${line.state === 'read' ? counted(line.notices ?? 0, 'notice') : line.state}</td><td class="when">${moment(line.createdAt)}, ${line.actor}</td></tr>`,
  )}</tbody></table></section>`;
}

function settled(summary: CampaignSummary): number {
  return summary.notices - sumOf(summary.states, openNoticeStates);
}
