// From anything that was thrown to what may be told over HTTP. A bug tells its number, nothing else.
import { CandorError } from '../domain/errors.ts';
import type { ErrorCode } from '../domain/error-registry.ts';
import type { Problem } from './pages/problem-page.ts';

const statuses: Partial<Record<ErrorCode, number>> = {
  'address-same': 409,
  'address-taken': 409,
  'campaign-none': 404,
  'campaign-state': 409,
  'campaign-unknown': 404,
  'host-not-allowed': 421,
  'ledger-unreachable': 503,
  'notice-state': 409,
  'notice-unknown': 404,
  'page-unknown': 404,
  'form-expired': 403,
  'operator-is-you': 409,
  'relay-mismatch': 409,
  'request-foreign': 403,
  'resend-changed': 409,
  'sign-in-link-unknown': 401,
  'sign-in-required': 401,
  'test-letters-throttled': 429,
  'upload-changed': 409,
  'upload-launched': 409,
  'upload-too-large': 413,
  'upload-unknown': 404,
};

/** `reference` is what the log says about an unexpected failure. */
export function problemOf(error: unknown, reference: string): Problem {
  if (error instanceof CandorError) {
    const status = statuses[error.code] ?? (error.exit === 1 ? 500 : 400);
    return { status, code: error.code, message: error.message, help: error.help };
  }
  const status = clientFault(error);
  if (status !== null) return { status, code: 'request-invalid', message: 'This request cannot be read.', help: 'Go back to the page that led here and try again.' };
  return { status: 500, code: 'unexpected', message: 'Something unexpected went wrong.', help: `Nothing is lost: what was committed stands in the ledger. The log has the details under ${reference}.` };
}

/** The web framework marks what the client did wrong with a status of 4xx. */
function clientFault(error: unknown): number | null {
  if (typeof error !== 'object' || error === null || !('statusCode' in error)) return null;
  const { statusCode } = error;
  return typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500 ? statusCode : null;
}
