// The letters of an upload: who gets which, as a person will read it, on a phone, in the dark, as text.
import type { RowLetter } from '../../campaigns/letter-of-row.ts';
import { categoriesOf } from '../../domain/category.ts';
import type { KitShown } from '../../domain/kit.ts';
import { count, counted } from '../figures.ts';
import { errorSummary, field, note, select, type FieldProblems } from '../form-parts.ts';
import { csrfField, type Frame } from '../frame.ts';
import { html, type Html } from '../html.ts';
import { page } from '../layout.ts';
import { kitLine } from './file-parts.ts';
import type { LetterView } from '../ports/letters.ts';
import type { UploadView } from '../ports/uploads.ts';

export const letterLooks = ['desktop', 'phone', 'dark', 'text', 'source'] as const;
export type LetterLook = (typeof letterLooks)[number];

export interface LettersView {
  readonly upload: UploadView;
  readonly kit: KitShown;
  readonly letters: readonly LetterView[];
  readonly inbox: boolean;
  readonly problems: FieldProblems;
  /** What was typed into the forms. */
  readonly typed: { readonly to: string; readonly row: string };
}

/** The page at `/uploads/:upload/letters`. */
export function lettersPage(frame: Frame, view: LettersView): Html {
  const { upload, kit, letters } = view;
  const account = upload.report?.kind === 'account' ? upload.report.account : null;
  const path = `/uploads/${upload.id}/letters`;
  const used = letters.flatMap((letter) => {
    const notices =
      account?.groups.find((group) => group.audience === letter.audience && group.locale === letter.locale)?.notices ??
      0;
    return notices > 0 ? [{ letter, notices }] : [];
  });
  return page(frame, {
    title: 'The letters',
    section: 'uploads',
    body: html`<p><a href="/uploads/${upload.id}">← ${upload.fileName}</a></p>${errorSummary(view.problems)}
<section class="sheet" aria-labelledby="letters"><h1 id="letters">What each group will read</h1>${kitLine(kit)}
${used.map(({ letter, notices }) => html`<article class="group"><h2><a href="${path}/${letter.audience}/${letter.locale}">${letter.subject}</a></h2><p class="quiet">${letter.audience} · ${letter.locale} · ${counted(notices, 'notice')}</p><blockquote>${letter.opening}</blockquote></article>`)}
<p class="buttons"><a class="button" href="/uploads/${upload.id}/launch?kit=${kit.digest}">Go on to the launch</a></p></section>
<section class="sheet narrow" aria-labelledby="of-row"><h2 id="of-row">The letter of one row</h2>
<form method="get" action="/uploads/${upload.id}/rows">${field({ name: 'row', label: 'Row number in your spreadsheet', type: 'number', inputmode: 'numeric', value: view.typed.row, small: true, problems: view.problems })}<button class="second">Show its letter</button></form></section>
<section class="sheet narrow" aria-labelledby="test"><h2 id="test">A test letter to yourself</h2>
<p class="quiet">It is marked as a test and belongs to no campaign. ${view.inbox ? html`Without a relay it goes to the built-in <a href="/inbox">inbox</a>.` : 'It goes through the relay.'}</p>
<form method="post" action="/uploads/${upload.id}/test-letter">${csrfField(frame)}<input type="hidden" name="kit" value="${kit.digest}">
${select({ name: 'letter', label: 'Which letter?', options: [{ value: '', text: `all ${used.length}` }, ...used.map(({ letter }) => ({ value: `${letter.audience}/${letter.locale}`, text: `${letter.audience}, ${letter.locale}` }))], chosen: '' })}
${field({ name: 'to', label: 'Your address', value: view.typed.to, autocomplete: 'email', problems: view.problems })}
<button class="second">Send the test</button></form></section>`,
  });
}

/** The page at `/uploads/:upload/letters/:audience/:locale`. */
export function oneLetterPage(
  frame: Frame,
  view: { upload: UploadView; kit: KitShown; letter: LetterView; look: LetterLook; categories: string },
): Html {
  const { upload, letter } = view;
  const path = `/uploads/${upload.id}/letters/${letter.audience}/${letter.locale}`;
  return page(frame, {
    title: letter.subject,
    section: 'uploads',
    body: html`<p><a href="/uploads/${upload.id}/letters">← All letters</a></p>
<article class="sheet"><h1>${letter.subject}</h1><p class="quiet">${letter.audience} · ${letter.locale}${letter.audience === 'affected' && view.categories === '' && ' · shown with every kind of data; each person’s letter lists only theirs'}</p>${kitLine(view.kit)}</article>
<section class="sheet">${letterFrame(path, letter, view.look, view.categories)}</section>`,
  });
}

function letterFrame(path: string, letter: LetterView, look: LetterLook, shown: string): Html {
  const query = shown === '' ? '' : `&categories=${shown}`;
  const asked = `${look === 'dark' ? '&scheme=dark' : ''}${query}`.slice(1);
  const names: Readonly<Record<LetterLook, string>> = {
    desktop: 'Desktop',
    phone: 'Phone',
    dark: 'Dark',
    text: 'Text',
    source: 'Source',
  };
  return html`<nav class="tabs" aria-label="Views of the letter">${letterLooks.map((one) => (one === look ? html`<a href="${path}?view=${one}${query}" aria-current="page">${names[one]}</a>` : html`<a href="${path}?view=${one}${query}">${names[one]}</a>`))}</nav>
${look === 'text' || look === 'source' ? html`<pre>${letter[look]}</pre>` : html`<iframe class="letter ${look}" sandbox="" src="${path}/html${asked === '' ? '' : `?${asked}`}" title="The letter as the recipient sees it, ${names[look]}"></iframe>`}`;
}

/** The page at `/uploads/:upload/rows?row=N`. */
export function rowLetterPage(
  frame: Frame,
  view: { upload: UploadView; kit: KitShown; row: number; found: RowLetter; letter: LetterView | null },
): Html {
  const { upload, row, found, letter } = view;
  return page(frame, {
    title: `Row ${row}`,
    section: 'uploads',
    body: html`<p><a href="/uploads/${upload.id}/letters">← All letters</a></p><section class="sheet"><h1>Row ${count(row)}</h1>${rowFacts(found)}${found.kind === 'notice' && kitLine(view.kit)}</section>
${found.kind === 'notice' && letter !== null && html`<section class="sheet"><h2>${letter.subject}</h2>${letterFrame(`/uploads/${upload.id}/letters/${letter.audience}/${letter.locale}`, letter, 'desktop', String(found.categories))}</section>`}`,
  });
}

function rowFacts(found: RowLetter): Html {
  if (found.kind === 'none')
    return note('wait', 'There is no such row', 'It is blank, the header, or beyond the end of the file.');
  if (found.kind === 'invalid')
    return html`<div class="note bad"><p><strong>This row is invalid: its person gets no notice</strong></p>${found.problems.map(({ code, message }) => html`<p><span class="mono">${code}</span> ${message}</p>`)}</div>`;
  return html`<dl class="fields"><dt>Address</dt><dd>${found.address}</dd><dt>Gets</dt><dd>the ${found.audience} letter, ${found.locale}</dd>
${found.audience === 'affected' && html`<dt>Exposed, says the file</dt><dd>${categoriesOf(found.categories).join(', ') || 'only the address'}</dd>`}
${found.rows.length > 1 && html`<dt>Rows of this address</dt><dd>${found.rows.join(', ')}: together one notice</dd>`}</dl>
${found.conflict && note('wait', 'Its rows disagree about the audience', 'The affected letter goes out.')}`;
}
