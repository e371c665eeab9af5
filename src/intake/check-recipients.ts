// `candor check`: everything that can be said about a recipient file without a ledger, in one pass and
// flat memory. Its numbers are those that the same file's campaign will have.
import type { RecipientCheck, RowProblem } from '../domain/check-report.ts';
import { warningsToShow } from '../domain/file-warnings.ts';
import { createInvalidFile, type InvalidFile } from './invalid-file.ts';
import { createMergeAccount } from './merge-account.ts';
import { readRecipientFile, type ReadOptions } from './read-recipient-file.ts';
import type { RecipientSource } from './recipient-source.ts';

/** How many problems a report holds. */
export const reportedProblems = 100;

export interface CheckOptions extends ReadOptions {
  /** Where to write the invalid rows; must not exist yet. */
  readonly invalidOut?: string | undefined;
}

/** Checks a file. Throws CandorError when it is unusable; then no file of invalid rows is left either. */
export async function checkRecipients(source: RecipientSource, options: CheckOptions): Promise<RecipientCheck> {
  const out = options.invalidOut === undefined ? null : await createInvalidFile(options.invalidOut);
  try {
    const report = await check(source, options, out);
    await out?.close();
    return report;
  } catch (error) {
    await out?.discard();
    throw error;
  }
}

async function check(source: RecipientSource, options: ReadOptions, out: InvalidFile | null): Promise<RecipientCheck> {
  const file = readRecipientFile(source.open(), options);
  try {
    const facts = await file.header();
    await out?.begin(facts.header, facts.delimiter);
    const account = createMergeAccount();
    const problems: RowProblem[] = [];
    for await (const { recipients, invalid } of file) {
      for (const recipient of recipients) account.add(recipient);
      for (const row of invalid) {
        for (const problem of row.problems) if (problems.length < reportedProblems) problems.push(problem);
      }
      if (invalid.length > 0) await out?.write(invalid);
    }
    const {
      sha256,
      rows,
      invalid,
      columns,
      columnNumbers,
      ignoredColumns,
      missingCategories,
      encoding,
      delimiter,
      findings,
      warnings,
    } = file.report();
    return {
      file: source.name,
      sha256,
      rows,
      invalid,
      ...account.totals(),
      conflictRows: account.conflictRows(),
      columns,
      columnNumbers,
      ignoredColumns,
      problems,
      missingCategories,
      encoding,
      delimiter,
      findings,
      warnings: warningsToShow({ findings, warnings }),
    };
  } finally {
    await file.close();
  }
}
