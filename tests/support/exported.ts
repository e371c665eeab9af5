// The per-notice record of a campaign, as `candor export` writes it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AttemptOutcome } from '../../src/domain/attempt.ts';
import type { NoticeState } from '../../src/domain/notice-state.ts';
import { runCandor } from './program.ts';

/** A line of notices.ndjson, as far as tests look at it. */
export interface ExportedNotice {
  readonly address: string;
  readonly notice: string;
  readonly messageId: string;
  readonly state: NoticeState;
  readonly reason: string | null;
  readonly maybeAccepted: boolean;
  /** Oldest first. */
  readonly attempts: readonly { readonly outcome: AttemptOutcome; readonly charged: boolean; readonly late: boolean }[];
}

/** Exports the campaign with its addresses to this folder, which must not exist yet. */
export async function exportedNotices(
  env: Readonly<Record<string, string>>,
  campaign: string,
  out: string,
): Promise<ExportedNotice[]> {
  const exported = await runCandor(['export', campaign, '--out', out, '--with-addresses', '--json'], env);
  if (exported.code !== 0) throw new Error(`the export ended with ${exported.code}: ${exported.stderr}`);
  const lines = readFileSync(join(out, 'notices.ndjson'), 'utf8').trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as ExportedNotice);
}
