// What was read of an upload. Header cells and domains stand in it, so it is sealed in the ledger.
import { z } from 'zod';
import type { ErrorCode } from '../domain/error-registry.ts';
import type { CandorError } from '../domain/errors.ts';
import { maskAddressesIn } from '../domain/masked-address.ts';
import type { RecipientCheck } from '../domain/check-report.ts';
import type { LetterGroup } from '../intake/merge-account.ts';
import { reportOf } from '../ledger/bound-cells.ts';
import type { Keyring } from '../ledger/keyring.ts';
import type { Upload } from '../ledger/uploads.ts';

/** The account of a file that can be launched. */
export interface UploadAccount extends RecipientCheck {
  readonly groups: readonly LetterGroup[];
  /** The domains with the most notices. */
  readonly domains: readonly { readonly domain: string; readonly notices: number }[];
  /** Cells of the header, for the choice of columns. */
  readonly header: readonly string[];
  /** Code of a problem → rows that have it. */
  readonly problemCounts: Readonly<Record<string, number>>;
}

/** Why a file cannot be used, and its header where it has one. */
export interface UploadFault {
  readonly code: ErrorCode;
  readonly message: string;
  readonly help: string;
  readonly header: readonly string[];
}

export type UploadReport =
  | { readonly kind: 'account'; readonly account: UploadAccount }
  | { readonly kind: 'fault'; readonly fault: UploadFault };

const headerInDetails = z.object({ header: z.array(z.string()) });

/** The report of a file that intake refused. */
export function faultOf(error: CandorError): UploadReport {
  const read = headerInDetails.safeParse(error.details);
  return {
    kind: 'fault',
    fault: { code: error.code, message: error.message, help: error.help, header: read.success ? read.data.header : [] },
  };
}

/** Bound to the upload and to the version of its columns that was read. */
export function sealReport(keyring: Keyring, upload: Upload, report: UploadReport): Buffer {
  return keyring.seal('upload.report_sealed', reportOf(upload), JSON.stringify(report));
}

/** The report of an upload that has one; the seal vouches for its shape. An address in the file's name is masked. */
export function openReport(keyring: Keyring, upload: Upload & { readonly reportSealed: Buffer }): UploadReport {
  const plain = keyring.open('upload.report_sealed', reportOf(upload), upload.reportSealed);
  const report = JSON.parse(plain.toString('utf8')) as UploadReport;
  return report.kind === 'fault'
    ? report
    : { ...report, account: { ...report.account, file: maskAddressesIn(report.account.file) } };
}

/** Whether somebody has read the file by now. */
export function hasReport(upload: Upload): upload is Upload & { readonly reportSealed: Buffer } {
  return upload.reportSealed !== null;
}
