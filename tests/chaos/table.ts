// The one table that a chaos run prints. Pure.
import { mustBeNone, type Findings } from './audit.ts';
import type { ChaosReport } from './conduct.ts';
import { limitedDomain, type ChaosOptions } from './options.ts';
import type { DrillReport } from './drill.ts';
import type { HeldRateReport } from './held-rate.ts';
import type { SoakReport } from './soak.ts';

const labels: Readonly<Record<(typeof mustBeNone)[number], string>> = {
  lost: 'lost: no 2yz, and the ledger does not say so',
  strangeCopies: 'copies without an unconfirmed attempt, or with another Message-ID',
  falselyAccepted: 'accepted by the ledger without a 2yz of the relay',
  hidden: '2yz of the relay, and neither accepted nor maybe accepted',
  unaccounted: 'unaccounted: missing, foreign or still open',
  unclaimed: 'MAIL FROM without an attempt in the ledger',
  rateBreaches: 'seconds with more MAIL FROM than limit + max(1, 1 %)',
  domainBreaches: 'the same for the domain with a limit of its own',
};

/** The lines of the table. */
export function renderTable(report: ChaosReport, options: ChaosOptions): string[] {
  const { findings, recoveriesMs } = report;
  const rows: (readonly [string, string])[] = [
    ['seed, queue, ledger', `${options.seed}, ${options.queue}, ${options.ledger}`],
    [
      'time',
      `${Math.round(report.seconds)} s at ${options.ratePerSecond}/s${options.domainLimit === null ? '' : `, ${options.domainLimit}/s to ${limitedDomain}`}`,
    ],
    ['kills', `${report.kills} (${listed(report.blows)})`],
    ["the relay's faults", listed(new Map([...report.weathers].filter(([name]) => name !== 'calm')))],
    ['holds resumed', report.holds.size === 0 ? 'none' : listed(report.holds)],
    ['notices', String(findings.notices)],
    ['accepted', String(findings.accepted)],
    ['refused, failed or unconfirmed in the end', String(findings.notAccepted)],
    ['copies', String(findings.copies)],
    ...mustBeNone.map((name) => [labels[name], `${findings[name]}${mark(findings, name)}`] as const),
    [
      'most MAIL FROM in one second',
      `${findings.mostInOneSecond} of ${findings.mailFroms} (${findings.mostReadInOneSecond} as a busy relay read them)`,
    ],
    [
      'everything killed → next MAIL FROM',
      recoveriesMs.length === 0
        ? 'never measured'
        : `median ${seconds(median(recoveriesMs))}, max ${seconds(Math.max(...recoveriesMs))} (${recoveriesMs.length})`,
    ],
    ['processes that ended by themselves', report.endedAlone.size === 0 ? 'none' : listed(report.endedAlone)],
    ...report.troubles.map((trouble) => ['trouble', trouble] as const),
    ...(report.folder === null ? [] : [['logs and export', report.folder] as const]),
  ];
  return aligned(rows);
}

/** The lines of the table of a soak. */
export function renderSoak({ findings, seconds: took, memory, troubles, folder }: SoakReport): string[] {
  return aligned([
    ['time', `${Math.round(took)} s, ${Math.round(findings.accepted / took)} accepted a second`],
    ['notices', String(findings.notices)],
    ['accepted', String(findings.accepted)],
    ['refused, failed or unconfirmed in the end', String(findings.notAccepted)],
    ['copies', String(findings.copies)],
    ...mustBeNone.map((name) => [labels[name], `${findings[name]}${mark(findings, name)}`] as const),
    ...[...memory].flatMap(([name, looks]) => {
      const first = looks[Math.ceil(looks.length / 10) - 1]?.resident ?? 0;
      const most = Math.max(...looks.slice(Math.ceil(looks.length / 10)).map(({ resident }) => resident));
      return [
        [
          `${name}: MB live after a full collection, all the way`,
          looks.map(({ live }) => Math.round(live / 1e6)).join(' '),
        ],
        [`${name}: MB resident, all the way`, looks.map(({ resident }) => Math.round(resident / 1e6)).join(' ')],
        [`${name}: most resident against the first tenth`, `${(most / first).toFixed(2)} times`],
      ] as const;
    }),
    ...troubles.map((trouble) => ['trouble', trouble] as const),
    ['logs and export', folder],
  ]);
}

/** The lines of the table of a drill. */
export function renderDrill(report: DrillReport, options: ChaosOptions): string[] {
  const { findings } = report;
  return aligned([
    ['drill', `${options.drill}, ${options.outageSeconds} s`],
    ['time', `${Math.round(report.seconds)} s`],
    ['notices', String(findings.notices)],
    ['accepted', String(findings.accepted)],
    ['maybe accepted earlier', String(report.maybeAccepted)],
    ['copies', String(findings.copies)],
    ...mustBeNone.map((name) => [labels[name], `${findings[name]}${mark(findings, name)}`] as const),
    ['MAIL FROM during the outage', String(report.duringOutage)],
    ['end of the outage → next MAIL FROM', seconds(report.backAfterMs)],
    ...report.troubles.map((trouble) => ['trouble', trouble] as const),
    ['logs and export', report.folder],
  ]);
}

/** The lines of the table of a rate that is held. */
export function renderHeldRate(report: HeldRateReport, perSecond: number, options: ChaosOptions): string[] {
  const { findings, silentAfterWipeMs } = report;
  return aligned([
    ['rate, each part, queue', `${perSecond}/s, ${options.partSeconds} s, ${options.queue}`],
    ['notices', String(findings.notices)],
    ['accepted', String(findings.accepted)],
    ['copies', String(findings.copies)],
    ...mustBeNone.map((name) => [labels[name], `${findings[name]}${mark(findings, name)}`] as const),
    [
      'most MAIL FROM in one second',
      `${findings.mostInOneSecond} of ${findings.mailFroms} (${findings.mostReadInOneSecond} as a busy relay read them)`,
    ],
    ...report.parts.map(
      ({ name, mailFroms, used, mostInOneSecond }) =>
        [
          name,
          `${(used * 100).toFixed(1)} % of the limit used (${mailFroms}), at most ${mostInOneSecond} in a second`,
        ] as const,
    ),
    ['answer of the pause → last MAIL FROM', `${Math.round(report.pausedAfterMs)} ms`],
    ['start of `candor resume` → next MAIL FROM', seconds(report.resumedAfterMs)],
    ...(silentAfterWipeMs === null ? [] : [['longest silence after the wipe', seconds(silentAfterWipeMs)] as const]),
    ...report.troubles.map((trouble) => ['trouble', trouble] as const),
    ['logs and export', report.folder],
  ]);
}

function aligned(rows: readonly (readonly [string, string])[]): string[] {
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
