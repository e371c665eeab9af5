// Recipient files for tests: synthetic ones of any size with the numbers that a correct reader must
// find, and small ones from text, cut into chunks where a test wants them cut.
import { makeRecipients, type ExpectedAccount } from '../../scripts/make-recipients.mjs';
import {
  readRecipientFile,
  type FileReport,
  type HeaderFacts,
  type ReadOptions,
} from '../../src/intake/read-recipient-file.ts';
import type { RecipientRow } from '../../src/domain/recipient-row.ts';
import type { InvalidRow } from '../../src/intake/row-check.ts';

/** The locales that samples are made for. */
export const sampleLocales = { supported: ['en', 'id', 'es'], fallback: 'en' };

/** A generated file as a stream of octets; the account is complete at the end of the stream. */
export function sampleFile(options: { rows: number; seed?: number; clean?: boolean }): {
  account: ExpectedAccount;
  octets: AsyncGenerator<Uint8Array, void>;
} {
  const { account, pieces } = makeRecipients(options);
  async function* encode(): AsyncGenerator<Uint8Array, void> {
    for (const piece of pieces) yield Buffer.from(piece);
  }
  return { account, octets: encode() };
}

/** The chunks as a stream. */
export async function* streamOf(...chunks: readonly (Uint8Array | string)[]): AsyncGenerator<Uint8Array, void> {
  for (const chunk of chunks) yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
}

export interface WholeReading {
  readonly facts: HeaderFacts;
  readonly recipients: RecipientRow[];
  readonly invalid: InvalidRow[];
  readonly report: FileReport;
}

/** Reads a whole file into memory. */
export async function readWhole(
  input: AsyncIterable<Uint8Array> | Uint8Array | string,
  options: Partial<ReadOptions> = {},
): Promise<WholeReading> {
  const stream = typeof input === 'string' || input instanceof Uint8Array ? streamOf(input) : input;
  const file = readRecipientFile(stream, { locales: sampleLocales, ...options });
  const facts = await file.header();
  const recipients: RecipientRow[] = [];
  const invalid: InvalidRow[] = [];
  for await (const batch of file) {
    recipients.push(...batch.recipients);
    invalid.push(...batch.invalid);
  }
  return { facts, recipients, invalid, report: file.report() };
}
