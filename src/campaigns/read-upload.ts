// Reads an uploaded file and keeps its whole account, in the background of the serving process. Promises: the
// pages stay responsive (it pauses between batches), and a reading that dies is begun again by whoever serves.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { CandorError } from '../domain/errors.ts';
import { warningsToShow } from '../domain/file-warnings.ts';
import type { Kit } from '../domain/kit.ts';
import { longestHeader, shownHeaders } from '../intake/columns.ts';
import { createMergeAccount } from '../intake/merge-account.ts';
import { readRecipientFile } from '../intake/read-recipient-file.ts';
import { finishReading, findUpload, noteRead, putProblems, type ProblemRow, type Upload } from '../ledger/uploads.ts';
import { problemOf } from '../ledger/bound-cells.ts';
import { reportedProblems } from '../intake/check-recipients.ts';
import type { RowProblem } from '../domain/check-report.ts';
import type { LedgerContext } from './context.ts';
import { faultOf, sealReport, type UploadReport } from './upload-report.ts';
import { uploadSource } from './upload-source.ts';

/** Invalid rows that are kept to be shown; the download has all. */
const shownProblems = 10_000;
const shownDomains = 20;
/** Domains counted; one that comes later than so many others is not among the largest. */
const countedDomains = 20_000;
const noteEveryMs = 500;

/** Reads the upload of this id, if it is to be read. Resolves when its report stands, or when the columns were changed meanwhile. */
export async function readUpload(
  context: LedgerContext,
  kit: Pick<Kit, 'id' | 'digest' | 'locales' | 'defaultLocale'>,
  id: string,
): Promise<void> {
  const upload = await findUpload(context.database, id);
  if (upload === null || upload.state !== 'reading') return;
  let report: UploadReport;
  try {
    const account = await read(context, kit, upload);
    if (account === null) return;
    report = account;
  } catch (error) {
    if (!(error instanceof CandorError) || error.exit !== 2) throw error;
    report = faultOf(error);
  }
  const rows = report.kind === 'account' ? report.account.rows : 0;
  await finishReading(context.database, upload, {
    state: report.kind === 'account' ? 'read' : 'unusable',
    rows,
    reportSealed: sealReport(context.keyring, upload, report),
  });
}

/** Null when the columns were changed: another reading is under way. */
async function read(
  context: LedgerContext,
  kit: Pick<Kit, 'id' | 'digest' | 'locales' | 'defaultLocale'>,
  upload: Upload,
): Promise<UploadReport | null> {
  const { database, keyring } = context;
  const source = uploadSource(context, upload);
  const file = readRecipientFile(source.open(), {
    ...(upload.audience === null ? {} : { audience: upload.audience }),
    mapping: upload.mapping,
    ...(upload.encoding === null ? {} : { encoding: upload.encoding }),
    locales: { supported: kit.locales, fallback: kit.defaultLocale },
  });
  try {
    const { header } = await file.header();
    const merge = createMergeAccount();
    const domains = new Map<string, number>();
    const problemCounts: Record<string, number> = {};
    const problems: RowProblem[] = [];
    let rows = 0;
    let kept = 0;
    let notedAt = Date.now();
    for await (const batch of file) {
      for (const recipient of batch.recipients) if (merge.add(recipient)) countDomain(domains, recipient.key);
      const shown: ProblemRow[] = [];
      for (const invalid of batch.invalid) {
        for (const problem of invalid.problems) {
          problemCounts[problem.code] = (problemCounts[problem.code] ?? 0) + 1;
          if (problems.length < reportedProblems) problems.push(problem);
        }
        if (kept < shownProblems) {
          kept += 1;
          shown.push({
            rowNo: invalid.row,
            codes: invalid.problems.map(({ code }) => code),
            sealed: keyring.seal(
              'upload_problem.sealed',
              problemOf(upload.id, invalid.row),
              JSON.stringify({ cells: invalid.cells.map(shortened), problems: invalid.problems }),
            ),
          });
        }
      }
      if (shown.length > 0) await putProblems(database, upload.uploadNo, shown);
      rows += batch.recipients.length + batch.invalid.length;
      if (Date.now() - notedAt > noteEveryMs) {
        notedAt = Date.now();
        if (!(await noteRead(database, upload, rows))) return null;
      }
      await nextTurn();
    }
    const facts = file.report();
    if (facts.sha256 !== upload.sha256) throw new CandorError('file-changed');
    const { sha256, invalid, columns, columnNumbers, ignoredColumns, missingCategories, encoding, delimiter } = facts;
    const { findings, warnings } = facts;
    const totals = merge.totals();
    // With the header: perhaps other columns were meant.
    if (totals.notices === 0)
      throw new CandorError(
        'nothing-to-tell',
        { rows: facts.rows },
        { details: { header: shownHeaders(header, longestHeader) } },
      );
    const largest = [...domains]
      .toSorted((one, other) => other[1] - one[1])
      .slice(0, shownDomains)
      .map(([domain, notices]) => ({ domain, notices }));
    return {
      kind: 'account',
      account: {
        file: source.name,
        sha256,
        rows: facts.rows,
        invalid,
        ...totals,
        conflictRows: merge.conflictRows(),
        columns,
        columnNumbers,
        ignoredColumns,
        problems,
        missingCategories,
        encoding,
        delimiter,
        findings,
        warnings: warningsToShow({ findings, warnings }),
        kit: { path: null, id: kit.id, digest: kit.digest },
        groups: merge.groups(),
        domains: largest,
        header: shownHeaders(header, longestHeader),
        problemCounts,
      },
    };
  } finally {
    await file.close();
  }
}

function countDomain(domains: Map<string, number>, key: string): void {
  const domain = key.slice(key.lastIndexOf('@') + 1);
  const counted = domains.get(domain);
  if (counted !== undefined || domains.size < countedDomains) domains.set(domain, (counted ?? 0) + 1);
}

function shortened(cell: string): string {
  return cell.length > 200 ? `${cell.slice(0, 199)}…` : cell;
}
