// After a campaign: the search for one address, those who need another channel, and the record to take away.
import type { Found } from '../../domain/found.ts';
import {
  noticeStateRows,
  noticeStates,
  otherChannelStates,
  type OtherChannelState,
} from '../../domain/notice-state.ts';
import type { CampaignSummary } from '../../domain/summary.ts';
import { count, counted, moment } from '../figures.ts';
import { checkbox, errorSummary, field, note, type FieldProblems } from '../form-parts.ts';
import { csrfField, type Frame } from '../frame.ts';
import { html, type Html } from '../html.ts';
import { page } from '../layout.ts';
import { codesOf, reasonWords } from './reason-words.ts';
import { rehearsalBadge } from './state-words.ts';

export interface SearchView {
  /** Null before a search. */
  readonly found: readonly Found[] | null;
  readonly typed: string;
  readonly problems: FieldProblems;
}

/** The page at `/search`. The address is in the body of the form, never in a URL. */
export function searchPage(frame: Frame, { found, typed, problems }: SearchView): Html {
  return page(frame, {
    title: 'Search',
    section: 'search',
    body: html`${errorSummary(problems)}<section class="sheet narrow" aria-labelledby="search"><h1 id="search">Was this address told?</h1>
<form method="post" action="/search">${csrfField(frame)}
${field({ name: 'address', label: 'Address', hint: 'The whole address. Capital letters do not matter; dots and +tags do.', value: typed, inputmode: 'email', type: 'search', problems })}
<button>Search</button></form></section>
${found !== null && (found.length === 0 ? html`<section class="sheet narrow" role="status"><h2>No campaign holds this address</h2><p>From this ledger it was told nothing: not as affected, not as unaffected. Perhaps it was written differently, or it is not in any file.</p></section>` : html`<div role="status"><h2>${counted(found.length, 'campaign holds', 'campaigns hold')} it</h2>${found.map((one) => foundSheet(one))}</div>`)}`,
  });
}

function foundSheet(found: Found): Html {
  const told = found.state === 'accepted' && !found.rehearsal;
  return html`<section class="sheet"><div class="head"><h3>${found.subject === '' ? found.kit : found.subject}</h3><span class="badge ${noticeStateRows[found.state].tone}">${found.state}</span>${rehearsalBadge(found.rehearsal)}</div>
<p>${found.rehearsal ? 'A rehearsal: nothing left the machine, nobody was told.' : `${noticeStateRows[found.state].meaning} ${told ? '' : reasonWords(found.reason)}`}</p>
${found.corrected && note('wait', 'The address was corrected since', 'The notice has another address by now. Attempts before that went to the one you searched for.')}
${found.maybeAccepted && found.state !== 'unconfirmed' && note('unsure', 'An earlier attempt may have been accepted', 'Its answer was never recorded.')}
<dl class="fields"><dt>Letter</dt><dd>${found.audience}, ${found.locale}</dd><dt>Campaign</dt><dd><a href="/campaigns/${found.campaign}">${found.campaign}</a></dd>
${found.attempts.map((attempt) => html`<dt>${moment(attempt.at)}</dt><dd>${attempt.outcome.replaceAll('-', ' ')}: ${attempt.reply === null ? codesOf(attempt) : html`<q>${attempt.reply}</q>`}</dd>`)}</dl>
<p class="buttons"><a class="button second" href="/campaigns/${found.campaign}/notices/${found.notice}">Open the notice</a></p></section>`;
}

export interface OtherChannelView {
  readonly summary: CampaignSummary;
  readonly title: string;
  readonly untold: Readonly<Record<OtherChannelState, number>>;
}

/** The page at `/campaigns/:campaign/other-channel`. */
export function otherChannelPage(frame: Frame, { summary, title, untold }: OtherChannelView): Html {
  const path = `/campaigns/${encodeURIComponent(summary.campaign)}`;
  const { deferred } = summary.states;
  const all = otherChannelStates.reduce((sum, state) => sum + untold[state], 0);
  return page(frame, {
    title: 'Another channel',
    section: 'campaigns',
    body: html`<p><a href="${path}">← ${title}</a></p>
<section class="sheet" aria-labelledby="channel"><h1 id="channel">Who needs another channel</h1>
<p class="lead">${all === 0 ? 'Nobody, as far as is known now.' : `${counted(all, 'person has', 'people have')} no letter that the relay is known to have accepted: a call, a letter by post or a message in the account may reach them.`}</p>
<table><thead><tr><th scope="col">State</th><th scope="col" class="n">Notices</th><th scope="col" class="meaning">Why they are here</th></tr></thead><tbody>
${otherChannelStates.map((state) => html`<tr><th scope="row"><span class="dot ${noticeStateRows[state].tone}"></span>${state}</th><td class="n">${count(untold[state])}</td><td class="meaning quiet">${noticeStateRows[state].meaning}</td></tr>`)}</tbody></table>
${deferred > 0 && html`<p class="quiet">${counted(deferred, 'notice', 'notices')} more will be tried again by the schedule.</p>`}
${note('wait', 'The list holds addresses', 'It leaves the sealed ledger when you download it, and that is recorded with your name. Keep it where the incident’s files are kept, and delete it afterwards.')}
<p class="buttons"><a class="button" href="${path}/other-channel.csv">Download the list</a>${summary.state !== 'cancelled' && html`<a href="${path}/resend">Or re-send</a>`}</p></section>`,
  });
}

/** The page at `/campaigns/:campaign/export`. */
export function exportPage(
  frame: Frame,
  { summary, title, problems }: { summary: CampaignSummary; title: string; problems: FieldProblems },
): Html {
  const path = `/campaigns/${encodeURIComponent(summary.campaign)}`;
  const box = (state: (typeof noticeStates)[number]): Html =>
    checkbox({ name: `state-${state}`, label: `${state} (${count(summary.states[state])})` });
  return page(frame, {
    title: 'Export the record',
    section: 'campaigns',
    body: html`<p><a href="${path}">← ${title}</a></p>${errorSummary(problems)}
<section class="sheet narrow" aria-labelledby="export"><h1 id="export">Export the record</h1>
<p>One ZIP file: the account, the letters with their digests, what people did and when, and for each notice every attempt with the relay’s reply. As NDJSON, which is the evidence, and as CSV for spreadsheets; SHA256SUMS has the digest of each file. Without addresses it holds no personal data.</p>
<form method="post" action="${path}/export">${csrfField(frame)}
<fieldset><legend>Only notices that are</legend><p class="hint">None ticked: all ${count(summary.notices)}.</p>${noticeStates.filter((state) => summary.states[state] > 0).map(box)}</fieldset>
${checkbox({ name: 'addresses', label: 'With addresses. They leave the sealed ledger, and that is recorded with your name.' })}
<button>Download</button></form></section>`,
  });
}
