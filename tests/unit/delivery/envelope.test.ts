import { describe, expect, it } from 'vitest';
import { wireEnvelope } from '../../../src/delivery/envelope.ts';

describe('wireEnvelope', () => {
  it.each([
    ['jane@example.com', 'jane@example.com', false],
    ["o'neil+a=b%c@example.com", "o'neil+a=b%c@example.com", false],
    ['jane@bücher.example', 'jane@xn--bcher-kva.example', false],
    ['müller@example.com', 'müller@example.com', true],
    ['用户@例子.example', '用户@xn--fsqu00a.example', true],
    ['a@b@example.com', 'a@b@example.com', false],
  ])('writes %s', (to, written, needsSmtpUtf8) => {
    expect(wireEnvelope({ from: 'notice@example.com', to })).toEqual({
      from: 'notice@example.com',
      to: written,
      needsSmtpUtf8,
    });
  });

  it('knows the null sender', () => {
    expect(wireEnvelope({ from: '', to: 'jane@example.com' }).from).toBe('');
  });

  it.each([
    '',
    'jane',
    '@example.com',
    'jane@',
    'a b@example.com',
    'a\r\nRCPT TO:<x@example.com>@example.com',
    'a\n@example.com',
    'a\0@example.com',
    'a>@example.com',
    '<a@example.com',
    'a@example.com> SIZE=1',
    'a\u200B@example.com',
    'a\u2028@example.com',
    'a\u00a0@example.com',
    '"a"@example.com',
    'a\\@example.com',
    'a\u0085@example.com',
    '\ud800@example.com',
  ])('refuses %j on both sides, without quoting it', (address) => {
    for (const envelope of [
      { from: 'notice@example.com', to: address },
      ...(address === '' ? [] : [{ from: address, to: 'jane@example.com' }]),
    ]) {
      expect(() => wireEnvelope(envelope)).toThrow(/^the (sender|recipient) is not a plain address$/);
    }
  });
});
