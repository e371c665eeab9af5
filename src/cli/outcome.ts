// What a command ends with: an exit code, an object for scripts and text for people. One of the two is
// printed on stdout, once.
import type { CampaignSummary } from '../domain/summary.ts';
import { summaryForScripts } from './for-scripts.ts';
import { exitCodeFor, type ExitCode } from './next-steps.ts';
import { renderSummary } from './render-summary.ts';
import type { View } from './view.ts';

export interface Outcome {
  readonly exit: ExitCode;
  /** Printed with `--json`; null for commands without one. */
  readonly json: object | null;
  /** Printed otherwise, a line per element. */
  readonly text: (view: View) => readonly string[];
}

/** A campaign that was worked on: its summary, and the exit code that says how it ended. */
export function workedOutcome(summary: CampaignSummary): Outcome {
  return { exit: exitCodeFor(summary), json: summaryForScripts(summary), text: (view) => renderSummary(summary, view) };
}

/** A question about a campaign that was answered, whatever the answer. `first` goes above the summary. */
export function answeredOutcome(
  summary: CampaignSummary,
  first: readonly string[] = [],
  json: object = summaryForScripts(summary),
): Outcome {
  return {
    exit: 0,
    json,
    text: (view) => [...first, ...(first.length > 0 ? [''] : []), ...renderSummary(summary, view)],
  };
}
