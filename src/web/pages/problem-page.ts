// What a person sees when there is no page to show: what happened, and what to do.
import { html, type Html } from '../html.ts';
import { page } from '../layout.ts';

export interface Problem {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly help: string;
}

/** A page for a problem. Without navigation before sign-in. */
export function problemPage(problem: Problem, signedIn: boolean, inbox: boolean): Html {
  return page({
    title: String(problem.status),
    section: signedIn ? 'status' : null,
    inbox,
    body: html`<section class="sheet empty"><h1>${problem.message}</h1><p>${problem.help.split('`').map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : html`${part}`))}</p>
<p class="quiet">${problem.status} · <span class="mono">${problem.code}</span></p></section>`,
  });
}
