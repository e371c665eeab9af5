// What several pages say of a file and of its kit before a launch: always the same, wherever a person looks.
import type { FileWarning } from '../../domain/check-report.ts';
import type { KitShown } from '../../domain/kit.ts';
import { leftOutTexts, type LeftOut } from '../../domain/left-out.ts';
import { note } from '../form-parts.ts';
import { html, type Html } from '../html.ts';

/** Which kit, exactly: its folder, the digest that a launch is bound to, and what to look at in its letters. */
export function kitLine({ id, path, digest, findings = [] }: KitShown): Html {
  return html`<p class="quiet">Kit ${id}${path !== null && html` in <span class="mono">${path}</span>`}, digest <span class="mono" title="${digest}">${digest.slice(0, 12)}</span></p>
${findings.length > 0 && html`<div class="note wait"><p><strong>Look at this in the letters</strong></p><ul>${findings.map(({ message, remedy }) => html`<li>${message} ${remedy}</li>`)}</ul></div>`}`;
}

/** What a person should look at before a launch: how often each kind of data is told, then what may be meant otherwise. */
export function warningNotes(warnings: readonly FileWarning[] = []): Html | null {
  const counts = warnings.filter(({ code }) => code === 'exposed');
  const others = warnings.filter(({ code }) => code !== 'exposed');
  if (warnings.length === 0) return null;
  return html`${others.length > 0 && html`<div class="note wait"><p><strong>Look at this before the launch</strong></p><ul>${others.map(({ message }) => html`<li>${message}</li>`)}</ul></div>`}
${counts.length > 0 && html`<ul class="quiet">${counts.map(({ message }) => html`<li>${message}</li>`)}</ul>`}`;
}

/** Whom `except` leaves out, and whom not. */
export function leftOutNote(except: LeftOut | null): Html | null {
  return except === null ? null : note('wait', 'People who were told before', leftOutTexts(except).join(' '));
}
