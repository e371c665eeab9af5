// The notices of a campaign, a page at a time, and one notice with everything that happened to it.
import { correctableStates, namedResendStates, noticeStateRows, noticeStates } from '../../domain/notice-state.ts';
import type { Listing } from '../../domain/listed-notice.ts';
import type { CampaignSummary } from '../../domain/summary.ts';
import { count, counted, moment } from '../figures.ts';
import { errorSummary, field, note, type FieldProblems } from '../form-parts.ts';
import { csrfField, type Frame } from '../frame.ts';
import { html, type Html } from '../html.ts';
import { page } from '../layout.ts';
import type { NoticeHistory, NoticeLine } from '../ports/notices.ts';
import { codesOf, reasonWords } from './reason-words.ts';
import { groupQuery } from './resend-pages.ts';

export const noticesPerPage = 50;

export interface NoticesView {
  readonly summary: CampaignSummary;
  readonly title: string;
  readonly of: Listing;
  readonly notices: readonly NoticeLine[];
  readonly first: boolean;
  /** The notice after which the next page begins; null: this is the last. */
  readonly next: string | null;
}

/** The query of a listing, without the page. */
export function listingQuery(of: Listing): string {
  if (of === null) return '';
  return 'group' in of ? groupQuery(of.group) : `state=${of.state}`;
}

/** The page at `/campaigns/:campaign/notices`. */
export function noticesPage(frame: Frame, view: NoticesView): Html {
  const { summary, of, notices } = view;
  const path = `/campaigns/${encodeURIComponent(summary.campaign)}`;
  const query = listingQuery(of);
  const state = of === null ? null : 'group' in of ? of.group.state : of.state;
  const tab = (to: string, text: string, current: boolean): Html =>
    current ? html`<a href="${to}" aria-current="page">${text}</a>` : html`<a href="${to}">${text}</a>`;
  return page(frame, {
    title: 'Notices',
    section: 'campaigns',
    body: html`<p><a href="${path}">← ${view.title}</a></p>
<section class="sheet" aria-labelledby="notices"><div class="head"><h1 id="notices">Notices</h1></div>
<nav class="tabs" aria-label="States">${tab(`${path}/notices`, `All (${count(summary.notices)})`, of === null)}${noticeStates.filter((one) => summary.states[one] > 0 || one === state).map((one) => tab(`${path}/notices?state=${one}`, `${one} (${count(summary.states[one])})`, one === state))}</nav>
${of !== null && 'group' in of && html`<p><strong>${of.group.reason.replaceAll('-', ' ')}</strong> <span class="mono quiet">${codesOf(of.group)}</span> ${reasonWords(of.group.reason)}</p>`}
<p class="quiet">In the order of the file. Addresses are masked here; open a notice to see its own, or <a href="/search">search</a> for one.</p>
${notices.length === 0 ? html`<p>There is none.</p>` : html`<table class="letters listed"><thead><tr><th scope="col">Notice</th><th scope="col">Letter</th><th scope="col">State</th><th scope="col">Settled</th></tr></thead><tbody>${notices.map((line) => rowOf(line, path))}</tbody></table>`}
<nav class="pages" aria-label="Pages"><span>${!view.first && html`<a href="${path}/notices?${query}">← From the beginning</a>`}</span><span>${view.next !== null && html`<a href="${path}/notices?${query === '' ? '' : `${query}&`}after=${view.next}">Further notices →</a>`}</span></nav></section>`,
  });
}

function rowOf(line: NoticeLine, path: string): Html {
  return html`<tr><td><a href="${path}/notices/${line.notice}">Row ${line.row}</a> <span class="mono quiet">${line.maskedAddress}</span></td><td>${line.audience}, ${line.locale}</td><td><span class="dot ${noticeStateRows[line.state].tone}"></span>${line.state}${line.reason !== null && html` <span class="quiet">${line.reason.replaceAll('-', ' ')}</span>`}${line.replyCode !== null && html` <span class="mono quiet">${codesOf(line)}</span>`}${line.closed && html` <span class="badge plain rest">looked into</span>`}</td><td class="when">${line.settledAt !== null ? moment(line.settledAt) : line.dueAt !== null ? html`again ${moment(line.dueAt)}` : ''}</td></tr>`;
}

export interface NoticeView {
  readonly summary: CampaignSummary;
  readonly title: string;
  readonly notice: NoticeHistory;
  readonly problems: FieldProblems;
  readonly typed: (name: string) => string;
}

/** The page at `/campaigns/:campaign/notices/:notice`. */
export function noticePage(frame: Frame, view: NoticeView): Html {
  const { summary, notice, problems } = view;
  const path = `/campaigns/${encodeURIComponent(summary.campaign)}`;
  return page(frame, {
    title: `Row ${notice.row}: ${notice.state}`,
    section: 'campaigns',
    body: html`<p><a href="${path}">← ${view.title}</a> · <a href="${path}/notices?state=${notice.state}">Others that are ${notice.state}</a></p>${errorSummary(problems)}
<section class="sheet" aria-labelledby="notice"><div class="head"><h1 id="notice">${notice.address}</h1><span class="badge ${noticeStateRows[notice.state].tone}">${notice.state}</span></div>
<p>${noticeStateRows[notice.state].meaning} ${reasonWords(notice.reason)}</p>
${notice.maybeAccepted && notice.state !== 'unconfirmed' && note('unsure', 'An earlier attempt may have been accepted', 'It ended without a recorded answer. This stays on record whatever comes after it.')}
${notice.closedDoubt !== null && note('rest', `Looked into by ${notice.closedDoubt.actor}`, html`${notice.closedDoubt.reason} <span class="quiet">(${moment(notice.closedDoubt.at)})</span>`)}
<dl class="fields"><dt>Letter</dt><dd>${notice.audience}, ${notice.locale}: ${notice.subject}</dd><dt>Row in the file</dt><dd>${notice.row}</dd>
${notice.categories.length > 0 && html`<dt>Exposed</dt><dd>${notice.categories.map((one) => one.replaceAll('_', ' ')).join(', ')}</dd>`}
${notice.dueAt !== null && html`<dt>Next try</dt><dd>${moment(notice.dueAt)}</dd>`}${notice.settledAt !== null && html`<dt>Settled</dt><dd>${moment(notice.settledAt)}</dd>`}
<dt>Message-ID</dt><dd class="mono">${notice.messageId}</dd>
${notice.formerAddresses.map((former) => html`<dt>Before</dt><dd>${former.address}, until ${moment(former.replacedAt)}</dd>`)}</dl></section>
${attemptsSheet(notice)}${actionsSheet(frame, view, path)}`,
  });
}

function attemptsSheet({ attemptRecords }: NoticeHistory): Html {
  const reached = attemptRecords.filter(({ outcome }) => outcome !== 'given-back');
  return html`<section class="sheet" aria-labelledby="attempts"><h2 id="attempts">${reached.length === 0 ? 'No attempt so far' : counted(reached.length, 'attempt')}</h2>
${
  reached.length > 0 &&
  html`<table class="letters"><thead><tr><th scope="col">When</th><th scope="col">What the relay said, without the address</th><th scope="col">Outcome</th></tr></thead><tbody>${reached.map(
    (attempt) =>
      html`<tr><td class="when">${moment(attempt.openedAt)}</td><td>${attempt.reply === null ? html`<strong>${codesOf(attempt)}</strong>` : html`<q>${attempt.reply}</q>`}${attempt.late && html` <span class="badge plain unsure">came late</span>`}</td><td>${attempt.outcome.replaceAll('-', ' ')} <span class="quiet">round ${attempt.round}${attempt.stage !== null && `, at ${attempt.stage.replaceAll('-', ' ')}`}${attempt.rule !== null && `, rule ${attempt.rule}`}${!attempt.charged && attempt.outcome !== 'accepted' && ', not charged'}</span></td></tr>`,
  )}</tbody></table>`
}</section>`;
}

function actionsSheet(frame: Frame, { summary, notice, problems, typed }: NoticeView, path: string): Html | null {
  const here = `${path}/notices/${notice.notice}`;
  const resendable = namedResendStates.includes(notice.state) && summary.state !== 'cancelled';
  const closable = notice.state === 'unconfirmed' && notice.closedDoubt === null;
  // With a problem the form stays whatever became of the notice: it holds what somebody wrote.
  const doubt = (closable || problems['found'] !== undefined) && doubtForm(frame, here, problems, typed);
  if (!correctableStates.includes(notice.state))
    return doubt === false
      ? null
      : html`<section class="sheet" aria-labelledby="mend"><h2 id="mend">Not recorded</h2>${doubt}</section>`;
  return html`<section class="sheet" aria-labelledby="mend"><h2 id="mend">What you can do</h2>
${resendable && html`<p class="buttons"><a class="button" href="${path}/resend/confirm?notice=${notice.notice}">Re-send this notice…</a></p>`}
<form method="post" action="${here}/address" class="narrow">${csrfField(frame)}
${field({ name: 'address', label: 'Correct the address', hint: `The same notice goes to the new address${namedResendStates.includes(notice.state) ? ' when it is re-sent' : ' at its next try'}, with a new Message-ID. The old address stays on record, and the search answers for both.`, value: typed('address'), inputmode: 'email', problems })}
<button class="second">Correct it</button></form>
${doubt}</section>`;
}

function doubtForm(frame: Frame, here: string, problems: FieldProblems, typed: (name: string) => string): Html {
  return html`<form method="post" action="${here}/close" class="narrow">${csrfField(frame)}
${field({ name: 'found', label: 'Or say what you found out', hint: 'For example: “in the relay’s log as delivered”. The notice stays unconfirmed and is not sent again by itself. Leave out addresses and names.', value: typed('found'), problems })}
<button class="second">Close the doubt</button></form>`;
}
