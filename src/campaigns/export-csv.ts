// The record of a campaign as CSV for spreadsheets. What a spreadsheet would run as a formula is marked
// as text (`domain/text-mark.ts`); the NDJSON beside it has the values as they are and is the evidence.
import { stringify } from 'csv-stringify/sync';
import { messageIdOf } from '../domain/message-id.ts';
import type { AttemptRecord } from '../domain/attempt-record.ts';
import { markAsText } from '../domain/text-mark.ts';
import type { NoticeRecord } from '../ledger/exporting.ts';

type Cell = string | number | boolean | Date | null | undefined;

/** Lines of CSV, every cell that holds something quoted, CRLF (RFC 4180). */
export function csvLines(rows: readonly (readonly Cell[])[]): string {
  return stringify(
    rows.map((row) => row.map(plainCell)),
    { quoted: true, record_delimiter: '\r\n' },
  );
}

export const noticeColumns = [
  'notice',
  'row',
  'audience',
  'locale',
  'categories',
  'state',
  'reason',
  'maybe_accepted',
  'auto_resent',
  'round',
  'attempts',
  'reply_code',
  'enhanced_code',
  'reply',
  'due_at',
  'settled_at',
  'message_id',
] as const;

/** The cells of a notice under `noticeColumns`, and its address when it was asked for. */
export function noticeCells(record: NoticeRecord, mailFrom: string): Cell[] {
  return [
    record.notice,
    record.row,
    record.audience,
    record.locale,
    record.categories.join(' '),
    record.state,
    record.reason,
    record.maybeAccepted,
    record.autoResent,
    record.round,
    record.attempts.filter((attempt) => attempt.outcome !== 'given-back').length,
    record.replyCode,
    record.enhancedCode,
    record.attempts.findLast((attempt) => attempt.reply !== null)?.reply,
    record.dueAt,
    record.settledAt,
    messageIdOf(record.notice, mailFrom),
    ...(record.address === undefined ? [] : [record.address]),
  ];
}

export const attemptColumns = [
  'notice',
  'row',
  'round',
  'opened_at',
  'closed_at',
  'outcome',
  'stage',
  'rule',
  'charged',
  'reply_code',
  'enhanced_code',
  'reply',
  'late',
  'message_id',
] as const;

/** The cells of one attempt under `attemptColumns`. */
export function attemptCells(record: NoticeRecord, attempt: AttemptRecord, mailFrom: string): Cell[] {
  return [
    record.notice,
    record.row,
    attempt.round,
    attempt.openedAt,
    attempt.closedAt,
    attempt.outcome,
    attempt.stage,
    attempt.rule,
    attempt.charged,
    attempt.replyCode,
    attempt.enhancedCode,
    attempt.reply,
    attempt.late,
    messageIdOf(attempt.token, mailFrom),
  ];
}

function plainCell(cell: Cell): string {
  if (cell === null || cell === undefined) return '';
  if (cell instanceof Date) return cell.toISOString();
  return typeof cell === 'string' ? markAsText(cell) : String(cell);
}
