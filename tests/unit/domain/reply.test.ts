import { describe, expect, it } from 'vitest';
import { isPermanent, isTemporary, parseReply, replyWords } from '../../../src/domain/reply.ts';

describe('parseReply', () => {
  it.each([
    ['250 ok', 250, null],
    ['250', 250, null],
    ['550 5.1.1 no such user', 550, '5.1.1'],
    ['550-5.1.1 The account\r\n550 5.1.1 does not exist', 550, '5.1.1'],
    ['550-5.1.1 The account\n550 does not exist', 550, '5.1.1'],
    ['450-5.1.1 first\n550 5.7.1 last', 550, '5.7.1'],
    ['421 5.7.32 mixed classes', 421, '5.7.32'],
    ['550 5.7.1', 550, '5.7.1'],
    ['550 5.7.1.2 four parts', 550, null],
    ['550 the IP 5.7.1 is no code here', 550, null],
    ['550\t5.2.2 tab', 550, '5.2.2'],
    ['550 3.1.1 no such class', 550, null],
    ['354 go\r\n', 354, null],
  ])('reads %j', (raw, code, enhanced) => {
    expect(parseReply(raw)).toMatchObject({ code, enhanced });
  });

  it.each([
    '',
    'hello',
    '25 ok',
    '2500 ok',
    '150 preliminary',
    '650 too high',
    '550x',
    '250 ok\nthen garbage',
    '\0\0\0',
  ])('takes %j for no reply', (raw) => {
    expect(parseReply(raw)).toBeNull();
  });

  it('keeps every line and makes control characters visible', () => {
    expect(parseReply('550-a\0b\r\n550 c')?.text).toBe('550-a\uFFFDb\n550 c');
  });

  it('lets the reply code decide when the enhanced code disagrees', () => {
    const reply = parseReply('421 5.7.32 later');
    expect(reply && [isTemporary(reply), isPermanent(reply)]).toEqual([true, false]);
  });

  it('leaves the codes out of the words', () => {
    const reply = parseReply('550-5.1.1 The account\n550 5.1.1 is gone');
    expect(reply && replyWords(reply)).toBe('The account is gone');
  });
});
