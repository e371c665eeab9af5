import { describe, expect, it } from 'vitest';
import { classify } from '../../../src/domain/classify.ts';
import type { LetterStage } from '../../../src/domain/delivery-result.ts';
import { namesUs } from '../../../src/domain/own-names.ts';
import { parseReply } from '../../../src/domain/reply.ts';

const own = { addresses: ['notices@candor.example', 'bounces+4f2a@mail.candor.example'], user: 'key-7f3' };
const recipient = 'jane@example.net';

function kindOf(stage: LetterStage, text: string, to = recipient): string {
  const result = { kind: 'replied', stage, reply: parseReply(text)! } as const;
  const verdict = classify(result, { temporaryShare: { isThrottling: () => false }, names: { own, recipient: to } });
  return verdict.kind === 'hold' ? verdict.reason : verdict.kind === 'refused' ? verdict.reason : verdict.kind;
}

describe('namesUs', () => {
  it.each([
    ['550 5.7.1 candor.example: not here', 'domain'],
    ['550 5.7.1 (CANDOR.EXAMPLE) no', 'domain'],
    ['550 5.1.0 <notices@candor.example>: no such user', 'address'],
    ['550 5.1.0 bounces+4f2a@mail.candor.example...', 'address'],
    ['550 no entry for key-7f3', 'login'],
    ['550 5.7.1 notcandor.example: no', null],
    ['550 5.7.1 candor.example.test: no', null],
    ['550 5.7.1 <jane@example.net>: mail from candor.example is not wanted', null],
    ['550 example.net takes nothing from candor.example', null],
    ['550 5.7.1 host mx.example.net said: "550 candor.example: no"', null],
    ['550 5.7.1 no', null],
  ])('of %j answers %s', (text, expected) => {
    expect(namesUs(parseReply(text)!, own, recipient)).toBe(expected);
  });

  it('takes a domain that is the recipient’s as well for nobody’s', () => {
    expect(namesUs(parseReply('550 candor.example: no')!, own, 'jane@candor.example')).toBeNull();
    expect(namesUs(parseReply('550 candor.example: no')!, own, 'jane@staff.candor.example')).toBeNull();
  });

  it('does not take an ordinary word for the login', () => {
    expect(namesUs(parseReply('550 sender unknown')!, { addresses: [], user: 'sender' }, recipient)).toBeNull();
  });
});

describe('a 5yz in unknown words', () => {
  it.each(['rcpt', 'data', 'after-body'] as const)('holds at %s when it names our sender or login', (stage) => {
    expect(kindOf(stage, '550 5.7.1 candor.example: policy 17')).toBe('sender-refused');
    expect(kindOf(stage, '550 5.1.1 <notices@candor.example>: User unknown')).toBe('sender-refused');
    expect(kindOf(stage, '550 5.1.2 Domain candor.example not found')).toBe('sender-refused');
    expect(kindOf(stage, '554 key-7f3: try another time')).toBe('sender-refused');
  });

  it('stays the recipient’s when it names them, or says that they have decided', () => {
    expect(kindOf('rcpt', '550 5.7.1 <jane@example.net>: not for candor.example')).toBe('review');
    expect(kindOf('rcpt', '550 5.7.1 sender domain candor.example blocked by recipient policy')).toBe(
      'recipient-policy',
    );
    expect(kindOf('rcpt', '550 5.1.1 <jane@example.net>: User unknown')).toBe('unknown-mailbox');
    expect(kindOf('rcpt', "554 dd This user doesn't have a candor.example account")).toBe('unknown-mailbox');
    expect(kindOf('rcpt', '450 4.7.1 candor.example: not now')).toBe('deferred');
  });
});
