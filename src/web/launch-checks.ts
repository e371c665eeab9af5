// What a launch has to say, whoever asks for it: the page and the API check by these and by nothing else.
import type { UploadReport } from '../campaigns/upload-report.ts';
import { toAcknowledge } from '../domain/file-warnings.ts';
import type { FieldProblems } from './form-parts.ts';
import type { UploadView } from './ports/uploads.ts';

/** Below this a hold is more honest; and arithmetic with slots stays far from its ends. */
export const slowestPerSecond = 0.01;
export const fastestPerSecond = 100_000;
const aheadMs = 31 * 86_400_000;
/** Clocks differ, and a form takes its time: so far back is still "now". */
const graceMs = 60_000;

export interface Confirmed {
  /** Of the columns, as the person saw them. */
  readonly version: number;
  readonly notices: number;
  /** That invalid rows get no notice. */
  readonly invalid: boolean;
  /** That a missing category column means "not exposed". */
  readonly missing: boolean;
  /** That marks for nothing count as exposed. */
  readonly marks: boolean;
  /** That the same people are told again. */
  readonly again: boolean;
}

type Account = Extract<UploadReport, { kind: 'account' }>['account'];

/** What has to be confirmed besides the number. */
export function toConfirm(
  upload: Pick<UploadView, 'same'>,
  account: Pick<Account, 'invalid' | 'missingCategories' | 'warnings'>,
): Pick<Confirmed, 'invalid' | 'missing' | 'marks' | 'again'> {
  return {
    invalid: account.invalid > 0,
    missing: account.missingCategories.length > 0,
    marks: toAcknowledge(account.warnings).length > 0,
    again: upload.same.campaigns.length > 0,
  };
}

/** What is not confirmed, by field; empty: all of it is. */
export function unconfirmed(
  upload: Pick<UploadView, 'version' | 'same'>,
  account: Pick<Account, 'notices' | 'invalid' | 'missingCategories' | 'warnings'>,
  confirmed: Confirmed,
): FieldProblems {
  const needed = toConfirm(upload, account);
  return {
    ...(confirmed.notices !== account.notices && {
      notices: `The file makes ${account.notices} notices. Type that number, or look at the file again.`,
    }),
    ...(needed.invalid && !confirmed.invalid && { invalid: 'Confirm that the invalid rows get no notice.' }),
    ...(needed.missing && !confirmed.missing && { missing: 'Confirm what the missing columns mean.' }),
    ...(needed.marks &&
      !confirmed.marks && { marks: 'Confirm that marks for "nothing" tell people that this leaked.' }),
    ...(needed.again && !confirmed.again && { again: 'Confirm that the same people are told again.' }),
    ...(confirmed.version !== upload.version && {
      version: 'Somebody has changed the columns meanwhile. Look at the account again before you confirm.',
    }),
  };
}

/** What is wrong with a start, a slip of the hand mostly: one that is past would let the campaign run at once. Null: nothing. */
export function startProblem(at: Date, now = new Date()): string | null {
  if (at.getTime() < now.getTime() - graceMs) return 'It is in the past. Leave the start out to start now.';
  return at.getTime() < now.getTime() + aheadMs ? null : 'At most a month ahead.';
}

/** As a check of a schema: `time.superRefine(checkStart)`. */
export function checkStart(at: Date, context: { addIssue(issue: string): void }): void {
  const problem = startProblem(at);
  if (problem !== null) context.addIssue(problem);
}
