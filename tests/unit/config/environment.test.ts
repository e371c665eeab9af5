// What libraries would read by themselves: it counts nowhere, and is told once.
import { expect, it } from 'vitest';
import { processEnvironment } from '../../../src/config/environment.ts';
import { readConfig } from '../../../src/config/read-config.ts';

const names =
  'PGHOST PGPORT PGUSER PGPASSWORD PGPASSFILE PGDATABASE PGOPTIONS PGAPPNAME PGSERVICE PGSSLMODE PGSSLROOTCERT PGSSLNEGOTIATION PGCONNECT_TIMEOUT PGCLIENT_ENCODING PGREPLICATION PGBINARY PGTZ NODE_PG_FORCE_NATIVE'.split(
    ' ',
  );

it.each([...names, 'NODE_TLS_REJECT_UNAUTHORIZED'])('takes %s from the process', (name) => {
  const process = { [name]: 'x', PATH: '/bin', PGDATA: '/var/lib/postgresql' };
  expect(processEnvironment(process)).toEqual({ [name]: 'x', PATH: '/bin', PGDATA: '/var/lib/postgresql' });
  expect(process).toEqual({ PATH: '/bin', PGDATA: '/var/lib/postgresql' });
});

it('tells of all that the driver would have read in one line, and of Node’s in another, without values', () => {
  const { warnings } = readConfig({ PGSSLMODE: 'hunter2', PGHOST: 'hunter2', NODE_TLS_REJECT_UNAUTHORIZED: '0' });
  expect(warnings).toHaveLength(2);
  expect(warnings[0]).toMatch(/^PGHOST, PGSSLMODE are not read: DATABASE_URL/);
  expect(warnings[1]).toMatch(/^NODE_TLS_REJECT_UNAUTHORIZED is not read/);
  expect(warnings.join()).not.toContain('hunter2');
});

it.each(['PGDATA', 'PGADMIN_SETUP_EMAIL', 'PGBOUNCER_PORT'])('says nothing of %s, which no library reads', (name) => {
  expect(readConfig({ [name]: 'x' }).warnings).toEqual([]);
});
