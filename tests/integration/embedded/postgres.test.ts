// The embedded Postgres with real processes: any order of starting, stopping and killing.
import {
  appendFileSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openEmbeddedPostgres } from '../../../src/embedded/postgres.ts';
import { silentLogger } from '../../../src/runtime/logger.ts';
import { ask, processesOf } from '../../support/attached-process.ts';
import { attachedWorld, connectionOf } from '../../support/attached-world.ts';
import { eventually } from '../../support/eventually.ts';

const world = attachedWorld();

describe('processes that share one data folder', () => {
  const ways = ['release', 'SIGINT', 'SIGTERM', 'SIGKILL'] as const;
  const cases = ways.flatMap((way) => [
    { way, first: 0 },
    { way, first: 1 },
  ]);

  it.each(cases)(
    'keep the ledger whole when the one that came as number $first leaves first by $way',
    async ({ way, first }) => {
      await world.prepare();
      const pair = [world.start()];
      await pair[0]?.opened;
      pair.push(world.start());
      const connections = await Promise.all(pair.map(connectionOf));
      const [leaving, staying] = [pair[first], pair[1 - first]];
      const [gone, left] = [connections[first], connections[1 - first]];
      if (!leaving || !staying || !gone || !left) throw new Error('two processes are needed');
      await ask(gone, 'create table told (n int)');
      await ask(left, 'insert into told values (1)');
      if (way === 'release') await leaving.ask('release');
      else await leaving.end(way);
      await ask(left, 'insert into told values (2)');
      const late = world.start();
      expect(await ask(await connectionOf(late), 'select n from told order by n')).toEqual([{ n: 1 }, { n: 2 }]);
      await late.ask('release');
      expect(await ask(left, 'select count(*)::int as n from told')).toEqual([{ n: 2 }]);
      if (way === 'release') await staying.ask('release');
      else await staying.end(way);
      await world.stopped();
      expect(world.logged('starting PostgreSQL')).toBe(1);
      expect(world.logged('database system is shut down')).toBe(1);
    },
  );

  it('make one ledger and one server when five start at the same instant', async () => {
    const five = Array.from({ length: 5 }, () => world.start());
    const connections = await Promise.all(five.map(connectionOf));
    for (const connection of connections) expect(await ask(connection, 'select 1 as one')).toEqual([{ one: 1 }]);
    expect(new Set(connections.map((connection) => connection.password)).size).toBe(1);
    expect(world.logged('starting PostgreSQL')).toBe(1);
    expect(readdirSync(join(world.dataDir, 'postgres')).filter((name) => name.includes('half'))).toEqual([]);
    const answers = await Promise.all(five.map((one) => one.ask('release')));
    expect(answers.every((answer) => answer.ok)).toBe(true);
    expect(processesOf(world.folder)).toEqual([]);
  });

  it('find the server stopped when the last release returns', async () => {
    const one = world.start();
    await connectionOf(one);
    expect(processesOf(world.folder)).not.toEqual([]);
    expect((await one.ask('release')).ok).toBe(true);
    expect(processesOf(world.folder)).toEqual([]);
  });

  it('leave no server behind when all of them are killed at once', async () => {
    const three = [world.start(), world.start(), world.start()];
    await Promise.all(three.map(connectionOf));
    await Promise.all(three.map((one) => one.end('SIGKILL')));
    await world.stopped();
    const next = await connectionOf(world.start());
    expect(await ask(next, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('survive any number of starts that are killed on the way', async () => {
    const first = world.start();
    await ask(await connectionOf(first), 'create table kept as select 7 as n');
    await first.ask('release');
    for (let afterMs = 40; afterMs <= 160; afterMs += 8) {
      const doomed = world.start();
      const timer = setTimeout(() => doomed.child.kill('SIGKILL'), afterMs);
      await Promise.all([doomed.opened, new Promise((resolve) => doomed.child.once('exit', resolve))]);
      clearTimeout(timer);
    }
    expect(await ask(await connectionOf(world.start()), 'select n from kept')).toEqual([{ n: 7 }]);
  });

  it('start over when the first start was killed while the data was being made', async () => {
    const doomed = world.start();
    await eventually(
      () => readdirSync(join(world.dataDir, 'postgres')).some((name) => name.startsWith('cluster.half-')),
      { everyMs: 2 },
    );
    await doomed.end('SIGKILL');
    expect(existsSync(join(world.dataDir, 'postgres/cluster'))).toBe(false);
    expect(await ask(await connectionOf(world.start()), 'select 1 as one')).toEqual([{ one: 1 }]);
  });
});

describe('ensureRunning', () => {
  it('starts a killed postmaster again, once for all who ask, with everything that was committed', async () => {
    await world.prepare();
    const pair = [world.start(), world.start()];
    const [connection] = await Promise.all(pair.map(connectionOf));
    if (!connection) throw new Error('a connection is needed');
    await ask(connection, 'create table kept as select n from generate_series(1, 1000) n');
    process.kill(world.postmasterPid(), 'SIGKILL');
    const answers = await Promise.all([...pair, ...pair].map((one) => one.ask('ensure')));
    expect(answers.map((answer) => answer.ok)).toEqual([true, true, true, true]);
    expect(await ask(connection, 'select count(*)::int as n from kept')).toEqual([{ n: 1000 }]);
    expect(world.logged('starting PostgreSQL')).toBe(2);
    await Promise.all(pair.map((one) => one.ask('release')));
    expect(processesOf(world.folder)).toEqual([]);
  });

  it('waits for a backend that outlives the postmaster', async () => {
    await world.prepare();
    const one = world.start();
    const connection = await connectionOf(one);
    // Busy without waiting, so that it does not notice the postmaster's death.
    const busy = ask(
      connection,
      `do $$ declare until timestamptz := clock_timestamp() + interval '1.5 s'; begin while clock_timestamp() < until loop end loop; end $$`,
    ).catch(() => undefined);
    await eventually(
      async () =>
        (
          await ask<{ n: number }>(
            connection,
            `select count(*)::int as n from pg_stat_activity where query like 'do%' and state = 'active'`,
          )
        )[0]?.n === 1,
    );
    process.kill(world.postmasterPid(), 'SIGKILL');
    expect((await one.ask('ensure')).ok).toBe(true);
    await busy;
    expect(await ask(connection, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('takes over when the guard was killed, and the last release still stops the server', async () => {
    await world.prepare();
    const one = world.start();
    await connectionOf(one);
    for (const { pid } of processesOf(world.folder).filter(({ command }) => command.startsWith('/bin/sh')))
      process.kill(pid, 'SIGKILL');
    const late = world.start();
    expect(await ask(await connectionOf(late), 'select 1 as one')).toEqual([{ one: 1 }]);
    expect((await one.ask('release')).ok).toBe(true);
    expect((await late.ask('release')).ok).toBe(true);
    expect(processesOf(world.folder)).toEqual([]);
  });
});

describe('what others on the machine can see', () => {
  it('keeps the password and our environment out of every process of the server, and listens on no network', async () => {
    const one = world.start({ environment: { CANDOR_KEY: 'canary-4711' } });
    const connection = await connectionOf(one);
    const processes = processesOf(world.folder);
    expect(processes.length).toBeGreaterThan(3);
    for (const { command, environment } of processes) {
      expect(command).not.toContain(connection.password);
      expect(environment).not.toContain(connection.password);
      expect(environment).not.toContain('canary-4711');
    }
    expect(
      await ask(
        connection,
        `select current_setting('listen_addresses') as listen, current_setting('fsync') as fsync, current_setting('synchronous_commit') as commit`,
      ),
    ).toEqual([{ listen: '', fsync: 'on', commit: 'on' }]);
    expect(statSync(join(world.dataDir, 'postgres/password')).mode & 0o777).toBe(0o600);
    expect(statSync(connection.host).mode & 0o777).toBe(0o700);
    await expect(ask({ ...connection, password: 'guess' }, 'select 1')).rejects.toMatchObject({ code: '28P01' });
  });

  it('is of the batch class, so that a backend does not take the core from whoever wakes it', async () => {
    await connectionOf(world.start());
    // proc_pid_stat(5): field 41 is the policy, of which 3 is SCHED_BATCH.
    const policies = processesOf(world.folder).map(
      ({ pid }) =>
        readFileSync(`/proc/${pid}/stat`, 'latin1')
          .replace(/^.*\) /s, '')
          .split(' ')[38],
    );
    expect(new Set(policies)).toEqual(new Set(['3']));
  });

  it('keeps values out of the server log', async () => {
    await world.prepare();
    const connection = await connectionOf(world.start());
    await ask(
      connection,
      `create table letters (address text primary key); insert into letters values ('someone@example.org')`,
    );
    await expect(ask(connection, `insert into letters values ('someone@example.org')`)).rejects.toMatchObject({
      code: '23505',
    });
    await expect(ask(connection, `select 'someone@example.org'::int`)).rejects.toMatchObject({ code: '22P02' });
    expect(world.logged('someone@example.org')).toBe(0);
  });
});

describe('files that are not as they should be', () => {
  const code = async (): Promise<string | undefined> => (await world.start().opened).code;
  const cluster = (): string => join(world.dataDir, 'postgres/cluster');

  it('ignores the pid file of a server that is long gone, even if its pid is a stranger now', async () => {
    await world.prepare();
    const { uid, gid } = statSync(cluster());
    const stranger = join(cluster(), 'postmaster.pid');
    writeFileSync(stranger, `${process.pid}\n${cluster()}\n1\n5432\n\n\n 1 1\nready   \n`);
    chownSync(stranger, uid, gid);
    expect(await code()).toBeUndefined();
  });

  it('refuses data of another version and leaves it alone', async () => {
    await world.prepare();
    writeFileSync(join(cluster(), 'PG_VERSION'), '15\n');
    expect(await code()).toBe('postgres-version');
    expect(existsSync(join(cluster(), 'base'))).toBe(true);
  });

  it('refuses data that is not whole and leaves it alone', async () => {
    await world.prepare();
    rmSync(join(cluster(), 'PG_VERSION'));
    expect(await code()).toBe('postgres-data-damaged');
    expect(existsSync(join(cluster(), 'base'))).toBe(true);
  });

  it('says where the log is when the server does not start', async () => {
    await world.prepare();
    appendFileSync(join(cluster(), 'postgresql.conf'), '\nno_such_setting = 1\n');
    expect(await code()).toBe('postgres-start-failed');
    expect(processesOf(world.folder)).toEqual([]);
  });

  it('keeps its sockets elsewhere when the data folder has a long path', async () => {
    const deep = join(world.folder, 'd'.repeat(60), 'e'.repeat(60));
    mkdirSync(deep, { recursive: true });
    const connections = await Promise.all([world.start({}, deep), world.start({}, deep)].map(connectionOf));
    expect(connections[0]?.host).toBe(connections[1]?.host);
    expect(connections[0]?.host.startsWith('/tmp/candor-')).toBe(true);
    for (const connection of connections) expect(await ask(connection, 'select 1 as one')).toEqual([{ one: 1 }]);
    rmSync(join(connections[0]?.host ?? world.folder, '..'), { recursive: true, force: true });
  });
});

describe('in one process', () => {
  it('counts each opening, and releases once', async () => {
    const options = { dataDir: world.dataDir, logger: silentLogger, say: () => undefined };
    const [one, other] = await Promise.all([openEmbeddedPostgres(options), openEmbeddedPostgres(options)]);
    await one.release();
    await one.release();
    expect(await ask(other.connection, 'select 1 as one')).toEqual([{ one: 1 }]);
    await other.release();
    expect(processesOf(world.folder)).toEqual([]);
  });
});
