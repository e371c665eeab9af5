// What happened: who did what, who looked at whose address how often, who was refused.
import type { Counted } from '../../domain/looks.ts';
import { counted, moment } from '../figures.ts';
import type { Frame } from '../frame.ts';
import { html, type Html } from '../html.ts';
import { page } from '../layout.ts';
import type { HistoryLine } from '../ports/looks.ts';

export interface HistoryView {
  readonly events: readonly HistoryLine[];
  /** True for the first page. */
  readonly newest: boolean;
  /** The event before which the next page begins; null: there is none. */
  readonly older: number | null;
}

/** The page at `/history`. */
export function historyPage(frame: Frame, { events, newest, older }: HistoryView): Html {
  return page(frame, {
    title: 'History',
    section: 'account',
    body: html`<section class="sheet" aria-labelledby="history"><h1 id="history">History</h1>
<p class="quiet">Every look at a whole address is here, those of the same kind within five minutes in one line. No address is. The history of one campaign also stands on its page and in its export.</p>
<table class="letters"><thead><tr><th scope="col">When</th><th scope="col">What</th><th scope="col">Campaign</th><th scope="col">Who</th></tr></thead><tbody>${events.map(
      (line) =>
        html`<tr><td class="when">${moment(line.at)}</td><td>${line.kind.replaceAll('-', ' ')}${line.from !== null && ` from ${line.from}`} <span class="quiet">${countWords(line.counted)}</span></td><td>${line.campaign !== null && html`<a href="/campaigns/${line.campaign}">${line.campaign}</a>`}</td><td class="quiet">${whoWords(line)}</td></tr>`,
    )}</tbody></table>
<p class="buttons">${!newest && html`<a href="/history">Newest</a>`}${older !== null && html`<a href="/history?before=${older}">Older</a>`}</p></section>`,
  });
}

/** How often, with how many addresses, and until when; nothing for what happened once by its nature. */
export function countWords(count: Counted | null): Html | null {
  if (count === null) return null;
  const addresses = count.addresses === 0 ? '' : `, ${counted(count.addresses, 'address', 'addresses')}`;
  return html`${counted(count.times, 'time')}${addresses}${count.times > 1 && html`, until ${moment(count.until)}`}`;
}

/** Who did it; a name that was only given at the command line says so. */
export function whoWords({ actor, claimedBy }: Pick<HistoryLine, 'actor' | 'claimedBy'>): string {
  return claimedBy === null ? actor : `${actor} (claimed by the system user ${claimedBy})`;
}
