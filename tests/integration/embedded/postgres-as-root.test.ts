// The embedded Postgres as root, who hands the server to another user, and beside plain users. Tests for
// root alone: vitest.config.ts leaves this file out for anybody else.
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findPackage, usableBinaries } from '../../../src/embedded/postgres-binaries.ts';
import { runAs, systemUser } from '../../../src/embedded/server-user.ts';
import { ask, processesOf } from '../../support/attached-process.ts';
import { attachedWorld, connectionOf } from '../../support/attached-world.ts';

const world = attachedWorld();

describe('as root', () => {
  const plain = { uid: 65_534, gid: 65_534 };
  const home = (owner: { uid: number; gid: number } | null, mode: number): string => {
    const path = join(world.folder, 'home');
    mkdirSync(path);
    chmodSync(path, mode);
    if (owner) chownSync(path, owner.uid, owner.gid);
    return path;
  };

  it('runs the server as another user', async () => {
    await connectionOf(world.start());
    expect(statSync(`/proc/${world.postmasterPid()}`).uid).not.toBe(0);
  });

  it('moves the ledger out of a closed home, says where to, and finds it again', async () => {
    const sharedFolder = join(world.folder, 'shared');
    const closed = join(home(null, 0o700), 'data');
    const pair = [world.start({ sharedFolder }, closed), world.start({ sharedFolder }, closed)];
    const [connection] = await Promise.all(pair.map(connectionOf));
    if (!connection) throw new Error('a connection is needed');
    expect((await pair[0]?.opened)?.said?.join()).toContain(sharedFolder);
    await ask(connection, 'create table kept as select 7 as n');
    await Promise.all(pair.map((one) => one.ask('release')));
    const again = await connectionOf(world.start({ sharedFolder }, closed));
    expect(again.host.startsWith(sharedFolder)).toBe(true);
    expect(await ask(again, 'select n from kept')).toEqual([{ n: 7 }]);
  });

  it('makes no new ledger when the moved one is gone, but does when the data folder is new', async () => {
    const sharedFolder = join(world.folder, 'shared');
    const closed = join(home(null, 0o700), 'data');
    const one = world.start({ sharedFolder }, closed);
    await ask(await connectionOf(one), 'create table kept ()');
    await one.ask('release');
    const moved = readFileSync(join(closed, 'postgres.moved'), 'utf8').trim();
    rmSync(closed, { recursive: true });
    const fresh = world.start({ sharedFolder }, closed);
    expect(await ask(await connectionOf(fresh), `select to_regclass('kept') as kept`)).toEqual([{ kept: null }]);
    await fresh.ask('release');
    expect(existsSync(join(moved, 'cluster'))).toBe(true);
    rmSync(readFileSync(join(closed, 'postgres.moved'), 'utf8').trim(), { recursive: true });
    expect((await world.start({ sharedFolder }, closed).opened).code).toBe('postgres-data-lost');
  });

  it('refuses when the way to an existing ledger was closed', async () => {
    const path = home(null, 0o755);
    const open = world.start({}, join(path, 'data'));
    await open.opened;
    await open.ask('release');
    chmodSync(path, 0o700);
    expect((await world.start({}, join(path, 'data')).opened).code).toBe('postgres-unreachable');
  });

  it('shares the ledger that a plain user made, and leaves it usable for them', async () => {
    const data = join(home(plain, 0o711), 'data');
    const theirs = world.start({ user: plain }, data);
    await ask(await connectionOf(theirs), 'create table kept as select 7 as n');
    const ours = world.start({}, data);
    expect(await ask(await connectionOf(ours), 'select n from kept')).toEqual([{ n: 7 }]);
    await theirs.ask('release');
    await ours.end('SIGKILL');
    await world.stopped();
    const rootAlone = world.start({}, data);
    await rootAlone.opened;
    await rootAlone.end('SIGKILL');
    await world.stopped();
    expect(await ask(await connectionOf(world.start({ user: plain }, data)), 'select n from kept')).toEqual([{ n: 7 }]);
  });

  it("tells a plain user that the ledger is root's", async () => {
    chmodSync(world.folder, 0o777);
    const ours = world.start();
    await ours.opened;
    expect((await world.start({ user: plain }).opened).code).toBe('postgres-foreign');
  });

  it('serves a plain user in a home that is closed to others', async () => {
    const data = join(home(plain, 0o700), 'data');
    const pair = [world.start({ user: plain }, data), world.start({ user: plain }, data)];
    for (const one of pair) expect(await ask(await connectionOf(one), 'select 1 as one')).toEqual([{ one: 1 }]);
    expect((await Promise.all(pair.map((one) => one.ask('release')))).every((answer) => answer.ok)).toBe(true);
    expect(processesOf(world.folder)).toEqual([]);
  });

  it('tells a user without a name that Postgres needs one', async () => {
    const nameless = { uid: 54_321, gid: 54_321 };
    expect((await world.start({ user: nameless }, join(home(nameless, 0o700), 'data')).opened).code).toBe(
      'postgres-no-name',
    );
  });

  it("copies programs that the server's user cannot reach, once, and they run", async () => {
    const user = await systemUser();
    const closed = home(null, 0o700);
    cpSync(findPackage().native, join(closed, 'native'), { recursive: true });
    const copies = join(world.folder, 'copies');
    mkdirSync(copies, { mode: 0o711 });
    const said: string[] = [];
    const wanted = {
      package: { ...findPackage(), native: join(closed, 'native') },
      user,
      linksFolder: join(world.folder, 'links'),
      copyFolder: () => copies,
      say: (line: string) => void said.push(line),
    };
    const [first, second] = [await usableBinaries(wanted), await usableBinaries(wanted)];
    expect(second).toEqual(first);
    expect(said).toHaveLength(1);
    expect(said[0]).toContain(copies);
    expect(readdirSync(copies)).toHaveLength(1);
    expect(await runAs(user, join(first.bin, 'postgres'), ['--version'], first.libraryPath)).toMatchObject({ code: 0 });
  });
});
