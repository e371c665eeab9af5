// What is wrong, shown in the rows themselves: the cell that is at fault stands out, the reason beneath.
import { count, counted } from '../figures.ts';
import type { Frame } from '../frame.ts';
import { html, type Html } from '../html.ts';
import { page } from '../layout.ts';
import type { InvalidRowLine, UploadView } from '../ports/uploads.ts';

export const problemsPerPage = 50;

export interface ProblemsView {
  readonly upload: UploadView;
  readonly rows: readonly InvalidRowLine[];
  /** Only problems of this kind; null: all. */
  readonly code: string | null;
  /** The row after which the next page begins; null: this is the last. */
  readonly next: number | null;
}

/** The page at `/uploads/:upload/problems`. */
export function uploadProblemsPage(frame: Frame, view: ProblemsView): Html {
  const { upload, rows, code } = view;
  const account = upload.report?.kind === 'account' ? upload.report.account : null;
  const path = `/uploads/${upload.id}/problems`;
  return page(frame, {
    title: 'Invalid rows',
    section: 'uploads',
    body: html`<p><a href="/uploads/${upload.id}">← ${upload.fileName}</a></p>
<section class="sheet" aria-labelledby="rows"><div class="head"><h1 id="rows">${counted(account?.invalid ?? 0, 'invalid row')}</h1></div>
<p>These rows get no notice. Mend them in your file and upload it again, or leave them out knowingly at the launch. Row numbers are those of a spreadsheet: the header is row 1.</p>
<nav class="tabs" aria-label="Kinds of problems">${tab(path, 'All', code === null)}${Object.entries(account?.problemCounts ?? {}).map(([kind, rowsOfKind]) => tab(`${path}?kind=${kind}`, `${kind} (${count(rowsOfKind)})`, code === kind))}</nav>
<div class="scroll" tabindex="0" role="region" aria-label="Invalid rows"><table class="rows"><tbody>${rows.map((row) => rowOf(row, account?.columnNumbers ?? {}))}</tbody></table></div>
<nav class="pages" aria-label="Pages"><span><a href="/uploads/${upload.id}/invalid.csv">Download all of them</a></span><span>${view.next !== null && html`<a href="${path}?${code === null ? '' : `kind=${code}&`}after=${view.next}">Further rows →</a>`}</span></nav></section>`,
  });
}

function tab(href: string, text: string, current: boolean): Html {
  return current ? html`<a href="${href}" aria-current="page">${text}</a>` : html`<a href="${href}">${text}</a>`;
}

function rowOf(row: InvalidRowLine, columnNumbers: Readonly<Record<string, number>>): Html {
  const atFault = new Set(row.problems.map(({ column }) => (column === null ? -1 : (columnNumbers[column] ?? 0) - 1)));
  const cells = row.cells.slice(0, 40);
  return html`<tr><th scope="row" class="n">${count(row.row)}</th>${cells.map((cell, index) => (atFault.has(index) ? html`<td><mark>${cell === '' ? '(empty)' : cell}</mark></td>` : html`<td>${cell}</td>`))}</tr>
<tr class="reason"><td></td><td colspan="${Math.max(1, cells.length)}">${row.problems.map(({ code, message }) => html`<p><span class="mono">${code}</span> ${message}</p>`)}</td></tr>`;
}
