// From anything that was thrown to what may be told over HTTP. A bug tells its number, nothing else.
import { CandorError } from '../domain/errors.ts';
import { asTooManyOpenFiles } from '../domain/open-files.ts';
import type { ErrorCode } from '../domain/error-registry.ts';
import { RequestInvalid, type RequestProblem } from './api/request-invalid.ts';
import type { Problem } from './pages/problem-page.ts';

const statuses: Partial<Record<ErrorCode, number>> = {
  'account-broken': 409,
  'account-outdated': 409,
  'address-same': 409,
  'address-taken': 409,
  'campaign-finished': 409,
  'campaign-none': 404,
  'campaign-state': 409,
  'campaign-unknown': 404,
  'doubt-closed': 409,
  'host-not-allowed': 421,
  'kit-changed': 409,
  'ledger-refused': 503,
  'ledger-unreachable': 503,
  'notice-state': 409,
  'notice-unknown': 404,
  'page-unknown': 404,
  'form-expired': 403,
  'looks-limited': 429,
  'method-not-allowed': 405,
  'operator-is-you': 409,
  'operator-name-taken': 409,
  'person-required': 403,
  'record-changed': 409,
  'relay-mismatch': 409,
  'request-foreign': 403,
  'resend-changed': 409,
  'request-too-large': 413,
  'request-type-unknown': 415,
  'request-unfinished': 408,
  'resource-unknown': 404,
  'sign-in-busy': 503,
  'sign-in-link-unknown': 401,
  'sign-in-required': 401,
  'test-letters-throttled': 429,
  'too-many-open-files': 503,
  'upload-changed': 409,
  'upload-launched': 409,
  'upload-too-large': 413,
  'upload-unknown': 404,
};

/** The status with which a code is told. */
export function statusOf(code: ErrorCode, exit: CandorError['exit'] = 2): number {
  return statuses[code] ?? (exit === 1 ? 500 : 400);
}

/** `reference` is what the log says about an unexpected failure. */
export function problemOf(
  error: unknown,
  reference: string,
): Problem & { readonly problems?: readonly RequestProblem[] } {
  const told = asTooManyOpenFiles(error) ?? (error instanceof CandorError ? error : clientFault(error));
  if (told !== null) {
    const { code, message, help, exit } = told;
    return {
      status: statusOf(code, exit),
      code,
      message,
      help,
      ...(told instanceof RequestInvalid ? { problems: told.problems } : {}),
    };
  }
  return {
    status: 500,
    code: 'unexpected',
    message: 'Something unexpected went wrong.',
    help: `Nothing is lost: what was committed stands in the ledger. The log has the details under ${reference}.`,
  };
}

/** The web framework marks what the client did wrong with a status of 4xx. */
function clientFault(error: unknown): CandorError | null {
  if (typeof error !== 'object' || error === null || !('statusCode' in error)) return null;
  const { statusCode } = error;
  if (typeof statusCode !== 'number' || statusCode < 400 || statusCode >= 500) return null;
  return new CandorError(
    statusCode === 413
      ? 'request-too-large'
      : statusCode === 415 || statusCode === 406
        ? 'request-type-unknown'
        : 'request-invalid',
  );
}
