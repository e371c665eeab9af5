// The end of open files is told as what it is, wherever it comes up and whatever it was taken for.
import { describe, expect, it } from 'vitest';
import { shownError } from '../../../src/cli/show-error.ts';
import { examineOpenFiles } from '../../../src/app/open-files.ts';
import { CandorError } from '../../../src/domain/errors.ts';
import { asTooManyOpenFiles, fromServerOutput } from '../../../src/domain/open-files.ts';
import { fromConnection } from '../../../src/runtime/postgres-answer.ts';
import { fromErrors } from '../../../src/runtime/redis-answer.ts';
import { problemOf } from '../../../src/web/problem.ts';

const system = (code: string): Error => Object.assign(new Error(`${code}: too many open files, open 'x'`), { code });

describe.each(['EMFILE', 'ENFILE'])('%s', (code) => {
  const error = system(code);
  it.each([
    ['a file', error],
    ['a file that was called missing', new CandorError('file-not-found', { path: 'x' }, { cause: error })],
    ['one address of several', new AggregateError([system('ECONNREFUSED'), error])],
    ['the ledger', fromConnection(error)],
    ['Redis', fromErrors([error])],
  ])('is told at every door: %s', (_, thrown) => {
    expect(shownError(thrown, 'candor send').code).toBe('too-many-open-files');
    expect(problemOf(thrown, 'x')).toMatchObject({ code: 'too-many-open-files', status: 503 });
  });

  it('is a reason to wait for the ledger and for Redis, and says what to raise', () => {
    expect(fromConnection(error).code).toBe('ledger-unreachable');
    expect(fromErrors([error]).code).toBe('redis-unreachable');
    for (const told of [fromConnection(error), fromErrors([error])])
      expect(told.message).toMatch(/ulimit -n|fs.file-max/);
  });
});

it('takes nothing else for it', () => {
  const loop = new Error('a');
  loop.cause = loop;
  for (const error of [system('EACCES'), new CandorError('campaign-none'), loop, 'EMFILE', null])
    expect(asTooManyOpenFiles(error)).toBeNull();
  expect(fromServerOutput('FATAL:  lock file "postmaster.pid" already exists')).toBeNull();
});

it('reads what Postgres says when it may not open enough', () => {
  expect(fromServerOutput('FATAL:  insufficient file descriptors available to start server process')?.code).toBe(
    'too-many-open-files',
  );
});

describe('what doctor says of the limit', () => {
  const limits = (soft: string) => () =>
    Promise.resolve(`Max processes  1 1 processes\nMax open files            ${soft}                 4096   files\n`);
  it.each([
    ['64', 10, 'warning'],
    ['160', 10, 'ok'],
    ['160', null, 'warning'],
    ['1024', null, 'ok'],
    ['1024', 1000, 'warning'],
    ['unlimited', 1000, 'ok'],
  ] as const)('%s open files and %s connections: %s', async (soft, connections, verdict) => {
    expect((await examineOpenFiles(connections, limits(soft))).verdict).toBe(verdict);
  });

  it('is unknown where it cannot be read', async () => {
    expect((await examineOpenFiles(null, () => Promise.reject(new Error('no /proc')))).verdict).toBe('unknown');
  });
});
