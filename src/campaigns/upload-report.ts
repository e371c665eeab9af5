// What was read of an upload. Header cells and domains stand in it, so it is sealed in the ledger.
import { z } from 'zod';
import type { ErrorCode } from '../domain/error-registry.ts';
import type { CandorError } from '../domain/errors.ts';
import type { RecipientCheck } from '../domain/check-report.ts';
import type { LetterGroup } from '../intake/merge-account.ts';
import type { Keyring } from '../ledger/keyring.ts';

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

export function sealReport(keyring: Keyring, report: UploadReport): Buffer {
  return keyring.seal('upload', JSON.stringify(report));
}

/** The report as it was sealed; the seal vouches for its shape. */
export function openReport(keyring: Keyring, sealed: Buffer): UploadReport {
  return JSON.parse(keyring.open('upload', sealed).toString('utf8')) as UploadReport;
}
