// The plan of a launch as the person who confirms it reads it: who is told what, where the mail goes,
// how fast, and what is left out. Pure.
import type { LaunchPlan } from '../campaigns/application.ts';
import type { CampaignSummary } from '../domain/summary.ts';
import { leftOutTexts } from '../domain/left-out.ts';
import { count, counted, duration, exactRate, kitFindingTexts, kitText, moment } from './figures.ts';
import { cut, table, wrap } from './layout.ts';
import { palette, type Palette } from './palette.ts';
import { renderConflicts, renderContents, renderFindings, renderKitFindings, renderProblems } from './render-check.ts';
import { destination, renderAccount } from './render-summary.ts';
import { safeText } from './safe-text.ts';
import { textColumns, type View } from './view.ts';

/** The whole plan, a line per element. */
export function renderPlan(plan: LaunchPlan, view: View, now: Date): string[] {
  const width = textColumns(view);
  const paint = palette(view.color);
  return [
    paint.strong('The plan'),
    ...facts(plan, now).flatMap(([label, value]) => fact(label, value, width, paint, label === 'to' && plan.rehearsal)),
    '',
    ...letters(plan, width, paint),
    ...renderKitFindings(plan.kit, width, paint),
    ...renderFindings(plan.report, width, paint),
    ...renderProblems(plan.report, width, paint),
    ...missing(plan, width, paint),
    ...except(plan, width, paint),
  ];
}

/** What a launch that nobody confirmed by hand would have been shown, in sentences: kit, warnings, people left out. */
export function toldTexts({ kit, warnings, except }: CampaignSummary): string[] {
  return [
    `Kit ${kitText(kit)}.`,
    ...kitFindingTexts(kit),
    ...warnings.map(({ message }) => message),
    ...(except === null ? [] : leftOutTexts(except)),
  ].map(safeText);
}

/** How long it takes at the stated rate, in seconds; null without one. */
export function expectedSeconds(plan: Pick<LaunchPlan, 'ratePerSecond' | 'first' | 'report'>): number | null {
  if (plan.ratePerSecond === null) return null;
  return Math.min(plan.report.notices, plan.first ?? plan.report.notices) / plan.ratePerSecond;
}

function facts(plan: LaunchPlan, now: Date): (readonly [string, string])[] {
  const seconds = expectedSeconds(plan);
  const pace =
    plan.ratePerSecond === null
      ? 'no limit: as fast as it goes'
      : `${exactRate(plan.ratePerSecond)} at most${seconds === null || seconds < 1 ? '' : `: about ${duration(seconds)}${plan.first === null ? '' : ' for the first ones'}`}`;
  return [
    ['file', safeText(plan.report.file)],
    ['kit', safeText(kitText(plan.kit))],
    ['from', safeText(plan.from)],
    ['to', destination(plan)],
    ['rate', pace],
    ...(plan.first === null
      ? []
      : [['first', `${counted(plan.first, 'notice')}, then it holds and waits for candor resume`] as const]),
    ...(plan.startAt === null
      ? []
      : [
          [
            'start',
            `${moment(plan.startAt)}, in ${duration(Math.max(0, (plan.startAt.getTime() - now.getTime()) / 1000))}`,
          ] as const,
        ]),
  ];
}

function fact(label: string, value: string, width: number, paint: Palette, marked: boolean): string[] {
  const [first = '', ...rest] = wrap(value, width, ' '.repeat(9));
  const style = marked ? paint.caution : paint.plain;
  return [`  ${paint.faint(label.padEnd(7))}${style(first.slice(9))}`, ...rest.map(style)];
}

/** The account; then each letter with its subject when they were counted, else the totals. */
function letters(plan: LaunchPlan, width: number, paint: Palette): string[] {
  if (plan.letters === undefined) return renderContents(plan.report, width);
  const rows = table(
    plan.letters.map((letter) => [letter.audience, safeText(letter.locale), count(letter.notices)]),
    'llr',
  );
  return [
    ...renderAccount(plan.report, width),
    ...renderConflicts(plan.report, width),
    ...rows.map((row, index) => {
      const head = `  ${row}  `;
      return `${head}${paint.faint(cut(safeText(plan.letters?.[index]?.subject ?? ''), width - head.length))}`.trimEnd();
    }),
  ];
}

function except({ except }: LaunchPlan, width: number, paint: Palette): string[] {
  if (except === null) return [];
  return ['', ...leftOutTexts(except).flatMap((text) => wrap(safeText(text), width).map(paint.caution))];
}

function missing(plan: LaunchPlan, width: number, paint: Palette): string[] {
  if (plan.missingCategories.length === 0) return [];
  return [
    '',
    ...wrap(`The file has no column for: ${plan.missingCategories.join(', ')}`, width).map(paint.caution),
    ...wrap('No letter will name these kinds of data: for every recipient they count as not exposed.', width, '  '),
  ];
}
