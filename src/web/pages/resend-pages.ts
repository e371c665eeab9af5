// Re-sending: why notices were not accepted, group by group, and one page that says exactly what a yes will do.
import type { ResendAnswer } from '../../campaigns/application.ts';
import type { ReasonGroup, ReasonKey } from '../../domain/notice-choice.ts';
import { noticeStateRows, resendableStates, sumOf } from '../../domain/notice-state.ts';
import type { CampaignSummary } from '../../domain/summary.ts';
import { count, counted } from '../figures.ts';
import { errorSummary, field, note, type FieldProblems } from '../form-parts.ts';
import { csrfField, type Frame } from '../frame.ts';
import { html, type Html } from '../html.ts';
import { page } from '../layout.ts';
import type { ResendChoice } from '../ports/notices.ts';
import { codesOf, reasonWords } from './reason-words.ts';

/** The query that names a group. */
export function groupQuery(group: ReasonKey): string {
  const query = new URLSearchParams({ state: group.state, reason: group.reason });
  if (group.replyCode !== null) query.set('reply', String(group.replyCode));
  if (group.enhancedCode !== null) query.set('enhanced', group.enhancedCode);
  return query.toString();
}

export interface ResendView {
  readonly summary: CampaignSummary;
  readonly title: string;
  readonly groups: readonly ReasonGroup[];
}

/** The page at `/campaigns/:campaign/resend`. */
export function resendPage(frame: Frame, { summary, title, groups }: ResendView): Html {
  const path = `/campaigns/${encodeURIComponent(summary.campaign)}`;
  const ordinary = sumOf(summary.states, resendableStates);
  const delicate = groups.filter(({ state }) => state === 'suppressed' || state === 'cancelled');
  const open = summary.state !== 'cancelled';
  return page(frame, {
    title: 'Re-send',
    section: 'campaigns',
    body: html`<p><a href="${path}">← ${title}</a></p>
<section class="sheet" aria-labelledby="resend"><div class="head"><h1 id="resend">Not accepted, and why</h1></div>
${ordinary === 0 ? html`<p>No notice is refused, failed or unconfirmed.</p>` : html`<p class="lead">${counted(ordinary, 'notice is', 'notices are')} refused, failed or unconfirmed. ${count(summary.states.accepted)} were accepted; these are never sent again.</p>`}
${!open && note('wait', 'The campaign is cancelled', 'Nothing of it can be sent again. Start a new one with the same file, and leave out those whom this one told.')}
${!open && html`<p class="buttons"><a class="button second" href="${path}/other-channel">Reach them by another channel</a></p>`}
${open && ordinary > 0 && html`<p class="buttons"><a class="button" href="${path}/resend/confirm">Re-send all ${count(ordinary)}…</a><a href="${path}/other-channel">Or reach them by another channel</a></p>`}</section>
${resendableGroups(groups, path, open)}
${delicate.length > 0 && html`<section class="sheet" aria-labelledby="left-out"><h2 id="left-out">Left out on purpose</h2>${delicate.map((group) => groupOf(group, path, open))}</section>`}`,
  });
}

function resendableGroups(groups: readonly ReasonGroup[], path: string, open: boolean): Html | null {
  const shown = groups.filter(({ state }) => resendableStates.some((one) => one === state));
  if (shown.length === 0) return null;
  return html`<section class="sheet" aria-labelledby="groups"><h2 id="groups">By reason</h2>${shown.map((group) => groupOf(group, path, open))}</section>`;
}

function groupOf(group: ReasonGroup, path: string, open: boolean): Html {
  const query = groupQuery(group);
  return html`<div class="group"><h3><span class="dot ${noticeStateRows[group.state].tone}"></span>${count(group.notices)} ${group.state}: ${group.reason.replaceAll('-', ' ')} <span class="mono quiet">${codesOf(group)}</span></h3>
<p>${reasonWords(group.reason)}</p>${group.reply !== null && html`<p class="quiet">For example: <q>${group.reply}</q></p>`}
${group.maybeAccepted > 0 && html`<p class="quiet">${counted(group.maybeAccepted, 'of them may', 'of them may')} have been accepted in an earlier attempt.</p>`}
<p class="buttons"><a class="button second" href="${path}/notices?${query}">Look at ${group.notices === 1 ? 'it' : 'them'}</a>${open && html`<a class="button second" href="${path}/resend/confirm?${query}">Re-send ${group.notices === 1 ? 'it' : `these ${count(group.notices)}`}…</a>`}</p></div>`;
}

export interface ConfirmView {
  readonly summary: CampaignSummary;
  readonly title: string;
  readonly choice: ResendChoice;
  readonly plan: ResendAnswer;
  readonly problems: FieldProblems;
  readonly typed: (name: string) => string;
}

/** The page at `/campaigns/:campaign/resend/confirm`: nothing goes out before its button. */
export function confirmResendPage(frame: Frame, { summary, title, choice, plan, problems, typed }: ConfirmView): Html {
  const path = `/campaigns/${encodeURIComponent(summary.campaign)}`;
  const delicate = choice.states.some((state) => state === 'suppressed' || state === 'cancelled');
  const { group, notice } = choice;
  return page(frame, {
    title: 'Re-send',
    section: 'campaigns',
    body: html`<p><a href="${path}/resend">← ${title}</a></p>${errorSummary(problems)}
<section class="sheet narrow" aria-labelledby="confirm"><h1 id="confirm">${plan.total === 0 ? 'Nothing to re-send' : `Re-send ${counted(plan.total, 'notice')}?`}</h1>
${
  plan.total === 0
    ? html`<p>No notice fits any more. Perhaps somebody re-sent them already.</p><p><a href="${path}">Back to the campaign</a></p>`
    : html`
${group !== undefined && html`<p>${group.state}: ${group.reason.replaceAll('-', ' ')} <span class="mono quiet">${codesOf(group)}</span></p>`}
<ul>${Object.entries(plan.states).map(([state, notices]) => html`<li>${count(notices)} ${state}</li>`)}</ul>
<p>None of them is accepted. Each starts a new round with the whole schedule of tries; its earlier attempts stay on record. They go ${summary.rehearsal ? 'into the inbox; nothing leaves this machine' : html`through <span class="mono">${summary.relay}</span>`}.</p>
${plan.maybeAccepted > 0 && note('unsure', `${counted(plan.maybeAccepted, 'of them may', 'of them may')} have been accepted earlier`, 'These people may get a second copy. It has the same Message-ID, so many mail systems show it once.')}
<form method="post" action="${path}/resend">${csrfField(frame)}<input type="hidden" name="expect" value="${plan.total}">
${group !== undefined && html`<input type="hidden" name="state" value="${group.state}"><input type="hidden" name="reason" value="${group.reason}"><input type="hidden" name="reply" value="${group.replyCode ?? ''}"><input type="hidden" name="enhanced" value="${group.enhancedCode ?? ''}">`}
${notice !== undefined && html`<input type="hidden" name="notice" value="${notice}">`}
${delicate && field({ name: 'why', label: 'Why they are told after all', hint: 'They were left out on purpose. The reason stands in the record; leave out addresses and names.', value: typed('why'), problems })}
<p class="buttons"><button>Re-send ${counted(plan.total, 'notice')}</button><a href="${path}/resend">Back</a></p></form>`
}</section>`,
  });
}
