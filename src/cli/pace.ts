// The pace of the last seconds, from the summaries seen so far. Pure: a history is a value, and the
// time is a parameter.
import type { CampaignSummary } from '../domain/summary.ts';

/** What was seen of a campaign since this program began to look. */
export interface ProgressHistory {
  /** When looking began (milliseconds of a monotonic clock). */
  readonly startedAtMs: number;
  /** Oldest first, at most a few per second, not older than needed. */
  readonly samples: readonly { readonly atMs: number; readonly accepted: number }[];
}

/** "Now" is the mean over this window: long enough for a rate of 1/s, short enough to show a change. */
const windowMs = 5000;
/** Samples closer together than this add nothing. */
const spacingMs = 200;

/** A history that has seen nothing yet. */
export function newHistory(startedAtMs: number): ProgressHistory {
  return { startedAtMs, samples: [] };
}

/** The history with one more summary in it; what has left the window is forgotten, except the last one before it. */
export function remember(history: ProgressHistory, summary: CampaignSummary, atMs: number): ProgressHistory {
  const last = history.samples.at(-1);
  if (last !== undefined && atMs - last.atMs < spacingMs) return history;
  const samples = [...history.samples, { atMs, accepted: summary.states.accepted }];
  const firstInside = samples.findIndex((sample) => sample.atMs > atMs - windowMs);
  return { ...history, samples: samples.slice(Math.max(0, firstInside - 1)) };
}

/** Acceptances per second over the last seconds; null until there is a second to go by. */
export function paceNow(history: ProgressHistory, nowMs: number): number | null {
  const last = history.samples.at(-1);
  if (last === undefined) return null;
  const before = history.samples.findLast((sample) => sample.atMs <= nowMs - windowMs);
  const first = before ?? history.samples[0] ?? last;
  const seconds = (nowMs - first.atMs) / 1000;
  return seconds < 1 ? null : Math.max(0, last.accepted - first.accepted) / seconds;
}
