// What lies in a mailbox of returns, counted by kind. Pure.
import type { ReturnKind } from '../domain/returned.ts';
import { count, counted } from './figures.ts';
import { cut, padEnd, padStart } from './layout.ts';
import { textColumns, type View } from './view.ts';

const meanings: Readonly<Record<ReturnKind, string>> = {
  bounce: 'somebody was given up on for good',
  delay: 'still being tried',
  relayed: 'passed on, no further word',
  delivered: 'reached the mailbox',
  expanded: 'passed on to the members of a list',
  complaint: 'a reader called the letter unwanted',
  'auto-reply': 'a program answered in a reader’s name',
  challenge: 'the sender is asked to prove something',
  other: 'receipts and reports about domains',
  'not-a-bounce': 'letters of people, and everything else: read them',
};

/** The kinds that came, each with its number and meaning; a line per element. */
export function renderReturns(counts: ReadonlyMap<ReturnKind, number>, view: View): string[] {
  const found = [...counts].filter(([, number]) => number > 0);
  const total = found.reduce((sum, [, number]) => sum + number, 0);
  if (total === 0) return ['No message was found.'];
  const width = Math.max(...found.map(([, number]) => count(number).length));
  return [
    `${counted(total, 'message')}. Nothing was stored.`,
    '',
    ...found.map(([kind, number]) =>
      cut(`  ${padStart(count(number), width)}  ${padEnd(kind, 14)}${meanings[kind]}`, textColumns(view)),
    ),
  ];
}
