import { expect, it } from 'vitest';
import {
  isOneUnknownRefusal,
  judgeRefusals,
  type FirstLetter,
  type RefusalsSeen,
} from '../../../src/domain/refusals.ts';

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

const letter = (change: Partial<FirstLetter> = {}): FirstLetter => ({
  outcome: 'refused',
  rule: 'review',
  words: '550 5.7.1 no',
  domain: 'example.com',
  ...change,
});
const elsewhere = letter({ domain: 'example.net' });

it.each<[string, readonly FirstLetter[], boolean, string | null, boolean]>([
  ['holds for five alike at two domains', [letter(), letter(), letter(), letter(), elsewhere], false, null, true],
  ['holds for all where there are two', [letter(), elsewhere], true, null, true],
  ['waits for the fifth', [letter(), letter(), letter(), elsewhere], false, null, false],
  [
    'waits for one that is open',
    [letter({ outcome: 'open' }), letter(), letter(), letter(), elsewhere],
    false,
    null,
    false,
  ],
  ['never holds for one domain alone', [letter(), letter(), letter(), letter(), letter()], true, null, false],
  ['never holds for one letter', [letter()], true, null, false],
  ['does not hold when one was accepted', [letter(), elsewhere, letter({ outcome: 'accepted' })], true, null, false],
  ['does not hold for a rule that is known', [letter({ rule: 'unknown-mailbox-text' }), elsewhere], true, null, false],
  ['does not hold for two reasons', [letter({ words: '550 5.7.1 other' }), elsewhere], true, null, false],
  ['does not hold again for what a person let pass', [letter(), elsewhere], true, '550 5.7.1 no', false],
  ['holds for other words than a person let pass', [letter(), elsewhere], true, '550 5.7.1 other', true],
])('with the first letters, %s', (_, letters, ended, passed, expected) => {
  expect(isOneUnknownRefusal(letters, ended, passed)).toBe(expected);
});
