// The letters of the built-in inbox, newest first.
import { count, counted, moment } from '../figures.ts';
import type { Frame } from '../frame.ts';
import { html, type Html } from '../html.ts';
import { page } from '../layout.ts';
import type { LetterLine } from '../ports.ts';

export const lettersPerPage = 50;

export interface InboxView {
  readonly letters: readonly LetterLine[];
  readonly total: number;
  /** True on the page with the newest letters. */
  readonly newest: boolean;
  /** Set when there are older ones: the letter that they are older than. */
  readonly olderThan: number | null;
}

/** The page at `/inbox`. */
export function inboxPage(frame: Frame, view: InboxView): Html {
  return page(frame, {
    title: `Inbox (${count(view.total)})`,
    section: 'inbox',
    live: view.newest,
    body: html`<div id="live" data-live="${view.newest ? 'yes' : 'no'}">${view.total === 0 ? empty() : list(view)}</div>`,
  });
}

function empty(): Html {
  return html`<section class="sheet empty"><h1>No letters yet</h1>
<p class="quiet">Without SMTP_URL every notice ends up here, and nothing leaves this machine.</p></section>`;
}

function list(view: InboxView): Html {
  return html`<section class="sheet" aria-labelledby="inbox"><div class="head"><h1 id="inbox">Inbox</h1><span class="quiet">${counted(view.total, 'letter')}</span></div>
<p class="quiet">What the built-in inbox took. None of it left this machine; it is kept sealed in the ledger.</p>
<table class="letters"><thead><tr><th scope="col">Subject</th><th scope="col">To</th><th scope="col">Received</th></tr></thead>
<tbody>${view.letters.map((letter) => row(letter))}</tbody></table>
<nav class="pages" aria-label="Pages"><span>${!view.newest && html`<a href="/inbox">← Newest</a>`}</span><span>${view.olderThan !== null && html`<a href="/inbox?before=${view.olderThan}">Older →</a>`}</span></nav></section>`;
}

function row(letter: LetterLine): Html {
  return html`<tr><td><a href="/inbox/${letter.id}">${letter.subject === '' ? '(no subject)' : letter.subject}</a></td><td>${letter.to}</td><td class="when">${moment(letter.receivedAt)}</td></tr>`;
}
