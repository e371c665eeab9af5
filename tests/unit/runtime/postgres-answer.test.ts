// What an operator reads when DATABASE_URL does not work, and what a worker waits out.
import { describe, expect, it } from 'vitest';
import { isUnreachable } from '../../../src/domain/errors.ts';
import { fromConnection, fromSqlState } from '../../../src/runtime/postgres-answer.ts';

describe('a SQLSTATE', () => {
  it.each([
    ['28P01', 'ledger-refused', 'password'],
    ['28000', 'ledger-refused', 'right to connect'],
    ['3D000', 'ledger-refused', 'no database of that name'],
    ['55000', 'ledger-refused', 'no connections'],
    ['42501', 'ledger-refused', 'may not do'],
    ['25006', 'ledger-refused', 'standby'],
    ['57P01', 'ledger-unreachable', 'shut down'],
    ['57P03', 'ledger-unreachable', 'starting'],
    ['53300', 'ledger-unreachable', 'as many connections'],
    ['08006', 'ledger-unreachable', 'connection broke'],
    ['40P01', 'ledger-unreachable', 'broken off'],
    ['40001', 'ledger-unreachable', 'broken off'],
    ['57014', 'ledger-unreachable', 'broken off'],
    ['53100', 'ledger-unreachable', 'disk is full'],
    ['53200', 'ledger-unreachable', 'out of memory'],
    ['58030', 'ledger-unreachable', 'its files'],
  ])('%s is %s, and work waits', (state, code, words) => {
    const error = fromSqlState(state, new Error('with an address@example.org in it'));
    expect(error).toMatchObject({ code, exit: 1 });
    expect(error?.message).toContain(words);
    expect(error?.message).not.toContain('@');
    expect(isUnreachable(error)).toBe(true);
  });

  it.each(['42P05', '26000'])('%s is a pooler’s, and nothing waits for that to pass', (state) => {
    const error = fromSqlState(state, null);
    expect(error).toMatchObject({ code: 'ledger-pooled', exit: 2 });
    expect(isUnreachable(error)).toBe(false);
  });

  it.each(['42P01', '23505', 'CA001', '22P05', ''])('%s stays what it is', (state) => {
    expect(fromSqlState(state, null)).toBeNull();
  });
});

describe('a connection that did not come about', () => {
  it.each([
    [{ code: 'ECONNREFUSED' }, 'nobody listens'],
    [{ code: 'ENOTFOUND' }, 'name of its host'],
    [{ code: 'EHOSTUNREACH' }, 'no way to its host'],
    [{ message: 'timeout expired' }, 'in time'],
    [{ message: 'Connection terminated due to connection timeout' }, 'in time'],
    [{ code: 'SELF_SIGNED_CERT_IN_CHAIN' }, 'certificate'],
    [{ code: 'ERR_TLS_CERT_ALTNAME_INVALID' }, 'certificate'],
    [{ message: 'The server does not support SSL connections' }, 'sslmode'],
    [{ message: 'Connection terminated unexpectedly' }, 'connection broke'],
  ])('%j says why', (given, words) => {
    const error = fromConnection(Object.assign(new Error(''), given));
    expect(error.code).toBe('ledger-unreachable');
    expect(error.message).toContain(words);
  });

  it('for want of a password is a refusal', () => {
    expect(
      fromConnection(new Error('SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a string')),
    ).toMatchObject({ code: 'ledger-refused' });
  });

  it('may be anything at all', () => {
    expect(fromConnection('a string').message).toContain('the connection broke');
  });
});
