// What an operator reads when Redis answers and says no, at the start and in mid-run; and what work waits out.
import { describe, expect, it } from 'vitest';
import { isQueueAway } from '../../../src/domain/errors.ts';
import { describeError } from '../../../src/runtime/logger.ts';
import { fromErrors, fromReply, replyWord } from '../../../src/runtime/redis-answer.ts';

/** As the driver makes it. */
function reply(message: string, more: object = {}): Error {
  return Object.assign(new Error(message), { name: 'ReplyError', ...more });
}

describe('a reply of Redis that says no', () => {
  it.each([
    [
      "OOM command not allowed when used memory > 'maxmemory'. script: 5ab4, on @user_script:589.",
      'OOM',
      'redis-refused',
      'memory is full',
    ],
    [
      'MISCONF Redis is configured to save RDB snapshots, but it is unable to persist on disk.',
      'MISCONF',
      'redis-refused',
      'its disk',
    ],
    ["READONLY You can't write against a read only replica.", 'READONLY', 'redis-refused', 'a replica'],
    [
      'UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)',
      'UNBLOCKED',
      'redis-refused',
      'a replica',
    ],
    ['NOREPLICAS Not enough good replicas to write.', 'NOREPLICAS', 'redis-refused', 'too few replicas'],
    [
      'NOAUTH HELLO must be called with the client already authenticated',
      'NOAUTH',
      'redis-refused',
      'asks for a password',
    ],
    [
      'WRONGPASS invalid username-password pair or user is disabled.',
      'WRONGPASS',
      'redis-refused',
      'password is wrong',
    ],
    ["NOPERM this user has no permissions to run the 'bzpopmin' command", 'NOPERM', 'redis-refused', 'may not do'],
    [
      "ERR The user executing the script can't run this command or subcommand script: 5ab4",
      'ERR',
      'redis-refused',
      'may not do',
    ],
    ['CLUSTERDOWN The cluster is down', 'CLUSTERDOWN', 'redis-refused', 'a cluster'],
    ['LOADING Redis is loading the dataset in memory', 'LOADING', 'redis-unreachable', 'reading its data'],
    ['BUSY Redis is busy running a script.', 'BUSY', 'redis-unreachable', 'busy'],
  ])('%s', (message, word, code, words) => {
    const meant = fromReply(reply(message));
    expect(replyWord(reply(message))).toBe(word);
    expect(meant).toMatchObject({ code });
    expect(meant?.message).toContain(words);
    expect(isQueueAway(meant)).toBe(true);
  });

  it('is found behind a transaction that it broke off', () => {
    const aborted = reply('EXECABORT Transaction discarded because of previous errors.', {
      previousErrors: [reply('OOM command not allowed')],
    });
    expect(replyWord(aborted)).toBe('OOM');
    expect(fromReply(aborted)).toMatchObject({ code: 'redis-refused' });
  });

  it.each([
    'ERR unknown command',
    'WRONGTYPE Operation against a key holding the wrong kind of value',
    'NOSCRIPT No matching script',
  ])('stays what it is when it is our mistake: %s', (message) => {
    expect(fromReply(reply(message))).toBeNull();
  });

  it('is no reply when the server did not send it', () => {
    expect(fromReply(new Error('OOM in a sentence of somebody else'))).toBeNull();
    expect(replyWord(new Error('READONLY somewhere else'))).toBeNull();
  });
});

it('is logged with its first word, and with nothing that it may quote', () => {
  expect(describeError(reply("OOM command not allowed, with 'a@example.org' in it"))).toMatchObject({
    name: 'ReplyError',
    code: 'OOM',
  });
  expect(JSON.stringify(describeError(reply("ERR value 'a@example.org' is wrong")))).not.toContain('example');
  expect(describeError(reply('a@example.org is no word')).code).toBeUndefined();
  expect(describeError(new Error('SECRET of somebody')).code).toBeUndefined();
});

it('tells a refusal among the errors of one connection before what came of it', () => {
  expect(fromErrors([new Error('Connection is closed.'), reply('NOAUTH Authentication required.')])).toMatchObject({
    code: 'redis-refused',
  });
  expect(
    fromErrors([new Error('Connection is closed.'), Object.assign(new Error('connect'), { code: 'ECONNREFUSED' })]),
  ).toMatchObject({ code: 'redis-unreachable', values: { why: 'nobody listens there' } });
  expect(fromErrors([new Error('Connection is closed.')])).toMatchObject({
    code: 'redis-unreachable',
    values: { why: 'the connection broke' },
  });
});
