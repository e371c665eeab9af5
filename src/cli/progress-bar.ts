// The bar of a campaign: one segment per kind of state, every notice within it. Pure.
import { barStates, noticeStateRows, sumCounts, sumOf, type StateCounts, type Tone } from '../domain/notice-state.ts';
import { toneStyles, type Palette } from './palette.ts';
import type { View } from './view.ts';

interface Segment {
  readonly notices: number;
  readonly style: keyof Palette;
  readonly unicode: string;
  readonly ascii: string;
}

/** The bar, exactly `width` columns. The characters differ too, so that it reads without colour. */
export function renderBar(states: StateCounts, width: number, view: Pick<View, 'unicode'>, paint: Palette): string {
  const segments = segmentsOf(states);
  const cells = share(
    segments.map((segment) => segment.notices),
    width,
  );
  return segments
    .map((segment, index) =>
      paint[segment.style]((view.unicode ? segment.unicode : segment.ascii).repeat(cells[index] ?? 0)),
    )
    .join('');
}

/**
 * Shares `width` cells by weight. Every weight above zero gets a cell while there are enough, so that
 * one failure among a million is seen; the largest ones pay for it. No weight at all: no cells.
 */
export function share(weights: readonly number[], width: number): number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (total === 0) return weights.map(() => 0);
  const cells = weights.map((weight) => (weight === 0 ? 0 : Math.max(1, Math.floor((weight / total) * width))));
  const used = (): number => cells.reduce((sum, cell) => sum + cell, 0);
  while (used() > width) cells[cells.indexOf(Math.max(...cells))]! -= 1;
  while (used() < width) cells[weights.indexOf(Math.max(...weights))]! += 1;
  return cells;
}

/** The characters of each tone, with and without Unicode. */
const marks: Readonly<Record<Tone, readonly [unicode: string, ascii: string]>> = {
  good: ['█', '#'],
  bad: ['▚', 'x'],
  unsure: ['▒', '?'],
  rest: ['▁', '_'],
  open: ['▌', '>'],
  wait: ['░', '~'],
};

/** One segment for each run of states of the same tone, in the order of the bar; what waits is the empty rest. */
function segmentsOf(states: StateCounts): Segment[] {
  const segments: Segment[] = [];
  let last: Tone | null = null;
  for (const state of barStates) {
    const { tone } = noticeStateRows[state];
    const before = tone === last ? segments.pop() : undefined;
    const [unicode, ascii] = marks[tone];
    segments.push({ notices: (before?.notices ?? 0) + states[state], style: toneStyles[tone], unicode, ascii });
    last = tone;
  }
  const waiting = sumCounts(states) - sumOf(states, barStates);
  return [...segments, { notices: waiting, style: 'faint', unicode: '·', ascii: '.' }];
}
