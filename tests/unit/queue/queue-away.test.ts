// An outage of the queue's Postgres is waited out; anything else must stay visible as the defect that it is.
import { describe, expect, it } from 'vitest';
import { asAwayError } from '../../../src/queue/queue-away.ts';
import { isQueueAway, isUnreachable } from '../../../src/domain/errors.ts';

function withCode(code: string): Error {
  return Object.assign(new Error('of the driver'), { code });
}

describe('an error of the queue', () => {
  it.each([
    '57P01',
    '57P02',
    '57P03',
    '08006',
    '08003',
    '53100',
    '53300',
    'ECONNREFUSED',
    'ECONNRESET',
    'EPIPE',
    'ENOENT',
  ])('is an outage when it says %s', (code) => {
    const away = asAwayError(withCode(code));
    expect(isUnreachable(away)).toBe(true);
    expect(away).toHaveProperty('cause.code', code);
  });

  it('is an outage when Redis answers and says no', () => {
    const refused = Object.assign(new Error("OOM command not allowed when used memory > 'maxmemory'"), {
      name: 'ReplyError',
    });
    expect(isQueueAway(asAwayError(refused))).toBe(true);
    expect(asAwayError(refused)).toHaveProperty('cause', refused);
  });

  it.each([withCode('42P01'), withCode('23505'), new TypeError('a bug'), new Error('no code')])(
    'stays what it is otherwise: %s',
    (error) => {
      expect(asAwayError(error)).toBe(error);
    },
  );
});
