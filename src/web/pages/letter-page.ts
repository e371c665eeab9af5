// One letter of the inbox: as the recipient sees it, as text, and as it came over the wire. Its HTML
// is only ever shown in a sandboxed frame, from an address of its own.
import { moment } from '../figures.ts';
import type { Frame } from '../frame.ts';
import { html, type Html } from '../html.ts';
import { page } from '../layout.ts';
import type { Letter } from '../ports.ts';

export const letterViews = ['html', 'text', 'source'] as const;
export type LetterView = (typeof letterViews)[number];

const viewNames: Readonly<Record<LetterView, string>> = { html: 'Letter', text: 'Text', source: 'Source' };

/** The view to show: the one that was asked for if the letter has it, else the first that it has. */
export function chooseView(letter: Letter, asked: string | undefined): LetterView {
  const has = letterViews.filter((view) => letter[view] !== null);
  return has.find((view) => view === asked) ?? has[0] ?? 'source';
}

/** The page at `/inbox/:id`. */
export function letterPage(frame: Frame, letter: Letter, view: LetterView): Html {
  const subject = letter.subject === '' ? '(no subject)' : letter.subject;
  return page(frame, {
    title: subject,
    section: 'inbox',
    body: html`<p><a href="/inbox">← Inbox</a></p>
<article class="sheet"><h1>${subject}</h1>
<dl class="fields"><dt>From</dt><dd>${letter.from}</dd><dt>To</dt><dd>${letter.to}</dd><dt>Received</dt><dd>${moment(letter.receivedAt)}</dd>
${letter.noticeToken !== null && html`<dt>Notice</dt><dd class="mono">${letter.noticeToken}</dd>`}</dl></article>
<section class="sheet"><nav class="tabs" aria-label="Views of the letter">${letterViews.filter((one) => letter[one] !== null).map((one) => tab(letter.id, one, view))}</nav>${content(letter, view)}</section>`,
  });
}

function tab(id: number, view: LetterView, current: LetterView): Html {
  const href = `/inbox/${id}?view=${view}`;
  return view === current
    ? html`<a href="${href}" aria-current="page">${viewNames[view]}</a>`
    : html`<a href="${href}">${viewNames[view]}</a>`;
}

function content(letter: Letter, view: LetterView): Html {
  if (view === 'html')
    return html`<iframe class="letter" sandbox="" src="/inbox/${letter.id}/html" title="The letter as the recipient sees it"></iframe>`;
  return html`<pre>${view === 'text' ? letter.text : letter.source}</pre>`;
}
