// What a person sees when there is no page to show: what happened, and what to do.
import { prose } from '../form-parts.ts';
import type { Frame } from '../frame.ts';
import { html, type Html } from '../html.ts';
import { page } from '../layout.ts';

export interface Problem {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly help: string;
}

/** A page for a problem. Without navigation before sign-in. */
export function problemPage(frame: Frame, problem: Problem): Html {
  return page(frame, {
    title: String(problem.status),
    section: null,
    body: html`<section class="sheet empty"><h1>${problem.message}</h1><p>${prose(problem.help)}</p>
<p class="quiet">${problem.status} · <span class="mono">${problem.code}</span></p></section>`,
  });
}
