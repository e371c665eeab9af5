// What DATABASE_URL may lead to. Poolers lend their connections in one order or the other; whoever is behind one must hear
// of it before a letter leaves.
import { expect, it } from 'vitest';
import { CandorError } from '../../../src/domain/errors.ts';
import { optionsBeside, withFullCheck, type Database, type Session } from '../../../src/ledger/database.ts';
import { refusePooler } from '../../../src/ledger/pooler.ts';

/** What a client asks goes to the backend that `lend` answers; `searchPath` is what a connection with options says of it. */
function databaseWith(
  lend: (client: number) => number,
  searchPath: string | Error = 'candor_queue',
): Database & { readonly open: () => number } {
  let clients = 0;
  let open = 0;
  const session = (settings?: { searchPath: string }): Promise<Session> => {
    if (settings !== undefined && searchPath instanceof Error) return Promise.reject(searchPath);
    const client = clients++;
    open += 1;
    return Promise.resolve({
      gone: new Promise<void>(() => undefined),
      query: <Row>() =>
        Promise.resolve({ rows: [{ pid: 1000 + lend(client), search_path: searchPath } as Row], rowCount: 1 }),
      end: () => Promise.resolve(void (open -= 1)),
    });
  };
  const unused = (): never => {
    throw new Error('not asked for');
  };
  return { session, query: unused, transaction: unused, close: unused, open: () => open };
}

const direct = (client: number): number => client;
/** What rested longest is lent next. */
const inTurn = (backends: number): (() => number) => {
  let asked = 0;
  return () => asked++ % backends;
};

const code = (database: Database, schema: string | null = null): Promise<unknown> =>
  refusePooler(database, schema).then(
    () => 'fine',
    (error: unknown) => error instanceof CandorError && error.code,
  );

it('takes connections of one’s own', async () => {
  const database = databaseWith(direct);
  expect(await code(database)).toBe('fine');
  expect(database.open()).toBe(0);
});

it.each([
  ['the one that came back last is lent', () => 0],
  ['two take turns', inTurn(2)],
  ['three take turns', inTurn(3)],
  ['ten take turns', inTurn(10)],
])('refuses a pooler: %s', async (_, lend) => {
  const database = databaseWith(lend);
  expect(await code(database)).toBe('ledger-pooled');
  expect(database.open()).toBe(0);
});

it('with the queue on the ledger, refuses what drops the search path of a connection', async () => {
  expect(await code(databaseWith(direct, 'candor_queue'), 'candor_queue')).toBe('fine');
  expect(await code(databaseWith(direct, '"$user", public'), 'candor_queue')).toBe('ledger-pooled');
  const refused = new CandorError(
    'ledger-unreachable',
    {},
    { cause: Object.assign(new Error('unsupported startup parameter: options'), { code: '08P01' }) },
  );
  expect(await code(databaseWith(direct, refused), 'candor_queue')).toBe('ledger-pooled');
  expect(await code(databaseWith(direct, new CandorError('ledger-unreachable')), 'candor_queue')).toBe(
    'ledger-unreachable',
  );
});

it('takes the options of a connection out of its string, where they would hide others', () => {
  expect(optionsBeside({ connectionString: 'postgres://u:p@h/d?sslmode=require&options=-c%20work_mem%3D8MB' })).toEqual(
    { connectionString: 'postgres://u:p@h/d?sslmode=require', options: '-c work_mem=8MB' },
  );
  expect(optionsBeside({ connectionString: 'postgres://u:p@h/d?options=endpoint%3Dx' })).toEqual({
    connectionString: 'postgres://u:p@h/d',
    options: 'endpoint=x',
  });
  expect(optionsBeside({ connectionString: 'postgres://u:p@h/d' })).toEqual({ connectionString: 'postgres://u:p@h/d' });
  expect(optionsBeside({ host: 'h', database: 'd' })).toEqual({ host: 'h', database: 'd' });
});

it.each([
  ['postgres://h/d?sslmode=require', 'postgres://h/d?sslmode=verify-full'],
  [
    'postgres://h/d?a=b&sslmode=verify-ca&sslrootcert=/ca.pem',
    'postgres://h/d?a=b&sslmode=verify-full&sslrootcert=/ca.pem',
  ],
  ['postgres://h/d?sslmode=prefer', 'postgres://h/d?sslmode=verify-full'],
])('checks the certificate outright, as the driver does for %s', (given, whole) => {
  expect(withFullCheck(given)).toBe(whole);
});

it.each([
  'postgres://h/d',
  'postgres://h/d?sslmode=disable',
  'postgres://h/d?sslmode=no-verify',
  'postgres://h/d?uselibpqcompat=true&sslmode=require',
])('leaves %s as it is', (given) => {
  expect(withFullCheck(given)).toBe(given);
});
