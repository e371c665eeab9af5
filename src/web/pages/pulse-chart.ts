// The pace over time as a drawing with a text beside it; no script, and the same in the live part.
import { moment, pace } from '../figures.ts';
import { html, type Html } from '../html.ts';

export interface PulsePoint {
  readonly at: Date;
  readonly settled: number;
}

const wide = 600;
const high = 90;

/** Settled notices per second between two pulses. Pure. */
export function pacesOf(pulses: readonly PulsePoint[]): { at: Date; perSecond: number }[] {
  return pulses.slice(1).map((pulse, index) => {
    const before = pulses[index]!;
    const seconds = Math.max(1, (pulse.at.getTime() - before.at.getTime()) / 1000);
    // A re-send takes notices out of the settled ones: that is no pace.
    return { at: pulse.at, perSecond: Math.max(0, pulse.settled - before.settled) / seconds };
  });
}

/** The curve; null while there is too little to draw. */
export function pulseChart(pulses: readonly PulsePoint[]): Html | null {
  const paces = pacesOf(pulses);
  const [first, last] = [paces[0], paces.at(-1)];
  if (paces.length < 2 || first === undefined || last === undefined) return null;
  const most = Math.max(...paces.map(({ perSecond }) => perSecond), 0.001);
  const span = Math.max(1, last.at.getTime() - first.at.getTime());
  const points = paces.map(
    ({ at, perSecond }) =>
      `${(((at.getTime() - first.at.getTime()) / span) * wide).toFixed(1)},${(high - (perSecond / most) * (high - 6)).toFixed(1)}`,
  );
  return html`<figure class="chart"><figcaption>Pace over time: at most ${pace(most)}, lately ${pace(last.perSecond)}</figcaption>
<svg viewBox="0 0 ${wide} ${high}" preserveAspectRatio="none" role="img" aria-label="Settled notices per second, from ${first.at.toISOString()} to ${last.at.toISOString()}, at most ${pace(most)}"><polyline points="${points.join(' ')}"/></svg>
<p class="under quiet"><span>${moment(first.at)}</span><span>${moment(last.at)}</span></p></figure>`;
}
