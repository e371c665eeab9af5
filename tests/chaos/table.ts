// The one table that a chaos run prints. Pure.
import { mustBeNone, type Findings } from './audit.ts';
import type { ChaosReport } from './conduct.ts';
import type { ChaosOptions } from './options.ts';

const labels: Readonly<Record<(typeof mustBeNone)[number], string>> = {
  lost: 'lost: no 2yz, and the ledger does not say so',
  strangeCopies: 'copies without an unconfirmed attempt, or with another Message-ID',
  falselyAccepted: 'accepted by the ledger without a 2yz of the relay',
  hidden: '2yz of the relay, and neither accepted nor maybe accepted',
  unaccounted: 'unaccounted: missing, foreign or still open',
  unclaimed: 'MAIL FROM without an attempt in the ledger',
  rateBreaches: 'seconds with more MAIL FROM than limit + max(1, 1 %)',
};

/** The lines of the table. */
export function renderTable(report: ChaosReport, options: ChaosOptions): string[] {
  const { findings, recoveriesMs } = report;
  const rows: (readonly [string, string])[] = [
    ['seed, queue', `${options.seed}, ${options.queue}`],
    ['time', `${Math.round(report.seconds)} s at ${options.ratePerSecond}/s`],
    ['kills', `${report.kills} (${listed(report.blows)})`],
    ["the relay's faults", listed(new Map([...report.weathers].filter(([name]) => name !== 'calm')))],
    ['holds resumed', report.holds.size === 0 ? 'none' : listed(report.holds)],
    ['notices', String(findings.notices)],
    ['accepted', String(findings.accepted)],
    ['refused, failed or unconfirmed in the end', String(findings.notAccepted)],
    ['copies', String(findings.copies)],
    ...mustBeNone.map((name) => [labels[name], `${findings[name]}${mark(findings, name)}`] as const),
    ['most MAIL FROM in one second', `${findings.mostInOneSecond} of ${findings.mailFroms} (${findings.mostReadInOneSecond} as a busy relay read them)`],
    ['everything killed → next MAIL FROM', recoveriesMs.length === 0 ? 'never measured' : `median ${seconds(median(recoveriesMs))}, max ${seconds(Math.max(...recoveriesMs))} (${recoveriesMs.length})`],
    ['processes that ended by themselves', report.endedAlone.size === 0 ? 'none' : listed(report.endedAlone)],
    ...report.troubles.map((trouble) => ['trouble', trouble] as const),
    ...(report.folder === null ? [] : [['logs and export', report.folder] as const]),
  ];
  const width = Math.max(...rows.map(([label]) => label.length));
  return rows.map(([label, value]) => `${label.padEnd(width)}  ${value}`);
}

function mark(findings: Findings, name: (typeof mustBeNone)[number]): string {
  return findings[name] === 0 ? '' : '   <-- must be 0';
}

function listed(counts: ReadonlyMap<string, number>): string {
  return [...counts].map(([name, many]) => `${name} ${many}`).join(', ');
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
