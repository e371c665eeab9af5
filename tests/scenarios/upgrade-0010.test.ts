// A ledger of the version before: the program of today takes it over, and every campaign goes on from where it was.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { backupOf0010With, campaignsOf0010, fillWithLedger0010 } from '../support/ledger-0010.ts';
import { eventually } from '../support/eventually.ts';
import { codeOf, scenarioWorld } from '../support/world.ts';

const world = scenarioWorld();
vi.setConfig({ testTimeout: 180_000 });

test('upgrades a ledger of schema 10, whose campaigns go on and finish with nobody told twice for sure', async () => {
  const relay = await world.relay();
  const site = await world.site({ ledger: 'new-given', relay });
  await fillWithLedger0010(site.ledger(), `${relay.host}:${relay.port}`);
  const { finished, rehearsal, running, paused, held, canary } = campaignsOf0010;

  expect((await site.run('status', finished)).summary).toMatchObject({
    state: 'finished',
    notices: 60,
    states: { accepted: 56, refused: 2, failed: 1, unconfirmed: 1 },
  });
  expect((await site.run('status', rehearsal)).summary).toMatchObject({ state: 'finished', states: { accepted: 12 } });
  for (const campaign of [running, paused, held, canary]) {
    const { code, summary } = await site.run('resume', campaign);
    expect([campaign, code, summary.state]).toEqual([campaign, campaign === paused ? 3 : 0, 'finished']);
    expect(summary.states.accepted + summary.states.suppressed).toBe(summary.notices);
  }
  // A worker goes on with what ran before the upgrade even if nobody says so: nothing of it is left open.
  const open = {
    text: `select from candor.notice n join candor.campaign c using (campaign_no)
           where n.state in ('pending', 'queued', 'sending', 'deferred') and c.state not in ('ready', 'cancelled')`,
  };
  await eventually(async () => (await site.ledger().query(open)).rowCount === 0);
  const told = relay.record.letters.map(({ to }) => to);
  expect(told.filter((address, at) => told.indexOf(address) !== at)).toEqual([]);
  expect(told).toContain('corrected.two@example.net');
  expect((await site.run('doctor')).stdout).not.toContain('"problem"');
});

test('restores a backup of schema 10 where somebody says so, holds it all, and goes on after a resume', async () => {
  const relay = await world.relay();
  const site = await world.site({ ledger: 'new-given', relay });
  const path = join(world.folder, 'ledger.backup');
  writeFileSync(path, backupOf0010With(`${relay.host}:${relay.port}`));
  expect(codeOf(await site.run('restore', path))).toBe('archive-unauthenticated');
  expect(codeOf(await site.run('status'))).toBe('campaign-none');

  expect((await site.run('restore', path, '--unauthenticated')).code).toBe(0);
  const { finished, ...others } = campaignsOf0010;
  for (const campaign of Object.values(others).filter((each) => each !== others.rehearsal))
    expect((await site.run('status', campaign)).summary).toMatchObject({
      state: 'held',
      reason: { code: 'restored-unauthenticated' },
    });
  expect((await site.run('status', finished)).summary).toMatchObject({ state: 'finished', notices: 60 });
  expect((await site.run('doctor')).stdout).toContain('no MAC vouches for that backup');
  const { code, summary } = await site.run('resume', others.held);
  expect([code, summary.state]).toEqual([0, 'finished']);
  const told = relay.record.letters.map(({ to }) => to);
  expect(told.filter((address, at) => told.indexOf(address) !== at)).toEqual([]);
  expect((await site.run('doctor')).stdout).not.toContain('"problem"');
});
