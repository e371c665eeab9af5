// What `--json` says of a recipient file and of a campaign: exactly the keys that scripts are promised (README),
// in one order. What people are shown besides, and what the console needs, stays out: a key that is printed
// once is one that some script relies on for ever.
import type { CheckedFile, CheckReport } from '../domain/check-report.ts';
import type { CampaignSummary } from '../domain/summary.ts';

/** A campaign for scripts: the summary without what only people and the console are shown. */
export type ScriptSummary = Omit<
  CampaignSummary,
  'ratePerSecond' | 'throttledPerSecond' | 'domainLimits' | 'workers' | 'startAt' | 'restored'
>;

/** A checked file for scripts: without how it was understood, which only people are shown. */
export type ScriptReport = CheckReport & Pick<CheckedFile, 'warnings' | 'kit'>;

/** Answer of `check --json`. */
export function reportForScripts(report: CheckedFile): ScriptReport {
  const {
    file,
    sha256,
    rows,
    valid,
    invalid,
    merged,
    conflicts,
    notices,
    audiences,
    locales,
    localeFallbacks,
    columns,
    ignoredColumns,
    problems,
    warnings = [],
    kit,
  } = report;
  return {
    file,
    sha256,
    rows,
    valid,
    invalid,
    merged,
    conflicts,
    notices,
    audiences,
    locales,
    localeFallbacks,
    columns,
    ignoredColumns,
    problems,
    warnings,
    ...(kit === undefined ? {} : { kit }),
  };
}

/** Answer of `send`, `resume`, `resend` and `status --json`. */
export function summaryForScripts(summary: CampaignSummary): ScriptSummary {
  const { campaign, state, reason, rehearsal, relay, rows, invalid, merged, conflicts, suppressed, notices, states } =
    summary;
  const { attempts, maybeAccepted, seconds, perSecond, etaSeconds, warnings, kit, except } = summary;
  return {
    campaign,
    state,
    reason,
    rehearsal,
    relay,
    rows,
    invalid,
    merged,
    conflicts,
    suppressed,
    notices,
    states,
    attempts,
    maybeAccepted,
    seconds,
    perSecond,
    etaSeconds,
    warnings,
    kit,
    except,
  };
}
