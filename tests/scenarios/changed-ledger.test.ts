// Somebody writes to the database, or the key is exchanged: nobody is told what is another's, and everything goes on that should.
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { lettersPerAddress } from '../support/people.ts';
import { runCandor } from '../support/program.ts';
import { answerOf, codeOf, scenarioWorld, type Answer, type Site } from '../support/world.ts';

const world = scenarioWorld();
vi.setConfig({ testTimeout: 120_000 });
const file = (): string =>
  world.file(
    [
      'email,audience,city',
      'one@example.com,affected,x',
      'two@example.com,unaffected,',
      'three@example.com,affected,',
      '',
    ].join('\n'),
  );
const exchange = (site: Site, campaign: string): Promise<unknown> =>
  site.ledger().query({
    text: `update candor.notice n set address_sealed = o.address_sealed from candor.notice o
           where n.campaign_no = (select campaign_no from candor.campaign where id = $1) and o.campaign_no = n.campaign_no
             and (n.row_no, o.row_no) in ((2, 3), (3, 2))`,
    values: [campaign],
  });

async function find(site: Site): Promise<Answer> {
  return answerOf(await runCandor(['find', '-', '--json'], site.env, { cwd: world.folder, input: 'one@example.com' }));
}

test('a campaign that waits, with two addresses exchanged, mails nobody and says which rows', async () => {
  const relay = await world.relay();
  const site = await world.site({ ledger: 'new-given', relay });
  const { summary } = await site.send(file(), '--detach');
  await exchange(site, summary.campaign);

  // Taken up by a worker: the slice is compared before the claim.
  const worker = await site.worker();
  await eventually(async () => (await site.run('status', summary.campaign)).summary.state === 'held');
  worker.kill('SIGTERM');
  const ended = await worker.outcome;
  expect(ended.stderr).toMatch(/record-changed.*notice, row 2 .*notice, row 3 /s);
  const held = await site.run('status', summary.campaign);
  expect(held.summary).toMatchObject({
    state: 'held',
    reason: { code: 'account-broken' },
    states: { sending: 0, pending: 3 },
  });

  // No resume makes it true, and no other door tells it.
  const resumed = await site.run('resume', summary.campaign);
  expect([resumed.code, codeOf(resumed)]).toEqual([1, 'record-changed']);
  expect(resumed.stderr).toMatch(/row 2 .*row 3 /s);
  expect(codeOf(await find(site))).toBe('record-changed');
  expect(codeOf(await site.run('export', summary.campaign, '--out', join(world.folder, 'out')))).toBe('record-changed');
  expect((await site.run('doctor')).stdout).toMatch(/row 2 .*row 3 /s);
  expect(relay.record.letters).toEqual([]);

  await exchange(site, summary.campaign);
  expect((await site.run('resume', summary.campaign)).summary.state).toBe('finished');
  expect([...lettersPerAddress(relay).values()]).toEqual([1, 1, 1]);
});

test('a campaign that starts by itself is compared before its first letter', async () => {
  const relay = await world.relay();
  const site = await world.site({ ledger: 'new-given', relay });
  const at = new Date(Date.now() + 4_000).toISOString();
  const { summary } = await site.send(file(), '--detach', '--at', at);
  await site.ledger().query({
    text: `update candor.letter set compiled = jsonb_set(compiled, '{subject}', '"Call +1 555 0100"') where locale = 'en'`,
  });
  const worker = await site.worker();
  await eventually(async () => (await site.run('status', summary.campaign)).summary.state === 'held');
  worker.kill('SIGTERM');
  expect((await worker.outcome).stderr).toContain('letter, row affected in en');
  expect(relay.record.letters).toEqual([]);
});

test('whoever meets a changed record stops its campaign', async () => {
  const relay = await world.relay();
  const site = await world.site({ ledger: 'new-given', relay });
  const { summary } = await site.send(file(), '--detach');
  await exchange(site, summary.campaign);
  expect(codeOf(await find(site))).toBe('record-changed');
  expect((await site.run('status', summary.campaign)).summary).toMatchObject({
    state: 'held',
    reason: { code: 'account-broken' },
  });
});

test('another key for the same ledger: letters on their way, backups and campaigns know it', async () => {
  const relay = await world.relay();
  const site = await world.site({ ledger: 'new-given', relay });
  const told = await site.send(file());
  const waiting = await site.send(world.file('email,audience\nfour@example.com,affected\n', 'second.csv'), '--detach');
  const backup = join(world.folder, 'before.backup');
  await site.run('backup', '--out', backup);
  expect(codeOf(await site.run('key', 'rotate'))).toBe('new-key-required');
  const next = Buffer.alloc(32, 77).toString('base64');
  writeFileSync(join(world.folder, 'new.key'), `${next}\n`, { mode: 0o600 });

  const working = await site.worker();
  expect(codeOf(await site.run('key', 'rotate', '--to', join(world.folder, 'new.key')))).toBe('ledger-in-use');
  working.kill('SIGTERM');
  await working.outcome;
  const rotated = await site.run('key', 'rotate', '--to', join(world.folder, 'new.key'));
  expect([rotated.code, rotated.stderr]).toEqual([0, '']);

  expect(codeOf(await site.run('status'))).toBe('key-wrong');
  const after = site.with({ CANDOR_KEY: next });
  expect(
    (await after.send(world.file('email,audience\nfive@example.com,affected\n', 'third.csv'))).summary.states.accepted,
  ).toBe(1);
  expect((await after.run('status', waiting.summary.campaign)).summary.states.accepted).toBe(1);
  const found = JSON.parse((await find(after)).stdout) as { notices: { notice: string }[] };
  expect(JSON.stringify(relay.record.letters)).toContain(found.notices[0]!.notice);
  expect((await after.run('status', told.summary.campaign)).summary.states.accepted).toBe(3);
  // A backup of before is of the key of before.
  const empty = await world.site({ ledger: 'new-given' });
  expect(codeOf(await empty.with({ CANDOR_KEY: next }).run('restore', backup))).toBe('key-wrong');
  expect((await empty.run('restore', backup)).code).toBe(0);
});

test('the key file follows, even when the exchange ended between the ledger and the file', async () => {
  const site = await world.site({ ledger: 'own' });
  await site.send(world.file('email,audience\none@example.com,affected\n'));
  const key = join(world.folder, 'data/key');
  const first = readFileSync(key, 'utf8');
  expect((await site.run('key', 'rotate')).code).toBe(0);
  const second = readFileSync(key, 'utf8');
  expect(second).not.toBe(first);
  expect((await find(site)).code).toBe(0);
  // As a kill leaves it: the ledger has the second one, the file the first, and the second lies beside it.
  copyFileSync(key, `${key}.new`);
  writeFileSync(key, first);
  expect((await find(site)).code).toBe(0);
  expect(readFileSync(key, 'utf8')).toBe(second);
});
