// What is not the backup that was made fills no ledger, and is told for what it is; nothing of it stands.
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readOrigin } from '../../../src/ledger/backup-record.ts';
import { moveCampaign, readCampaign } from '../../../src/ledger/campaigns.ts';
import { readEvents } from '../../../src/ledger/events.ts';
import { identify } from '../../../src/ledger/migrate.ts';
import { restore } from '../../../src/ledger/restoring.ts';
import { partsOf, withPartChanged } from '../../support/archive-parts.ts';
import { fillInMotion, restoreInto, restoreTerms, takeBackup, withLedger } from '../../support/archives.ts';
import { aCampaign, aLease, createTestLedger, type TestLedger } from '../../support/ledger.ts';

let source: TestLedger;
let archive: Buffer;
let another: Buffer;

beforeAll(async () => {
  source = await createTestLedger();
  await fillInMotion(source);
  archive = (await takeBackup(source)).bytes;
  another = (await takeBackup(source)).bytes;
});
afterAll(() => source.close());

/** The archive with what it says changed, as one would who knows its form and not the key. */
function forged(change: (plain: string) => string): Buffer {
  return Buffer.concat(partsOf(archive).map((part) => withPartChanged(part, change)));
}

interface HeaderShown {
  readonly program: string;
  readonly backup: string;
  readonly rows: Readonly<Record<string, number>>;
  readonly tables: readonly { readonly name: string }[];
}

/** The same content in the form of an earlier version, which anybody can make; it left the team's clocks out. */
function firstForm(): Buffer {
  const text = gunzipSync(archive)
    .toString('latin1')
    .replaceAll(/\{"table":"campaign_(?:clock|pulse)"\}\n(?:[^\\].*\n)*\\\.\n/g, '');
  const end = text.indexOf('\n');
  const { program: _, backup: __, rows, tables, ...known } = JSON.parse(text.slice(0, end)) as HeaderShown;
  const then = tables.filter(({ name }) => !/clock|pulse/.test(name));
  const header = JSON.stringify({ ...known, version: 1, tables: then });
  const content = Buffer.from(header + text.slice(end), 'latin1');
  const sha256 = createHash('sha256').update(content).digest('hex');
  return gzipSync(Buffer.concat([content, Buffer.from(`${JSON.stringify({ rows, sha256 })}\n`)]));
}

describe('a restore is refused, and nothing stands,', () => {
  const unseen = { unauthenticated: true };
  const cases: [string, () => Buffer, string, { unauthenticated: boolean }?][] = [
    ['when it was cut short', () => archive.subarray(0, archive.length - 9), 'archive-cut'],
    ['when it was cut in the middle', () => archive.subarray(0, archive.length >> 1), 'archive-cut'],
    ['when its last part is missing', () => Buffer.concat(partsOf(archive).slice(0, -1)), 'archive-cut'],
    ['when it is empty', () => Buffer.alloc(0), 'archive-cut'],
    ['when an octet was changed', () => archive.with(4_000, archive[4_000]! ^ 1) as Buffer, 'archive-changed'],
    ['when something follows it', () => Buffer.concat([archive, Buffer.from('more')]), 'archive-changed'],
    ['when another follows it', () => Buffer.concat([archive, another]), 'archive-mixed'],
    [
      'when its end is that of another',
      () => Buffer.concat([...partsOf(archive).slice(0, -1), partsOf(another).at(-1)!]),
      'archive-mixed',
    ],
    [
      'when its header is that of another',
      () => Buffer.concat([...partsOf(another).slice(0, 1), ...partsOf(archive).slice(1)]),
      'archive-mixed',
    ],
    [
      'when a refused notice was made an accepted one, and everything was summed anew',
      () => forged((plain) => plain.replace('\trefused\treview\t', '\taccepted\t\\N\t')),
      'archive-changed',
    ],
    [
      'when its moment was changed',
      () => forged((plain) => plain.replace('"createdAt":"2', '"createdAt":"3')),
      'archive-changed',
    ],
    ['when it is in a form without MAC', () => firstForm(), 'archive-unauthenticated'],
    ['when it is in a form without MAC, and was cut', () => firstForm().subarray(0, 5_000), 'archive-damaged', unseen],
    [
      'when it is in a form without MAC, and its digest is another',
      () => gzipSync(gunzipSync(firstForm()).toString('latin1').replace('sample-kit', 'other--kit')),
      'archive-damaged',
      unseen,
    ],
    [
      'when it is in a form without MAC, and something follows',
      () => Buffer.concat([firstForm(), Buffer.alloc(64)]),
      'archive-damaged',
      unseen,
    ],
    ['when it is a text', () => Buffer.from('email,audience\n'), 'archive-foreign'],
    ['when it is something else, zipped', () => gzipSync('hello\n'), 'archive-damaged'],
    ['when it is other JSON, zipped', () => gzipSync('{"a":1}\n'), 'archive-foreign'],
    [
      'when it has another schema',
      () => forged((plain) => plain.replace(/"schema":\d+/, '"schema":999')),
      'archive-schema',
      unseen,
    ],
    [
      'when it has a schema that there never was',
      () => forged((plain) => plain.replace(/"schema":\d+/, '"schema":13')),
      'archive-damaged',
      unseen,
    ],
    [
      'when its tables are those of another schema',
      () => forged((plain) => plain.replace(/"schema":\d+/, '"schema":10')),
      'archive-damaged',
      unseen,
    ],
    [
      'when a table was renamed',
      () => forged((plain) => plain.replaceAll('"campaign_run"', '"pg_class"')),
      'archive-damaged',
      unseen,
    ],
    [
      'when a state was forged into one that is none',
      () => forged((plain) => plain.replace('\tunaffected\t', '\tunaffecte!\t')),
      'archive-damaged',
      unseen,
    ],
    [
      'when rows are missing',
      () => forged((plain) => plain.replace(/\{"table":"relay_pace"\}\n[^\n]+\n/, '{"table":"relay_pace"}\n')),
      'archive-damaged',
      unseen,
    ],
  ];
  it.each(cases)('%s', async (_, bytes, code, terms) => {
    await withLedger(async (ledger) => {
      await expect(restoreInto(ledger, bytes(), terms)).rejects.toMatchObject({ code });
      const { rows } = await ledger.database.query({
        text: `select 'campaign' from candor.campaign union all select 'notice' from candor.notice union all select 'event' from candor.event union all select 'tally' from candor.tally`,
      });
      expect(rows).toEqual([]);
      expect(await identify(ledger.database, ledger.keyring)).toBe(ledger.ledgerId);
    });
  });

  it('when the ledger is not empty', async () => {
    await withLedger(async (ledger) => {
      const campaign = await aCampaign(ledger, { notices: 1 });
      await expect(restoreInto(ledger, archive)).rejects.toMatchObject({ code: 'ledger-not-empty' });
      expect(await readCampaign(ledger.database, campaign.id)).toMatchObject({ notices: 1 });
    });
  });

  it('when a worker is at work on the ledger', async () => {
    await withLedger(async (ledger) => {
      await aLease(ledger);
      await expect(restoreInto(ledger, archive)).rejects.toMatchObject({ code: 'ledger-in-use' });
    });
  });

  it('when the key is another, and then leaves the ledger with the key that it had', async () => {
    await withLedger(
      async (ledger) => {
        await expect(restoreInto(ledger, archive)).rejects.toMatchObject({
          code: 'key-wrong',
          values: { what: 'the backup' },
        });
        expect(await identify(ledger.database, ledger.keyring)).toBe(ledger.ledgerId);
      },
      { key: Buffer.alloc(32, 9) },
    );
  });

  it('when the archive cannot be read to its end', async () => {
    await withLedger(async (ledger) => {
      async function* failing(): AsyncGenerator<Buffer> {
        yield archive.subarray(0, 2_000);
        throw new RangeError('the disk is gone');
      }
      await expect(restore(ledger.database, ledger.keyring, Readable.from(failing()), restoreTerms)).rejects.toThrow(
        'the disk is gone',
      );
    });
  });
});

describe('a backup that no MAC vouches for', () => {
  it.each<[string, () => Buffer]>([
    ['of an earlier form', () => firstForm()],
    ['with other MACs', () => forged((plain) => plain.replace('sample-kit', 'other--kit'))],
  ])('fills a ledger where somebody says so (%s), and all that could go on is held for it', async (_, bytes) => {
    const paused = await aCampaign(source, { notices: 1 });
    await moveCampaign(source.database, paused.campaignNo, ['running'], {
      to: 'paused',
      actor: 'tester',
      reason: null,
    });
    const canary = await aCampaign(source, { notices: 1 });
    await moveCampaign(source.database, canary.campaignNo, ['running'], {
      to: 'held',
      actor: 'tester',
      reason: 'canary',
    });
    const ready = await aCampaign(source, { notices: 1, state: 'ready' });
    archive = (await takeBackup(source)).bytes;
    await withLedger(async (ledger) => {
      expect(await restoreInto(ledger, bytes(), { unauthenticated: true })).toMatchObject({ authenticated: false });
      const held = await ledger.database.query<{ state: string; reason: string }>({
        text: 'select distinct state, reason from candor.campaign',
      });
      expect(held.rows).toEqual([{ state: 'held', reason: 'restored-unauthenticated' }]);
      const events = await ledger.database.query<{ kind: string }>({
        text: 'select kind from candor.event order by event_id desc limit 1',
      });
      expect(events.rows).toMatchObject([{ kind: 'restored-unauthenticated' }]);
      for (const { campaignNo } of [paused, canary, ready])
        expect(await readEvents(ledger.database, campaignNo)).toContainEqual(
          expect.objectContaining({ kind: 'campaign-held', actor: 'tester' }),
        );
      expect(await readOrigin(ledger.database)).toMatchObject({ authenticated: false, ledger: source.ledgerId });
    });
  });
});
