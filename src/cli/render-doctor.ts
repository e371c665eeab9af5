// The doctor's findings, each with its mark and, where something is to be done, what. Pure.
import type { DoctorFinding } from '../campaigns/application.ts';
import { counted } from './figures.ts';
import { padEnd, wrap } from './layout.ts';
import { palette, type Palette } from './palette.ts';
import { safeText } from './safe-text.ts';
import { textColumns, type View } from './view.ts';

type Verdict = DoctorFinding['verdict'];

const marks: Readonly<Record<Verdict, { readonly unicode: string; readonly style: keyof Palette }>> = {
  ok: { unicode: '✓', style: 'good' },
  warning: { unicode: '!', style: 'caution' },
  problem: { unicode: '✗', style: 'bad' },
  unknown: { unicode: '?', style: 'faint' },
};

/** The findings in the order given, then their count. */
export function renderDoctor(findings: readonly DoctorFinding[], view: View): string[] {
  const width = textColumns(view);
  const paint = palette(view.color);
  return [
    ...findings.flatMap((finding) => findingLines(finding, width, view.unicode, paint)),
    '',
    conclusion(findings, paint),
  ];
}

/** How many findings have this verdict. */
export function having(findings: readonly DoctorFinding[], verdict: Verdict): number {
  return findings.filter((finding) => finding.verdict === verdict).length;
}

function findingLines(finding: DoctorFinding, width: number, unicode: boolean, paint: Palette): string[] {
  const mark = marks[finding.verdict];
  const head = `${unicode ? `${mark.unicode} ` : ''}${padEnd(finding.verdict, 7)}  `;
  const indent = ' '.repeat(head.length);
  const [first = '', ...rest] = wrap(`${safeText(finding.subject)}: ${safeText(finding.finding)}`, width, indent);
  const help = finding.help === null ? [] : wrap(safeText(finding.help), width, indent).map(paint.faint);
  return [paint[mark.style](head) + first.slice(head.length), ...rest, ...help];
}

function conclusion(findings: readonly DoctorFinding[], paint: Palette): string {
  const problems = having(findings, 'problem');
  const warnings = having(findings, 'warning');
  const unknown = having(findings, 'unknown');
  const notChecked = unknown === 0 ? '' : `, ${counted(unknown, 'check')} without an answer`;
  if (problems > 0) return paint.bad(`${counted(problems, 'problem')}, ${counted(warnings, 'warning')}${notChecked}.`);
  if (warnings > 0) return paint.caution(`No problem, ${counted(warnings, 'warning')}${notChecked}.`);
  return paint.good(`All is well${notChecked}.`);
}
