// The relaxed canonical forms, against the example of RFC 6376 section 3.4.5 and what it leaves out.
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { relaxedBody, relaxedField } from '../../../src/rendering/canonical-form.ts';

describe('relaxedField', () => {
  it.each([
    ['A: X', 'a:X'],
    ['B : Y\t\r\n\tZ  ', 'b:Y Z'],
  ])('is that of RFC 6376 for %j', (field, expected) => {
    expect(relaxedField(field)).toBe(expected);
  });

  it.each([
    ['Subject:', 'subject:'],
    ['Subject:\r\n folded at once', 'subject:folded at once'],
    ['X: a: b', 'x:a: b'],
    ['To: j\u00a0\u00fcrgen@example.com', 'to:j\u00a0\u00fcrgen@example.com'],
  ])('keeps all that is not a blank of %j', (field, expected) => {
    expect(relaxedField(field)).toBe(expected);
  });
});

describe('relaxedBody', () => {
  it('is that of RFC 6376', () => {
    expect(relaxedBody(Buffer.from(' C \r\nD \t E\r\n\r\n\r\n')).toString()).toBe(' C\r\nD E\r\n');
  });

  it('of nothing, or of empty lines, is nothing: the digest that section 3.4.4 names', () => {
    for (const body of ['', '\r\n', '\r\n\r\n', ' \r\n \t\r\n']) {
      expect(
        createHash('sha256')
          .update(relaxedBody(Buffer.from(body)))
          .digest('base64'),
      ).toBe('47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=');
    }
  });

  it.each([
    ['no line end', 'no line end\r\n'],
    ['blanks at the end \t', 'blanks at the end\r\n'],
    ['a\r\n\r\nb\r\n', 'a\r\n\r\nb\r\n'],
    ['a\r\n \r\n', 'a\r\n'],
  ])('of %j ends with one line end', (body, expected) => {
    expect(relaxedBody(Buffer.from(body)).toString()).toBe(expected);
  });

  it('takes no byte of another character for a blank', () => {
    const body = Buffer.from('\u00a0\u3000 \u0120\r\n');
    expect(relaxedBody(body)).toEqual(body);
  });
});
