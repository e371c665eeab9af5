// The progress bar of a campaign: one segment for each kind of notice state, as a drawing with a text.
import {
  barStates,
  noticeStateRows,
  noticeStates,
  type NoticeState,
  type StateCounts,
} from '../../domain/notice-state.ts';
import { count } from '../figures.ts';
import { html, type Html } from '../html.ts';

const unitsWide = 1000;

export interface Segment {
  readonly state: NoticeState;
  readonly x: number;
  readonly width: number;
}

/** Where each segment stands, of 1000 units. A state with any notice is at least 2 wide; what waits is the empty rest. */
export function segments(states: StateCounts, notices: number): Segment[] {
  const shown = barStates.filter((state) => states[state] > 0);
  if (notices === 0) return [];
  const widths = shown.map((state) => Math.max(2, (states[state] / notices) * unitsWide));
  const total = widths.reduce((sum, width) => sum + width, 0);
  const shrink = total > unitsWide ? unitsWide / total : 1;
  let x = 0;
  return shown.map((state, index) => {
    const width = round((widths[index] ?? 0) * shrink);
    const segment = { state, x: round(x), width };
    x += width;
    return segment;
  });
}

/** The bar. */
export function progressBar(states: StateCounts, notices: number): Html {
  const text = noticeStates.filter((state) => states[state] > 0).map((state) => `${count(states[state])} ${state}`);
  return html`<svg class="bar" viewBox="0 0 1000 10" preserveAspectRatio="none" role="img" aria-label="${text.join(', ') || 'no notices'}">${segments(
    states,
    notices,
  ).map(
    ({ state, x, width }) =>
      html`<rect class="${noticeStateRows[state].tone}" x="${x}" y="0" width="${width}" height="10"><title>${count(states[state])} ${state}</title></rect>`,
  )}</svg>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
