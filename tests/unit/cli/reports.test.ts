// What people read at the end, before a launch, and when they ask: whole texts, and what they must never say.
import { describe, expect, it } from 'vitest';
import { nextSteps } from '../../../src/cli/next-steps.ts';
import { reportForScripts } from '../../../src/cli/for-scripts.ts';
import { renderCheck } from '../../../src/cli/render-check.ts';
import { renderDoctor } from '../../../src/cli/render-doctor.ts';
import { honestWord } from '../../../src/cli/render-found.ts';
import { renderPlan, toldTexts } from '../../../src/cli/render-plan.ts';
import { renderSummary } from '../../../src/cli/render-summary.ts';
import type { Found } from '../../../src/domain/found.ts';
import { fileWarnings } from '../../../src/domain/file-warnings.ts';
import { campaignStates } from '../../../src/domain/campaign-state.ts';
import { noticeStates } from '../../../src/domain/notice-state.ts';
import { reportOf, summaryOf } from './scripted-application.ts';

const view = { columns: 80, color: false, unicode: true };
const report = reportOf({
  invalid: 12,
  merged: 50,
  conflicts: 2,
  audiences: { affected: 15_000, unaffected: 5000 },
  locales: { es: 2000, en: 12_000, id: 6000 },
  localeFallbacks: 320,
  columns: { email: 'E-Mail', audience: 'product', name: 'name', country: '\u001B]0;owned\u0007Country' },
  ignoredColumns: ['Notes'],
  problems: Array.from({ length: 12 }, (_, index) => ({
    row: 17 + index * 311,
    column: index % 2 === 0 ? 'email' : null,
    code: 'x',
    message: 'What is wrong with the row and how to mend it, in a sentence.',
  })),
});

describe('the summary', () => {
  it('of a campaign with every kind of ending', () => {
    const summary = summaryOf({
      invalid: 12,
      merged: 50,
      conflicts: 2,
      maybeAccepted: 3,
      states: { refused: 30, failed: 2, unconfirmed: 3, suppressed: 5 },
    });
    expect(renderSummary(summary, view).join('\n')).toMatchSnapshot();
  });

  it('of a rehearsal that was held', () => {
    const summary = summaryOf({
      state: 'held',
      rehearsal: true,
      relay: 'inbox',
      reason: { code: 'canary', help: 'Look at them, then candor resume.' },
      notices: 30,
      states: { pending: 20 },
      attempts: 10,
      etaSeconds: null,
    });
    expect(renderSummary(summary, view).join('\n')).toMatchSnapshot();
  });

  it('says of a campaign that came from a backup of which moment it is, and whether anything vouches for that', () => {
    const at = '2026-12-01T09:30:00.000Z';
    const told = (authenticated: boolean) =>
      renderSummary(summaryOf({ restored: { at, authenticated } }), view)
        .join(' ')
        .replaceAll(/\s+/g, ' ');
    expect(told(true)).toContain(
      'Restored from a backup of 2026-12-01 09:30:00 UTC: what happened after it is not here.',
    );
    expect(told(false)).toContain('no MAC vouches for');
  });

  it('says that nobody is at work on a campaign that runs, and what to do', () => {
    const alone = summaryOf({
      state: 'running',
      workers: 0,
      states: { pending: 20, sending: 3 },
      notices: 30,
      etaSeconds: null,
    });
    const text = renderSummary(alone, view).join('\n');
    expect(text).toContain('No worker is at work');
    expect(text).toContain('candor resume c-7f3k');
    expect(text).toMatch(/^ {2}candor worker$/m);
    expect(text).not.toContain('on the wire now');
    for (const summary of [
      { ...alone, workers: 1 },
      { ...alone, workers: null },
      { ...alone, state: 'paused' as const },
      { ...alone, state: 'held' as const },
    ]) {
      expect(renderSummary(summary, view).join('\n')).not.toContain('No worker');
    }
  });

  it('shouts when the account does not add up', () => {
    for (const broken of [summaryOf({ rows: 1 }), { ...summaryOf(), notices: 1, rows: 1 }]) {
      expect(renderSummary(broken, view).join('\n')).toContain('THE ACCOUNT DOES NOT ADD UP');
    }
  });

  it.each(campaignStates)('has something to do next, or nothing left to do, when a campaign is %s', (state) => {
    const steps = nextSteps(summaryOf({ state, invalid: 1, states: { refused: 1 } }));
    expect(steps.length).toBeGreaterThan(state === 'draft' ? -1 : 0);
    for (const step of steps) expect(step.command).toMatch(/^candor \w+/);
    expect(nextSteps(summaryOf())).toEqual([]);
  });

  it('never says sent or delivered', () => {
    for (const state of campaignStates) {
      const states = Object.fromEntries(noticeStates.map((each) => [each, 3]));
      expect(renderSummary(summaryOf({ state, states, notices: 30, maybeAccepted: 2 }), view).join('\n')).not.toMatch(
        /\b(sent|delivered)\b/i,
      );
    }
  });
});

describe('the check', () => {
  it('as a text', () => {
    expect(renderCheck(report, 'bad.csv', view).join('\n')).toMatchSnapshot();
  });

  it('says how the file was understood, where a person may know better', () => {
    const exposure = [
      { category: 'city', rows: 812, markerRows: 37 },
      { category: 'os', rows: 1000, markerRows: 0 },
    ] as const;
    const findings = {
      encoding: 'windows-1252',
      doubtfulAddresses: 3,
      affectedRows: 1000,
      exposure,
      unaffectedMarkedNames: 0,
      unprintedNames: 0,
      encodingName: 'Western Europe (Windows)',
      doubtfulNames: 0,
      rowsPerhapsUtf8: 0,
      quotedAddresses: 0,
      filledRows: 0,
      extraCellRows: 0,
    } as const;
    const warnings = fileWarnings(findings);
    const text = renderCheck(reportOf({ findings, warnings }), null, view).join(' ').replaceAll(/\s+/g, ' ');
    expect(text).toContain('city: exposed for 812 of 1,000 affected rows');
    expect(text).toContain('read as Windows-1252, not as UTF-8');
    expect(text).toContain('email: 3 rows have an address with letters outside ASCII');
    expect(text).toContain('city: 37 rows have nothing but a mark');
    expect(text).not.toContain('os: 0');
    expect(
      renderCheck(
        reportOf({ findings: { ...findings, encoding: 'utf-8', doubtfulAddresses: 0, exposure: [] }, warnings: [] }),
        null,
        view,
      ),
    ).toEqual(renderCheck(reportOf(), null, view));
    expect(reportForScripts(reportOf({ findings }))).toEqual({ ...reportOf(), warnings: [] });
  });

  it('tells the rows that contradict an earlier one, for people', () => {
    const told = (conflicts: number, conflictRows: readonly number[]): string =>
      renderCheck(reportOf({ conflicts, conflictRows }), null, view).join(' ').replaceAll(/\s+/g, ' ');
    expect(told(1, [1204])).toContain('Row 1204 says otherwise than an earlier row of its address.');
    expect(
      told(
        1300,
        Array.from({ length: 100 }, (_, index) => 5000 + index),
      ),
    ).toMatch(/Rows 5000, 5001, .*, 5019 and 1,280 more say otherwise than an earlier row of their address\./);
    expect(told(1, [])).not.toContain('otherwise');
    expect(reportForScripts(reportOf({ conflictRows: [4] }))).toEqual({ ...reportOf(), warnings: [] });
  });

  it('of a file without a fault', () => {
    expect(renderCheck(reportOf(), null, view).join('\n')).toContain('Every row is valid.');
  });
});

describe('the plan', () => {
  const plan = {
    report,
    kit: { path: '/srv/kits/mixpanel-2025-11', id: 'mixpanel-2025-11', digest: 'd'.repeat(64) },
    except: null,
    rehearsal: false,
    relay: 'relay.example:587',
    from: 'Notices <notices@example.org>',
    ratePerSecond: 50,
    missingCategories: ['city', 'region'],
    first: null,
    startAt: new Date('2026-01-31T10:05:00Z'),
    letters: [
      {
        audience: 'affected',
        locale: 'en',
        subject: 'Your API account data was exposed in a security incident at an outside vendor of ours',
        notices: 15_000,
      },
      { audience: 'unaffected', locale: 'id', subject: 'Akun Anda tidak terdampak', notices: 5000 },
    ],
  } as const;
  const now = new Date('2026-01-31T08:00:00Z');

  it('as a text', () => {
    expect(renderPlan(plan, view, now).join('\n')).toMatchSnapshot();
  });

  it('of a rehearsal without a rate', () => {
    const { letters: _, ...rest } = plan;
    const text = renderPlan(
      { ...rest, rehearsal: true, relay: 'inbox', ratePerSecond: null, first: 10, startAt: null },
      view,
      now,
    ).join('\n');
    expect(text).toContain('built-in inbox: rehearsal');
    expect(text).toContain('10 notices, then it holds');
    expect(text).toContain('affected    15,000');
  });

  it('says how the file was understood', () => {
    const findings = {
      encoding: 'utf-16le',
      doubtfulAddresses: 0,
      affectedRows: 1,
      unaffectedMarkedNames: 0,
      unprintedNames: 0,
      encodingName: 'Western Europe (Windows)',
      doubtfulNames: 0,
      rowsPerhapsUtf8: 0,
      quotedAddresses: 0,
      filledRows: 0,
      extraCellRows: 0,
      exposure: [{ category: 'city', rows: 1, markerRows: 1 }],
    } as const;
    const text = renderPlan({ ...plan, report: { ...report, findings, warnings: fileWarnings(findings) } }, view, now);
    expect(text.join('\n')).toContain('read as UTF-16');
    expect(text.join('\n')).toContain('city: 1 row has nothing but a mark');
  });

  it('says what is to be looked at in the letters, as the check and an unattended launch do', () => {
    const kit = {
      ...plan.kit,
      findings: [
        {
          code: 'lure-words',
          level: 'warning',
          file: 'k/a.mjml',
          locale: 'en',
          message: 'It lures.',
          remedy: 'Do not.',
        },
      ],
    } as const;
    const told = 'k/a.mjml: It lures. Do not.';
    expect(renderPlan({ ...plan, kit }, view, now).join('\n')).toContain(told);
    expect(renderCheck(reportOf({ kit }), null, view).join('\n')).toContain(told);
    expect(toldTexts(summaryOf({ kit }))).toContain(told);
    expect(reportForScripts(reportOf({ kit })).kit).toEqual(kit);
  });
});

describe('the answer about an address', () => {
  const base = { rehearsal: false, maybeAccepted: false, reason: null } satisfies Partial<Found>;

  it.each(noticeStates)('claims no more than is known of a notice that is %s', (state) => {
    expect(honestWord({ ...base, state })).toMatchSnapshot('known');
    expect(honestWord({ ...base, state, maybeAccepted: true, reason: 'review' })).toMatchSnapshot(
      'perhaps accepted before',
    );
    expect(honestWord({ ...base, state, rehearsal: true })).toContain('nobody was told');
    expect(honestWord({ ...base, state })).not.toMatch(/\b(sent|delivered)\b/i);
  });
});

describe('the doctor', () => {
  it('marks what is well, odd, wrong and unknown', () => {
    const finding = (verdict: 'ok' | 'warning' | 'problem' | 'unknown', help: string | null = null) => ({
      subject: verdict,
      verdict,
      finding: 'what was found',
      help,
    });
    expect(
      renderDoctor(
        [finding('ok'), finding('warning', 'Look.'), finding('problem', 'Mend.'), finding('unknown')],
        view,
      ).join('\n'),
    ).toMatchSnapshot();
    expect(renderDoctor([finding('ok')], view).at(-1)).toBe('All is well.');
  });
});
