// Backup and restore: everything comes back, nothing moves by itself, and a damaged archive changes nothing.
import { createHash } from 'node:crypto';
import { PassThrough, Readable, Writable } from 'node:stream';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { backup } from '../../../src/ledger/archive.ts';
import { moveCampaign, readCampaign, setDeparture } from '../../../src/ledger/campaigns.ts';
import { cutSlices, recount } from '../../../src/ledger/feeding.ts';
import { findAddress } from '../../../src/ledger/finding.ts';
import { createInboxStore } from '../../../src/ledger/inbox-letters.ts';
import { identify } from '../../../src/ledger/migrate.ts';
import { setLimit } from '../../../src/ledger/pace.ts';
import { restore } from '../../../src/ledger/restoring.ts';
import { settleAttempts } from '../../../src/ledger/settling.ts';
import { readCounts } from '../../../src/ledger/tally.ts';
import {
  aCampaign,
  aLease,
  aSettlement,
  aSliceId,
  claimSome,
  createTestLedger,
  someTerms,
  type BuiltCampaign,
  type TestLedger,
} from '../../support/ledger.ts';

let source: TestLedger;
let running: BuiltCampaign;
let waiting: BuiltCampaign;
let archive: Buffer;

beforeAll(async () => {
  source = await createTestLedger();
  running = await aCampaign(source, { notices: 40, unaffectedEvery: 5 });
  const lease = await aLease(source);
  const claims = await claimSome(source, running.campaignNo, lease, 10);
  await settleAttempts(source.database, source.keyring, lease, [
    aSettlement(claims[0]!),
    aSettlement(claims[1]!, {
      outcome: 'refused',
      state: 'refused',
      reason: 'review',
      reply: 'tab\tnewline\nbackslash \\. end',
      replyScrubbed: 'tab\tnewline\nbackslash \\. end\n\\.\nnot the end',
    }),
    aSettlement(claims[2]!, { outcome: 'deferred', state: 'deferred', retryAfterMs: 60_000 }),
    aSettlement(claims[3]!, { outcome: 'unconfirmed', state: 'unconfirmed', reason: 'no-reply' }),
  ]);
  await cutSlices(source.database, running.campaignNo, { ids: [aSliceId()], size: 5 });
  waiting = await aCampaign(source, { notices: 3, state: 'ready' });
  await setDeparture(source.database, waiting.campaignNo, { first: null, startAt: new Date(Date.now() + 3_600_000) });
  await setLimit(source.database, someTerms().relayIdentity, 17);
  await createInboxStore(source.database, source.keyring).put({
    receivedAt: new Date(),
    noticeToken: null,
    raw: Buffer.from('Subject: x\r\n\r\ny'),
  });
  archive = (await take(source)).bytes;
});
afterAll(() => source.close());

async function take(ledger: TestLedger): Promise<{ bytes: Buffer; tables: number; rows: number }> {
  const chunks: Buffer[] = [];
  const extent = await backup(
    ledger.database,
    new Writable({ write: (chunk: Buffer, _, done) => (chunks.push(chunk), done()) }),
  );
  return { bytes: Buffer.concat(chunks), ...extent };
}

async function withLedger<Result>(
  work: (ledger: TestLedger) => Promise<Result>,
  options: { key?: Buffer } = {},
): Promise<Result> {
  const ledger = await createTestLedger(options);
  try {
    return await work(ledger);
  } finally {
    await ledger.close();
  }
}

const restoreInto = (ledger: TestLedger, bytes: Buffer) =>
  restore(ledger.database, ledger.keyring, Readable.from([bytes]), 'tester');

/** The archive with its plain text changed, zipped and summed again as a careful forger would. */
function forged(change: (plain: string) => string): Buffer {
  const changed = change(gunzipSync(archive).toString('latin1'));
  const end = changed.lastIndexOf('\n', changed.length - 2) + 1;
  const trailer = JSON.parse(changed.slice(end)) as { sha256: string };
  const content = Buffer.from(changed.slice(0, end), 'latin1');
  trailer.sha256 = createHash('sha256').update(content).digest('hex');
  return gzipSync(Buffer.concat([content, Buffer.from(`${JSON.stringify(trailer)}\n`)]));
}

describe('a restored ledger', () => {
  it('has everything that the backup had, and nothing in it moves by itself', async () => {
    await withLedger(async (ledger) => {
      const before = await identify(ledger.database, ledger.keyring);
      const extent = await restoreInto(ledger, archive);
      expect(extent.rows).toBeGreaterThan(60);
      const now = await identify(ledger.database, ledger.keyring);
      expect(new Set([before, now, source.ledgerId]).size).toBe(3);

      expect(await readCampaign(ledger.database, running.id)).toMatchObject({
        state: 'held',
        reason: 'restored',
        notices: 40,
      });
      expect(await readCampaign(ledger.database, waiting.id)).toMatchObject({ state: 'held', reason: 'restored' });
      expect(await readCounts(ledger.database, running.campaignNo)).toMatchObject({
        attempts: 10,
        // Six were on the wire, one was unconfirmed before; five were queued.
        maybeAccepted: 7,
        counts: { pending: 30, queued: 0, sending: 0, deferred: 1, accepted: 1, refused: 1, unconfirmed: 7 },
      });
      expect(await recount(ledger.database, running.campaignNo)).toMatchObject({ agrees: true });
      const original = await findAddress(source.database, source.keyring, 'person1@example.org');
      const restored = await findAddress(ledger.database, ledger.keyring, 'person1@example.org');
      expect(restored.find((notice) => notice.campaign === running.id)).toEqual(
        original.find((notice) => notice.campaign === running.id),
      );
      const store = createInboxStore(ledger.database, ledger.keyring);
      expect((await store.list({ limit: 9 })).map((letter) => letter.header.toString())).toEqual([
        'Subject: x\r\n\r\n',
      ]);
      const { rows } = await ledger.database.query<{ kind: string }>({
        text: 'select kind from candor.event order by event_id desc limit 1',
      });
      expect(rows).toEqual([{ kind: 'restored' }]);
    });
  });

  it('keeps replies with line breaks and backslashes as they were', async () => {
    await withLedger(async (ledger) => {
      await restoreInto(ledger, archive);
      const { rows } = await ledger.database.query<{ reply_scrubbed: string; reply_sealed: Buffer }>({
        text: `select reply_scrubbed, reply_sealed from candor.attempt where outcome = 'refused'`,
      });
      expect(rows[0]!.reply_scrubbed).toBe('tab\tnewline\nbackslash \\. end\n\\.\nnot the end');
      expect(ledger.keyring.open('reply', rows[0]!.reply_sealed).toString()).toBe('tab\tnewline\nbackslash \\. end');
    });
  });

  it('goes on after a resume, takes new imports, and gives out no number twice', async () => {
    await withLedger(async (ledger) => {
      await restoreInto(ledger, archive);
      await moveCampaign(ledger.database, running.campaignNo, ['held'], {
        to: 'running',
        actor: 'tester',
        reason: null,
      });
      const lease = await aLease(ledger);
      const claims = await claimSome(ledger, running.campaignNo, lease, 100);
      await settleAttempts(
        ledger.database,
        ledger.keyring,
        lease,
        claims.map((claim) => aSettlement(claim)),
      );
      expect((await readCounts(ledger.database, running.campaignNo)).counts.accepted).toBeGreaterThan(20);
      expect((await aCampaign(ledger, { notices: 2 })).account.notices).toBe(2);
      const { rows } = await ledger.database.query<{ far: boolean }>({
        text: 'select max(notice_id) > 1000000000 as far from candor.notice',
      });
      expect(rows[0]!.far).toBe(true);
    });
  });

  it('does not count the time since the backup as running time', async () => {
    await withLedger(async (ledger) => {
      await restoreInto(ledger, archive);
      const { rows } = await ledger.database.query({
        text: 'select from candor.campaign_run where ended_at is null or ended_at > now()',
      });
      expect(rows).toEqual([]);
    });
  });

  it('can be backed up and restored again', async () => {
    await withLedger(async (first) => {
      await restoreInto(first, archive);
      const again = await take(first);
      await withLedger(async (second) => {
        expect(await restoreInto(second, again.bytes)).toEqual({ tables: again.tables, rows: again.rows });
        expect(await readCounts(second.database, running.campaignNo)).toEqual(
          await readCounts(first.database, running.campaignNo),
        );
      });
    });
  });

  it('gives a ledger that was made under another key and holds nothing the key of the backup', async () => {
    await withLedger(
      async (ledger) => {
        await restore(ledger.database, source.keyring, Readable.from([archive]), 'tester');
        await expect(identify(ledger.database, source.keyring)).resolves.not.toBe(ledger.ledgerId);
        await expect(identify(ledger.database, ledger.keyring)).rejects.toMatchObject({ code: 'key-wrong' });
      },
      { key: Buffer.alloc(32, 9) },
    );
  });

  it('comes from chunks of any size', async () => {
    await withLedger(async (ledger) => {
      const crumbs = Array.from({ length: Math.ceil(archive.length / 7) }, (_, index) =>
        archive.subarray(index * 7, index * 7 + 7),
      );
      await expect(restore(ledger.database, ledger.keyring, Readable.from(crumbs))).resolves.toMatchObject({
        tables: 12,
      });
    });
  });
});

describe('a backup', () => {
  it('holds no address, name or raw reply in the clear', () => {
    const plain = gunzipSync(archive).toString('latin1');
    expect(plain).not.toContain('person1@');
    expect(plain).not.toContain('Subject: x');
  });

  it('is of one moment while work goes on', async () => {
    await withLedger(async (ledger) => {
      const campaign = await aCampaign(ledger, { notices: 3_000 });
      const slow = new PassThrough({ highWaterMark: 1_024 });
      const taking = backup(ledger.database, slow);
      const chunks: Buffer[] = [];
      const lease = await aLease(ledger);
      for await (const chunk of slow) {
        chunks.push(chunk as Buffer);
        const claims = await claimSome(ledger, campaign.campaignNo, lease, 20);
        await settleAttempts(
          ledger.database,
          ledger.keyring,
          lease,
          claims.map((claim) => aSettlement(claim)),
        );
      }
      await taking;
      await withLedger(async (other) => {
        await restoreInto(other, Buffer.concat(chunks));
        expect(await recount(other.database, campaign.campaignNo)).toMatchObject({ agrees: true });
      });
    });
  });

  it('that nobody reads to the end fails, and the ledger can be used again', async () => {
    await withLedger(async (ledger) => {
      await aCampaign(ledger, { notices: 20_000 });
      const broken = new Writable({ write: (_chunk, _encoding, done) => done(new Error('disk full')) });
      await expect(backup(ledger.database, broken)).rejects.toThrow('disk full');
      expect((await take(ledger)).rows).toBeGreaterThan(20_000);
    });
  });
});

describe('a restore is refused, and nothing stands,', () => {
  const cases: [string, () => Buffer, string][] = [
    ['when the archive was cut short', () => archive.subarray(0, archive.length - 9), 'archive-damaged'],
    ['when it was cut in the middle', () => archive.subarray(0, archive.length >> 1), 'archive-damaged'],
    ['when it is empty', () => Buffer.alloc(0), 'archive-damaged'],
    [
      'when a byte of its first block was changed',
      () => Buffer.concat([archive.subarray(0, 12), Buffer.from([archive[12]! ^ 0xff]), archive.subarray(13)]),
      'archive-damaged',
    ],
    [
      'when a byte was changed',
      () => Buffer.concat([archive.subarray(0, 4_000), Buffer.from([archive[4_000]! ^ 1]), archive.subarray(4_001)]),
      'archive-damaged',
    ],
    ['when something follows it', () => Buffer.concat([archive, Buffer.from('more')]), 'archive-damaged'],
    ['when zeros follow it', () => Buffer.concat([archive, Buffer.alloc(64)]), 'archive-damaged'],
    ['when another archive follows it', () => Buffer.concat([archive, archive]), 'archive-damaged'],
    ['when it is a text', () => Buffer.from('email,audience\n'), 'archive-foreign'],
    ['when it is something else, zipped', () => gzipSync('hello\n'), 'archive-damaged'],
    ['when it is other JSON, zipped', () => gzipSync('{"a":1}\n'), 'archive-foreign'],
    [
      'when it is of a later format',
      () => forged((plain) => plain.replace('"version":1', '"version":2')),
      'archive-foreign',
    ],
    [
      'when it has another schema',
      () => forged((plain) => plain.replace(/"schema":\d+/, '"schema":999')),
      'archive-schema',
    ],
    [
      'when a table was renamed',
      () => forged((plain) => plain.replaceAll('"campaign_run"', '"pg_class"')),
      'archive-damaged',
    ],
    [
      'when content was changed and zipped again',
      () => gzipSync(gunzipSync(archive).toString('latin1').replace('sample-kit', 'other--kit')),
      'archive-damaged',
    ],
    [
      'when a state was forged into one that is none',
      () => forged((plain) => plain.replace('\tunaffected\t', '\tunaffecte!\t')),
      'archive-damaged',
    ],
    [
      'when rows are missing',
      () => forged((plain) => plain.replace(/\{"table":"relay_pace"\}\n[^\n]+\n/, '{"table":"relay_pace"}\n')),
      'archive-damaged',
    ],
  ];
  it.each(cases)('%s', async (_, bytes, code) => {
    await withLedger(async (ledger) => {
      await expect(restoreInto(ledger, bytes())).rejects.toMatchObject({ code });
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
      await expect(restore(ledger.database, ledger.keyring, Readable.from(failing()))).rejects.toThrow(
        'the disk is gone',
      );
    });
  });
});
