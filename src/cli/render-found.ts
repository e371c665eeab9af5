// The answer to "was this address told?": per campaign what was told, when, and how sure that is. Pure.
import type { Found } from '../domain/found.ts';
import { noticeStateRows, type NoticeState } from '../domain/notice-state.ts';
import { counted, moment } from './figures.ts';
import { wrap } from './layout.ts';
import { noticeStyle, palette, type Palette } from './palette.ts';
import { safeText } from './safe-text.ts';
import { textColumns, type View } from './view.ts';

/** The answer, a line per element; the address itself is not repeated. */
export function renderFound(found: readonly Found[], view: View): string[] {
  const width = textColumns(view);
  const paint = palette(view.color);
  if (found.length === 0)
    return wrap('No campaign in this ledger holds the address: from here it was told nothing.', width);
  return [
    `${counted(found.length, 'campaign holds', 'campaigns hold')} the address.`,
    ...found.flatMap((notice) => ['', ...renderNotice(notice, width, paint)]),
  ];
}

/** What is known of one notice, in a sentence or two that claim no more. */
export function honestWord(notice: Pick<Found, 'state' | 'rehearsal' | 'maybeAccepted' | 'reason'>): string {
  const { state, maybeAccepted } = notice;
  const why = notice.reason === null ? '' : ` (${safeText(notice.reason)})`;
  if (notice.rehearsal) return `Rehearsal: nothing left the machine, nobody was told. State: ${state}${why}.`;
  if (state === 'accepted') return maybeAccepted ? `${accepted} ${copy}` : accepted;
  if (state === 'unconfirmed')
    return `Not certain: the letter may have been accepted, and the answer was never recorded${why}.`;
  const known = `${fact(state)}${why}.`;
  if (maybeAccepted)
    return `Not certain: an earlier attempt may have been accepted, and its answer was never recorded. Since then: ${known}`;
  return `${noticeStateRows[state].open ? 'Not told yet' : 'Not told by this campaign'}: ${known}`;
}

const accepted =
  'The relay accepted the letter and took responsibility for it. That is not proof that it reached the mailbox or was read.';
const copy = 'An earlier attempt may have been accepted too, so a copy with the same Message-ID is possible.';

/** The meaning of a state as the end of a sentence. */
function fact(state: NoticeState): string {
  const { meaning } = noticeStateRows[state];
  return meaning.charAt(0).toLowerCase() + meaning.slice(1, -1);
}

function renderNotice(notice: Found, width: number, paint: Palette): string[] {
  return [
    ...wrap(`${notice.campaign} (kit ${safeText(notice.kit)}): ${notice.state.toUpperCase()}`, width).map(
      paint[noticeStyle(notice.state)],
    ),
    ...wrap(honestWord(notice), width, '  '),
    ...wrap(`Letter: ${notice.audience}, ${safeText(notice.locale)}: "${safeText(notice.subject)}"`, width, '  '),
    ...(notice.corrected
      ? wrap(
          'Somebody corrected the address since: the notice has another one now. Attempts before that went to the one asked about.',
          width,
          '  ',
        )
      : []),
    ...notice.attempts.flatMap((attempt, index) => wrap(`${index + 1}. ${attemptText(attempt)}`, width, '  ')),
    ...(notice.attempts.length === 0 ? [paint.faint('  No attempt so far.')] : []),
  ];
}

function attemptText(attempt: Found['attempts'][number]): string {
  const codes = [attempt.replyCode, attempt.enhancedCode].filter((code) => code !== null).join(' ');
  const reply = attempt.reply === null ? '' : `, "${safeText(attempt.reply)}"`;
  const answer = codes === '' ? 'no answer recorded' : `the relay answered ${codes}${reply}`;
  const ended = attempt.settledAt === null ? 'not settled' : `settled ${moment(attempt.settledAt)}`;
  return `${moment(attempt.at)}: ${safeText(attempt.outcome)}, ${answer}; ${ended}`;
}
