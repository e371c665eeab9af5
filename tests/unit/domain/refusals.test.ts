import { expect, it } from 'vitest';
import { judgeRefusals, type RefusalsSeen } from '../../../src/domain/refusals.ts';

const limit = { share: 0.8, answers: 100 };
const seen = (changes: Partial<RefusalsSeen>): RefusalsSeen => ({
  answers: 100,
  refused: 80,
  rule: 'review',
  passed: null,
  ...changes,
});

it.each<[string, Partial<RefusalsSeen>, 'hold' | 'arm' | null]>([
  ['holds when the share is reached', {}, 'hold'],
  ['holds when nearly all are refused as unknown, too', { rule: 'unknown-mailbox-code', refused: 99 }, 'hold'],
  ['puts up with many dead addresses below it', { rule: 'unknown-mailbox-code', refused: 79 }, null],
  ['concludes nothing from a few answers', { answers: 99, refused: 99 }, null],
  ['does not hold again for what a person let pass', { refused: 100, passed: 'review' }, null],
  [
    'holds for another rule than the one that a person let pass',
    { rule: 'recipient-policy-code', passed: 'review' },
    'hold',
  ],
  ['is armed again when it has become rare', { refused: 10, passed: 'review' }, 'arm'],
  ['is not armed by a few answers', { answers: 20, refused: 0, passed: 'review' }, null],
])('%s', (_, changes, expected) => {
  expect(judgeRefusals(limit, seen(changes))).toBe(expected);
});
