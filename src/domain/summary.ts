// The account of one campaign as people and scripts read it, and the arithmetic behind it.
import type { FileWarning } from './check-report.ts';
import type { DomainLimit } from './domain-turn.ts';
import type { KitShown } from './kit.ts';
import type { LeftOut } from './left-out.ts';
import { noCounts, sumCounts, type NoticeState, type StateCounts } from './notice-state.ts';
import type { CampaignState } from './campaign-state.ts';

/** The account, its pace and what is to come. What scripts get of it: src/cli/for-scripts.ts. */
export interface CampaignSummary {
  readonly campaign: string;
  readonly state: CampaignState;
  readonly reason: { readonly code: string; readonly help: string } | null;
  readonly rehearsal: boolean;
  /** `host:port` of the relay, or `inbox`. */
  readonly relay: string;
  readonly rows: number;
  readonly invalid: number;
  readonly merged: number;
  readonly conflicts: number;
  readonly suppressed: number;
  readonly notices: number;
  readonly states: StateCounts;
  /** Tries that reached MAIL FROM. */
  readonly attempts: number;
  /** Notices that may have been accepted by an attempt without a recorded reply. */
  readonly maybeAccepted: number;
  /** From the first MAIL FROM to the last settlement, without time paused or held. */
  readonly seconds: number;
  readonly perSecond: number;
  /** Null when unknown. */
  readonly etaSeconds: number | null;
  /** What the file had that a person should have looked at. */
  readonly warnings: readonly FileWarning[];
  readonly kit: KitShown;
  /** Whom `--except` left out, and whom not; null without it. */
  readonly except: LeftOut | null;
  /** The relay's limit; null: none. */
  readonly ratePerSecond: number | null;
  /** Set while the relay asks for less than the limit. */
  readonly throttledPerSecond: number | null;
  /** Limits of receiving domains, as people named them. */
  readonly domainLimits: readonly DomainLimit[];
  /** Workers of its relay that are at work now; null when it needs none, or works here. */
  readonly workers: number | null;
  /** When a campaign that waits will start (ISO 8601); null when it does not wait. */
  readonly startAt: string | null;
  /** The backup that it came from (its moment in ISO 8601); null for a campaign that this ledger made itself. */
  readonly restored: { readonly at: string; readonly authenticated: boolean } | null;
}

/** True when promise 1 holds: rows = invalid + merged + notices, and notices = the sum over the states. */
export function accountHolds(
  account: Pick<CampaignSummary, 'rows' | 'invalid' | 'merged' | 'notices' | 'states'>,
): boolean {
  return (
    account.rows === account.invalid + account.merged + account.notices && account.notices === sumCounts(account.states)
  );
}

/** True when it runs and nobody works on it: nothing goes out, however long one waits. */
export function unattended(summary: Pick<CampaignSummary, 'state' | 'workers'>): boolean {
  return summary.state === 'running' && summary.workers === 0;
}

/** What people are told of a campaign that runs and on which nobody works. */
export const unattendedTexts = {
  message: 'No worker is at work: nothing goes out.',
  help: (campaign: string): string =>
    `\`candor resume ${campaign}\` works on it in the foreground; \`candor worker\` and \`candor serve\` work on whatever is running.`,
} as const;

/** What people are told of a campaign that came from a backup. */
export function restoredText({ at, authenticated }: NonNullable<CampaignSummary['restored']>): string {
  const moment = `${at.slice(0, 19).replace('T', ' ')} UTC`;
  return authenticated
    ? `Restored from a backup of ${moment}: what happened after it is not here.`
    : `Restored from a backup of ${moment} that no MAC vouches for: somebody may have changed what it says, and what happened after it is not here.`;
}

/**
 * Seconds until nothing is open, by the pace so far and the limit, whichever is slower; null while
 * there is no pace to go by, or when only deferred notices are left (their time is on their schedule).
 */
export function etaSeconds(
  counts: StateCounts,
  perSecond: number,
  limitPerSecond: number | null,
  aside: readonly Aside[] = [],
): number | null {
  const ahead = counts.pending + counts.queued + counts.sending;
  if (ahead === 0) return counts.deferred === 0 ? 0 : null;
  const pace =
    limitPerSecond === null ? perSecond : perSecond > 0 ? Math.min(perSecond, limitPerSecond) : limitPerSecond;
  if (pace === 0 || aside.some(({ notices }) => notices === null)) return null;
  // Domains wait beside each other, not one after the other.
  return Math.max(
    Math.ceil(ahead / pace),
    ...aside.map(({ notices, perSecond: most }) => Math.ceil((notices ?? 0) / most)),
  );
}

/** Notices that wait for a receiving domain with a limit of its own. */
export interface Aside {
  /** Null: more than are counted. */
  readonly notices: number | null;
  readonly perSecond: number;
}

/** Counts from rows of `{state, count}`. */
export function countsFrom(rows: Iterable<{ state: NoticeState; count: number }>): StateCounts {
  const counts = noCounts();
  for (const row of rows) counts[row.state] += row.count;
  return counts;
}
