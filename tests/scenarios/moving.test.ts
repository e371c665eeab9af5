// A ledger that moves: backup and restore, the export that is taken to another place, and the question
// whether somebody was told, which must have the same answer everywhere.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { expect, test, vi } from 'vitest';
import type { Found } from '../../src/domain/found.ts';
import { partsOf, withPartChanged } from '../support/archive-parts.ts';
import { eventually } from '../support/eventually.ts';
import { notExactlyOnce, people } from '../support/people.ts';
import { startCandor } from '../support/program.ts';
import type { TestRelay } from '../support/relay.ts';
import { codeOf, scenarioWorld, type Answer, type Site } from '../support/world.ts';

const world = scenarioWorld();
// Seconds on a quiet machine; a busy one only takes longer.
vi.setConfig({ testTimeout: 180_000 });
const otherKey = Buffer.alloc(32, 9).toString('base64');

/** A site on a database, with the key of the embedded ledger. */
async function movedSite(relay: TestRelay): Promise<Site> {
  return world.site({
    ledger: 'new-given',
    relay,
    settings: { RECOVERY_SECONDS: '60', CANDOR_KEY: readFileSync(join(world.folder, 'data/key'), 'utf8').trim() },
  });
}

/** Where a ledger places a backup among those that it has on record. */
async function placeOf(site: Site, path: string): Promise<unknown> {
  return (JSON.parse((await site.run('restore', path, '--dry-run')).stdout) as { place: unknown }).place;
}

function backupPath(): string {
  return join(world.folder, 'all.backup');
}

async function find(site: Site, spelling: string): Promise<{ code: number | null; found: Found[] }> {
  const { code, stdout } = await startCandor(['find', '-', '--json'], site.env, { cwd: world.folder, input: spelling })
    .outcome;
  return { code, found: (JSON.parse(stdout) as { notices: Found[] }).notices };
}

test('moves a paused campaign from the embedded ledger to a given one, where it ends with everybody told exactly once', async () => {
  const relay = await world.relay();
  const site = await world.site({ ledger: 'own', relay, settings: { RECOVERY_SECONDS: '60' } });
  const everybody = people(60);
  const sending = site.startSend(world.file(everybody), '--rate', '20');
  await eventually(() => relay.record.letters.length >= 10, { timeoutMs: 30_000 });
  sending.kill('SIGINT');
  expect((await sending.outcome).code).toBe(4);
  const campaign = await site.campaignOf(sending);
  const before = await site.run('status', campaign);
  expect((await site.run('backup', '--out', backupPath())).code).toBe(0);

  const moved = await movedSite(relay);
  expect((await moved.run('restore', backupPath())).code).toBe(0);
  expect((await moved.run('status', campaign)).summary).toEqual(before.summary);
  const ended = await moved.run('resume', campaign);

  expect(ended).toMatchObject({ code: 0, summary: { state: 'finished', attempts: 60, states: { accepted: 60 } } });
  expect(notExactlyOnce(relay, everybody)).toEqual([]);
  expect((await moved.run('doctor')).stdout).not.toContain('"problem"');
  expect((await site.run('status', campaign)).summary.state).toBe('paused');
});

test('holds the copy of a campaign that was running, says why, and ends it after a resume with nobody told twice', async () => {
  const relay = await world.relay();
  const site = await world.site({ ledger: 'own', relay });
  const everybody = people(30);
  const launched = await site.send(world.file(everybody), '--rate', '5', '--detach');
  const working = site.start('resume', launched.summary.campaign);
  await eventually(() => relay.record.letters.length >= 3, { timeoutMs: 30_000 });

  expect((await site.run('backup', '--out', backupPath())).code).toBe(0);
  // A campaign that runs, with letters left: on a slow machine the worker would be through before the next look.
  working.kill('SIGTERM');
  await working.outcome;
  const moved = await movedSite(relay);
  expect((await moved.run('restore', backupPath())).code).toBe(0);

  const { summary } = await moved.run('status');
  expect(summary).toMatchObject({
    campaign: launched.summary.campaign,
    state: 'held',
    reason: { code: 'restored' },
    notices: 30,
    states: { queued: 0, sending: 0 },
  });
  expect(summary.reason?.help).toContain('candor resume');
  expect(codeOf(await moved.send(world.file(everybody)))).toBe('campaign-exists');
  expect(codeOf(await moved.run('restore', backupPath()))).toBe('ledger-not-empty');

  const later = join(world.folder, 'later.backup');
  expect((await site.run('backup', '--out', later)).code).toBe(0);
  expect(await placeOf(site, backupPath())).toMatchObject({ kind: 'older', later: 1 });
  expect(await placeOf(site, later)).toEqual({ kind: 'newest' });
  expect(await placeOf(moved, later)).toMatchObject({ kind: 'unrecorded' });
  const target = await movedSite(relay);
  expect((await target.run('restore', later)).code).toBe(0);
  expect((await target.run('status')).summary).toMatchObject({ state: 'held', reason: { code: 'restored' } });
  expect((await target.run('doctor')).stdout).toMatch(/restored at .*, made at 20/);
  expect(await target.run('resume', launched.summary.campaign)).toMatchObject({
    code: 0,
    summary: { state: 'finished', states: { accepted: 30 } },
  });
  expect(notExactlyOnce(relay, everybody)).toEqual([]);
});

test('restores nothing with another key or from a changed backup, and the whole one afterwards', async () => {
  const gone = people(30)[3]!.email;
  const relay = await world.relay({
    script: [{ stage: 'rcpt', when: { to: gone }, do: 'reply', reply: '550 5.1.1 {to} unknown' }],
  });
  const site = await world.site({ ledger: 'own', relay });
  const told = await site.send(world.file(people(30)));
  expect((await site.run('backup', '--out', backupPath())).code).toBe(0);
  expect(codeOf(await site.run('backup', '--out', backupPath()))).toBe('output-exists');
  const whole = readFileSync(backupPath());
  const parts = partsOf(whole);
  const otherPath = join(world.folder, 'other.backup');
  expect((await site.run('backup', '--out', otherPath)).code).toBe(0);
  const changed = Buffer.from(whole);
  changed[whole.length >> 1]! ^= 0xff;
  const damages: Readonly<Record<string, Buffer>> = {
    'cut short': whole.subarray(0, whole.length - 200),
    'half of it': whole.subarray(0, whole.length >> 1),
    'one octet changed': changed,
    'something behind it': Buffer.concat([whole, Buffer.from('more')]),
    'refused made accepted': Buffer.concat(
      parts.map((part) =>
        withPartChanged(part, (plain) => plain.replaceAll('\trefused\tunknown-mailbox\t', '\taccepted\t\\N\t')),
      ),
    ),
    'its end of another': Buffer.concat([...parts.slice(0, -1), ...partsOf(readFileSync(otherPath)).slice(-1)]),
    'no archive': Buffer.from('email,audience\n'),
    empty: Buffer.alloc(0),
  };

  const moved = await movedSite(relay);
  const path = join(world.folder, 'damaged.backup');
  const codes: Record<string, [number | null, string | undefined]> = {};
  for (const [name, bytes] of Object.entries(damages)) {
    writeFileSync(path, bytes);
    const refused = await moved.run('restore', path);
    codes[name] = [refused.code, codeOf(refused)];
  }
  expect(codes).toEqual({
    'cut short': [2, 'archive-cut'],
    'half of it': [2, 'archive-cut'],
    'one octet changed': [2, 'archive-changed'],
    'something behind it': [2, 'archive-changed'],
    'refused made accepted': [2, 'archive-changed'],
    'its end of another': [2, 'archive-mixed'],
    'no archive': [2, 'archive-foreign'],
    empty: [2, 'archive-cut'],
  });
  expect(codeOf(await moved.run('status'))).toBe('campaign-none');
  expect(codeOf(await moved.with({ CANDOR_KEY: otherKey }).run('restore', backupPath()))).toBe('key-wrong');

  const stranger = await world.site({ ledger: 'new-given', relay, settings: { CANDOR_KEY: otherKey } });
  expect(codeOf(await stranger.run('restore', backupPath()))).toBe('key-wrong');
  expect(codeOf(await stranger.run('status'))).toBe('campaign-none');

  expect((await moved.run('restore', backupPath())).code).toBe(0);
  expect((await moved.run('status')).summary).toEqual((await site.run('status', told.summary.campaign)).summary);
});

test.each(['at once', 'after something else made a ledger there'])(
  'restores into a folder once the right key lies in it: %s',
  async (when) => {
    const site = await world.site({ ledger: 'own' });
    const told = await site.send(world.file(people(3)));
    expect((await site.run('backup', '--out', backupPath())).code).toBe(0);
    const key = readFileSync(join(world.folder, 'data/key'));

    const fresh = join(world.folder, 'fresh');
    const moved = site.with({ CANDOR_DATA: fresh });
    if (when === 'at once') {
      const refused = await moved.run('restore', backupPath());
      expect([refused.code, codeOf(refused)]).toEqual([2, 'key-wrong']);
      expect(refused.stderr.replaceAll(/\s+/g, '')).toContain(join(fresh, 'key'));
      expect(existsSync(fresh)).toBe(false);
      mkdirSync(fresh, { mode: 0o711 });
    } else {
      expect(codeOf(await moved.run('status'))).toBe('campaign-none');
      expect(codeOf(await moved.run('restore', backupPath()))).toBe('key-wrong');
    }
    writeFileSync(join(fresh, 'key'), key, { mode: 0o600 });
    expect((await moved.run('restore', backupPath())).code).toBe(0);
    expect((await moved.run('status')).summary).toMatchObject({ campaign: told.summary.campaign, notices: 3 });

    // Now it holds something.
    writeFileSync(join(fresh, 'key'), `${otherKey}\n`);
    expect(codeOf(await moved.run('restore', backupPath()))).toBe('key-wrong');
  },
);

test('exports what the relay saw: the same letters, the same Message-IDs, whole files', async () => {
  const refused = people(40)[3]!.email;
  const deferred = people(40)[5]!.email;
  const relay = await world.relay({
    script: [
      { stage: 'rcpt', when: { to: refused }, do: 'reply', reply: '550 5.1.1 {to} unknown' },
      { stage: 'rcpt', when: { to: deferred, upTo: 1 }, do: 'reply', reply: '450 4.2.1 {to} later' },
    ],
  });
  const site = await world.site({ ledger: 'new-given', relay, settings: { RETRY_SCHEDULE: '1s,1s' } });
  const told = await site.send(world.file(people(40)));
  expect(told.code).toBe(3);
  const out = join(world.folder, 'proof');
  expect((await site.run('export', told.summary.campaign, '--out', out, '--with-addresses')).code).toBe(0);
  expect(codeOf(await site.run('export', told.summary.campaign, '--out', out))).toBe('output-exists');

  const notices = table(join(out, 'notices.csv'));
  const attempts = table(join(out, 'attempts.csv'));
  const accepted = notices.filter(({ state }) => state === 'accepted');
  expect(accepted.map(({ address, message_id, notice }) => [address, message_id, notice]).toSorted()).toEqual(
    relay.record.letters.map((letter) => [letter.to, letter.messageId, letter.notice]).toSorted(),
  );
  expect(notices.filter(({ state }) => state !== 'accepted')).toMatchObject([
    { address: refused, state: 'refused', reply_code: '550', enhanced_code: '5.1.1', reply: '550 5.1.1 <…> unknown' },
  ]);
  expect(attempts).toHaveLength(relay.record.mailFromsMs.length);
  expect(
    attempts
      .filter(({ notice }) => notice === notices.find(({ address }) => address === deferred)!['notice'])
      .map(({ outcome }) => outcome),
  ).toEqual(['deferred', 'accepted']);
  const sums = readFileSync(join(out, 'SHA256SUMS'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split('  ') as [string, string]);
  expect(
    sums.filter(
      ([sum, name]) =>
        createHash('sha256')
          .update(readFileSync(join(out, name)))
          .digest('hex') !== sum,
    ),
  ).toEqual([]);
  expect(sums.length).toBe(
    readdirSync(out, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).length - 1,
  );
  const { summary } = JSON.parse(readFileSync(join(out, 'campaign.json'), 'utf8')) as { summary: Answer['summary'] };
  expect(summary).toMatchObject(told.summary);
});

test('finds who was told by any spelling of the address, before and after the move', async () => {
  const list = `email,audience\nJane.Roe@EXAMPLE.com,affected\nolga@bücher.example,unaffected\ngone@example.org,affected\n`;
  const relay = await world.relay({
    script: [{ stage: 'rcpt', when: { to: 'gone@example.org' }, do: 'reply', reply: '550 5.1.1 unknown' }],
  });
  const site = await world.site({ ledger: 'own', relay });
  const told = await site.send(world.file(list));
  expect(told.code).toBe(3);
  await site.run('backup', '--out', backupPath());
  const moved = await movedSite(relay);
  await moved.run('restore', backupPath());

  const answers: Record<string, unknown> = {};
  for (const spelling of [
    'jane.roe@example.com',
    '  JANE.ROE@Example.COM\n',
    '\uFEFFJane.Roe@EXAMPLE.com',
    'olga@xn--bcher-kva.example',
    'OLGA@BÜCHER.example',
    'gone@example.org',
    'janeroe@example.com',
    'jane.roe+tag@example.com',
  ]) {
    const [here, there] = [await find(site, spelling), await find(moved, spelling)];
    expect(here).toEqual(there);
    answers[spelling] = [
      here.code,
      ...here.found.map(({ audience, state, attempts }) => `${audience} ${state} ${attempts.length}`),
    ];
  }

  expect(answers).toEqual({
    'jane.roe@example.com': [0, 'affected accepted 1'],
    '  JANE.ROE@Example.COM\n': [0, 'affected accepted 1'],
    '\uFEFFJane.Roe@EXAMPLE.com': [0, 'affected accepted 1'],
    'olga@xn--bcher-kva.example': [0, 'unaffected accepted 1'],
    'OLGA@BÜCHER.example': [0, 'unaffected accepted 1'],
    'gone@example.org': [0, 'affected refused 1'],
    'janeroe@example.com': [0],
    'jane.roe+tag@example.com': [0],
  });
});

function table(path: string): Record<string, string>[] {
  return parse<Record<string, string>>(readFileSync(path), { columns: true, bom: true });
}
