// Backup and restore: everything comes back, nothing moves by itself, and a damaged archive changes nothing.
import type { AttemptId, CampaignNo } from '../../../src/domain/ids.ts';
import { campaignKeys } from '../../../src/ledger/key-store.ts';
import { PassThrough, Readable, Writable } from 'node:stream';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { archivedTables, backup, unarchivedTables } from '../../../src/ledger/archive.ts';
import { checkBackup } from '../../../src/ledger/archive-checking.ts';
import { readOrigin, recordBackup } from '../../../src/ledger/backup-record.ts';
import { moveCampaign, readCampaign } from '../../../src/ledger/campaigns.ts';
import { setDomainLimit } from '../../../src/ledger/domain-pace.ts';
import { recount } from '../../../src/ledger/feeding.ts';
import { findAddress } from '../../../src/ledger/finding.ts';
import { createInboxStore } from '../../../src/ledger/inbox-letters.ts';
import { identify } from '../../../src/ledger/migrate.ts';
import { restore } from '../../../src/ledger/restoring.ts';
import { numberingGaps } from '../../../src/ledger/skip-ids.ts';
import { settleAttempts } from '../../../src/ledger/settling.ts';
import { readCounts } from '../../../src/ledger/tally.ts';
import { readClock } from '../../../src/ledger/watching.ts';
import { fillInMotion, restoreInto, restoreTerms as terms, takeBackup, withLedger } from '../../support/archives.ts';
import {
  aCampaign,
  aLease,
  aSettlement,
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
  ({ running, waiting } = await fillInMotion(source));
  archive = (await takeBackup(source)).bytes;
});
afterAll(() => source.close());

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
      expect(await readClock(ledger.database, running.campaignNo)).toMatchObject({ awareAt: new Date(0) });
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
      const { rows } = await ledger.database.query<{
        attempt_id: AttemptId;
        campaign_no: CampaignNo;
        reply_scrubbed: string;
        reply_sealed: Buffer;
      }>({
        text: `select attempt_id, campaign_no, reply_scrubbed, reply_sealed from candor.attempt where outcome = 'refused'`,
      });
      expect(rows[0]!.reply_scrubbed).toBe('tab\tnewline\nbackslash \\. end\n\\.\nnot the end');
      const { attempt_id: attempt, campaign_no: campaign, reply_sealed: sealed } = rows[0]!;
      const keys = await campaignKeys(ledger.database, ledger.keyring, campaign);
      expect(keys.openReply(attempt, sealed)).toBe('tab\tnewline\nbackslash \\. end');
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
      await ledger.database.transaction((tx) =>
        setDomainLimit(tx, ledger.keyring, someTerms().relayIdentity, { domain: 'example.net', perSecond: 5 }),
      );
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
      const again = await takeBackup(first);
      await withLedger(async (second) => {
        expect(await restoreInto(second, again.bytes)).toMatchObject({ tables: again.tables, rows: again.rows });
        expect(await readCounts(second.database, running.campaignNo)).toEqual(
          await readCounts(first.database, running.campaignNo),
        );
      });
    });
  });

  it('gives a ledger that was made under another key and holds nothing the key of the backup', async () => {
    await withLedger(
      async (ledger) => {
        await restore(ledger.database, source.keyring, Readable.from([archive]), terms);
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
      await expect(restore(ledger.database, ledger.keyring, Readable.from(crumbs), terms)).resolves.toMatchObject({
        tables: archivedTables.length,
      });
    });
  });
});

describe('a backup', () => {
  it('has every table of the ledger but those that are known to stay out, and their numbering goes on', async () => {
    const { rows } = await source.database.query<{ name: string; sequences: number }>({
      text: `select c.relname as name, count(pg_get_serial_sequence('candor.' || c.relname, a.attname))::int as sequences
             from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
             where c.relnamespace = 'candor'::regnamespace and c.relkind in ('r', 'p') group by c.relname`,
    });
    expect(rows.map(({ name }) => name).toSorted()).toEqual([...archivedTables, ...unarchivedTables].toSorted());
    const counting = rows.filter(
      ({ name, sequences }) => sequences > 0 && archivedTables.some((each) => each === name),
    );
    expect(counting.map(({ name }) => name).toSorted()).toEqual(Object.keys(numberingGaps).toSorted());
  });

  it('is known to the ledger that it was made of, and to what is restored from it', async () => {
    const first = await takeBackup(source);
    await recordBackup(source.database, 'tester', first);
    const second = await takeBackup(source);
    await recordBackup(source.database, 'tester', second);
    const look = (ledger: TestLedger, bytes: Buffer) =>
      checkBackup(ledger.database, ledger.keyring, Readable.from([bytes]));
    expect(await look(source, first.bytes)).toMatchObject({
      backup: first.backup,
      sha256: first.sha256,
      program: '1.2.3',
      rows: first.rows,
      place: { kind: 'older', later: 1, newestAt: second.at },
    });
    expect(await look(source, second.bytes)).toMatchObject({ place: { kind: 'newest' } });
    expect(await look(source, archive)).toMatchObject({ place: { kind: 'unrecorded', later: 2 } });
    await withLedger(async (ledger) => {
      expect(await look(ledger, second.bytes)).toMatchObject({ place: { kind: 'other-ledger' } });
      await restoreInto(ledger, second.bytes);
      expect(await readOrigin(ledger.database)).toMatchObject({
        backup: second.backup,
        of: second.at,
        authenticated: true,
      });
      expect(await look(ledger, second.bytes)).toMatchObject({ place: { kind: 'newest' } });
      expect(await look(ledger, first.bytes)).toMatchObject({ place: { kind: 'older', newestAt: second.at } });
    });
    await expect(look(source, second.bytes.subarray(0, 900))).rejects.toMatchObject({ code: 'archive-cut' });
  });

  it('holds no address, name or raw reply in the clear', () => {
    const plain = gunzipSync(archive).toString('latin1');
    expect(plain).not.toContain('person1@');
    expect(plain).not.toContain('Subject: x');
  });

  it('is of one moment while work goes on', async () => {
    await withLedger(async (ledger) => {
      const campaign = await aCampaign(ledger, { notices: 3_000 });
      const slow = new PassThrough({ highWaterMark: 1_024 });
      const taking = backup(ledger.database, ledger.keyring, slow, '1.2.3');
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
      await expect(backup(ledger.database, ledger.keyring, broken, '1.2.3')).rejects.toThrow('disk full');
      expect((await takeBackup(ledger)).rows).toBeGreaterThan(20_000);
    });
  });
});
