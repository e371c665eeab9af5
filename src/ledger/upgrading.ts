// Seals a ledger anew that an earlier version sealed, so that everything in it is bound to its place and vouched for.
//
// It goes batch by batch, each in a transaction of its own, and begins again where it was killed: what is through is marked by
// its MAC. Nobody works at the ledger meanwhile. It vouches for what it found and not for what somebody did before; only
// an address that does not fit its own hash was changed for certain. Such a row stays as it is, without a MAC that fits.
import { setTimeout as sleep } from 'node:timers/promises';
import { CandorError } from '../domain/errors.ts';
import type { AttemptId, CampaignId, CampaignNo, NoticeId } from '../domain/ids.ts';
import { parseAddress } from '../domain/address.ts';
import { categoryNames, type CategoryBits } from '../domain/category.ts';
import { macFormer, mostMisfits, sayMisfits, type Misfit } from './bound-notices.ts';
import { bindLetters, bindTerms } from './bound-terms.ts';
import type { CampaignKeys } from './campaign-keys.ts';
import type { Database, Queryable, Transaction } from './database.ts';
import { recordEvent } from './events.ts';
import { campaignKeys, makeCampaignKey } from './key-store.ts';
import type { Keyring } from './keyring.ts';
import { expectTicket, markBound } from './upgrade-ticket.ts';
import { sealLedgerCells } from './upgrading-cells.ts';

/** Spells CNDS; one process upgrades, others wait for it. */
const upgradeLock = 0x434e4453;
const atOnce = 5_000;
/** How often a person hears how far it is. */
const saidEveryMs = 2_000;
/** A worker that was killed keeps its lease so long at most, by default. */
const leaseEndsMs = 45_000;

/** What a row is marked with that does not fit: no MAC has this length. */
const noMac = Buffer.alloc(0);

/**
 * Waits until nobody works at a ledger of an earlier version. Throws `ledger-in-use` when somebody goes on: two versions
 * at once would read what the other has sealed.
 */
export async function untilUnused(on: Queryable, say: (line: string) => void): Promise<void> {
  for (let waited = 0; ; waited += 1_000) {
    const { rows } = await on.query<{ workers: number }>({
      text: 'select count(*) as workers from candor.lease where expires_at > clock_timestamp()',
    });
    if (rows[0]?.workers === 0) return;
    if (waited === 0) say('An earlier version of Candor is at work at this ledger; the upgrade waits for it to end.');
    if (waited >= leaseEndsMs) throw new CandorError('ledger-in-use');
    await sleep(1_000);
  }
}

/** Brings every sealed value to the form of this version. Nothing to do where that was done. Throws `record-changed` where it was, and is denied. */
export async function bindLedger(database: Database, keyring: Keyring, say: (line: string) => void): Promise<void> {
  if (await isBound(database)) return;
  const lock = await database.session();
  try {
    const { rows } = await lock.query<{ mine: boolean }>({
      text: 'select pg_try_advisory_lock($1) as mine',
      values: [upgradeLock],
    });
    if (rows[0]?.mine !== true) {
      say('Another process is upgrading this ledger; waiting for it.');
      await lock.query({ text: 'select pg_advisory_lock($1)', values: [upgradeLock] });
    }
    if (!(await isBound(database))) await bindAll(database, keyring, say);
  } finally {
    await lock.end();
  }
}

async function isBound(on: Queryable): Promise<boolean> {
  const { rows } = await on.query<{ bound: boolean }>({
    text: 'select bound_at is not null as bound from candor.ledger_identity',
  });
  return rows[0]?.bound === true;
}

interface Progress {
  /** Tells so many more notices. */
  add(notices: number): void;
}

async function bindAll(database: Database, keyring: Keyring, say: (line: string) => void): Promise<void> {
  await expectTicket(database, keyring);
  const { rows: campaigns } = await database.query<{
    campaign_no: CampaignNo;
    id: CampaignId;
    kit: string;
    notices: number;
  }>({
    text: `select campaign_no, id, kit, notice_count as notices from candor.campaign where terms_mac is null order by campaign_no`,
  });
  const all = campaigns.reduce((sum, { notices }) => sum + notices, 0);
  const progress = sayProgress(all, say);
  const misfits: Misfit[] = [];
  for (const campaign of campaigns) misfits.push(...(await bindCampaign(database, keyring, campaign, progress)));
  await sealLedgerCells(database, keyring);
  await database.transaction(async (tx) => {
    await markBound(tx);
    if (campaigns.length > 0)
      await recordEvent(tx, {
        campaignNo: null,
        actor: 'candor',
        kind: 'ledger-bound',
        data: { campaigns: campaigns.length, notices: all, changedBefore: misfits.length },
      });
  });
  if (misfits.length > 0) say(`What was changed in this ledger before it was bound: ${sayMisfits(misfits)}`);
}

function sayProgress(all: number, say: (line: string) => void): Progress {
  let done = 0;
  let saidAtMs = performance.now();
  return {
    add(notices) {
      done += notices;
      if (performance.now() - saidAtMs < saidEveryMs) return;
      saidAtMs = performance.now();
      say(`Upgrading the ledger: ${done.toLocaleString('en')} of ${all.toLocaleString('en')} notices are sealed anew.`);
    },
  };
}

async function bindCampaign(
  database: Database,
  keyring: Keyring,
  { campaign_no: campaignNo, id, kit }: { campaign_no: CampaignNo; id: CampaignId; kit: string },
  progress: Progress,
): Promise<Misfit[]> {
  await makeCampaignKey(database, keyring, { id, incident: kit });
  const keys = await campaignKeys(database, keyring, campaignNo);
  await inBatches(0 as NoticeId, (after) =>
    database.transaction((tx) => bindNotices(tx, keyring, keys, { campaignNo, after, progress })),
  );
  await inBatches(0 as AttemptId, (after) =>
    database.transaction((tx) => sealReplies(tx, keyring, keys, { campaignNo, after })),
  );
  return database.transaction(async (tx) => {
    const misfits = [...(await misfitsOfNotices(tx, campaignNo)), ...(await bindFormer(tx, keyring, keys, campaignNo))];
    await bindLetters(tx, keyring, campaignNo);
    await bindTerms(tx, keyring, campaignNo);
    if (misfits.length > 0)
      await recordEvent(tx, {
        campaignNo,
        actor: 'candor',
        kind: 'changed-before-binding',
        data: { what: sayMisfits(misfits) },
      });
    return misfits;
  });
}

/** Runs batches, each from where the last one ended, until one says that there is no more. */
async function inBatches<Id>(from: Id, batch: (after: Id) => Promise<Id | null>): Promise<void> {
  for (let after: Id | null = from; after !== null;) after = await batch(after);
}

/** Notices that did not fit, in this run or in one that was killed. */
async function misfitsOfNotices(tx: Transaction, campaignNo: CampaignNo): Promise<Misfit[]> {
  const { rows } = await tx.query<{ row_no: number; notice_id: NoticeId }>({
    text: `select row_no, notice_id from candor.notice where campaign_no = $1 and octet_length(mac) = 0
           order by notice_id limit ${mostMisfits}`,
    values: [campaignNo],
  });
  return rows.map(({ row_no, notice_id }) => ({
    table: 'notice',
    row: `${row_no} (number ${notice_id})`,
    found: 'its address is another one',
  }));
}

interface OldNotice {
  notice_id: NoticeId;
  row_no: number;
  address_hash: Buffer;
  address_sealed: Buffer;
  address_version: number;
  name_sealed: Buffer | null;
  audience: string;
  categories: CategoryBits;
  locale: string;
}

/** One batch; answers where the next one begins, or null at the end. */
async function bindNotices(
  tx: Transaction,
  keyring: Keyring,
  keys: CampaignKeys,
  { campaignNo, after, progress }: { campaignNo: CampaignNo; after: NoticeId; progress: Progress },
): Promise<NoticeId | null> {
  const { rows } = await tx.query<OldNotice>({
    name: 'read-unbound',
    text: `select notice_id, row_no, address_hash, address_sealed, address_version, name_sealed, audience, categories, locale
           from candor.notice where campaign_no = $1 and mac is null
             and notice_id > greatest($2, (select first_notice_id - 1 from candor.campaign where campaign_no = $1))
             and notice_id <= (select last_notice_id from candor.campaign where campaign_no = $1)
           order by notice_id limit ${atOnce}`,
    values: [campaignNo, after],
  });
  if (rows.length === 0) return null;
  const bound = rows.map(
    (row) =>
      sealNotice(row, keyring, keys) ?? {
        hash: row.address_hash,
        address: row.address_sealed,
        name: row.name_sealed,
        mac: noMac,
      },
  );
  await tx.query({
    name: 'write-bound',
    text: `update candor.notice n set address_hash = w.hash, address_sealed = w.address, name_sealed = w.name, mac = w.mac
           from unnest($1::bigint[], $2::bytea[], $3::bytea[], $4::bytea[], $5::bytea[]) as w (notice_id, hash, address, name, mac)
           where n.notice_id = w.notice_id`,
    values: [
      rows.map((row) => row.notice_id),
      bound.map(({ hash }) => hash),
      bound.map(({ address }) => address),
      bound.map(({ name }) => name),
      bound.map(({ mac }) => mac),
    ],
  });
  progress.add(rows.length);
  return rows.at(-1)!.notice_id;
}

/** Null: the address is not the one of this hash. */
function sealNotice(
  row: OldNotice,
  keyring: Keyring,
  keys: CampaignKeys,
): { hash: Buffer; address: Buffer; name: Buffer | null; mac: Buffer } | null {
  const plain = openFitting(keyring, row.address_sealed, row.address_hash);
  if (plain === null) return null;
  const hash = keys.hashAddress(plain.key);
  const address = keys.seal('notice.address_sealed', hash, plain.address);
  const name = row.name_sealed === null ? null : openOld(keyring, 'name', row.name_sealed);
  const nameSealed = name === null ? null : keys.seal('notice.name_sealed', hash, name);
  const mac = keys.macNotice({
    noticeId: row.notice_id,
    rowNo: row.row_no,
    addressHash: hash,
    addressVersion: row.address_version,
    audience: row.audience,
    categories: categoryNames(row.categories),
    locale: row.locale,
    addressSealed: address,
    nameSealed,
  });
  return { hash, address, name: nameSealed, mac };
}

function openOld(keyring: Keyring, kind: 'address' | 'name' | 'reply', sealed: Buffer): string | null {
  try {
    return keyring.version1.open(kind, sealed).toString('utf8');
  } catch (error) {
    if (error instanceof CandorError) return null;
    throw error;
  }
}

function openFitting(keyring: Keyring, sealed: Buffer, hash: Buffer): { address: string; key: string } | null {
  const address = openOld(keyring, 'address', sealed);
  if (address === null) return null;
  const parsed = parseAddress(address);
  const key = parsed.ok ? parsed.key : address;
  return keyring.version1.hashAddress(key).equals(hash) ? { address, key } : null;
}

async function bindFormer(
  tx: Transaction,
  keyring: Keyring,
  keys: CampaignKeys,
  campaignNo: CampaignNo,
): Promise<Misfit[]> {
  const { rows } = await tx.query<Pick<OldNotice, 'notice_id' | 'address_version' | 'address_hash' | 'address_sealed'>>(
    {
      text: `select notice_id, address_version, address_hash, address_sealed from candor.former_address
           where campaign_no = $1 and mac is null order by notice_id, address_version`,
      values: [campaignNo],
    },
  );
  const misfits: Misfit[] = [];
  for (const { notice_id: noticeId, address_version: version, address_hash, address_sealed } of rows) {
    const plain = openFitting(keyring, address_sealed, address_hash);
    const hash = plain === null ? address_hash : keys.hashAddress(plain.key);
    const sealed = plain === null ? address_sealed : keys.seal('former_address.address_sealed', hash, plain.address);
    const mac = plain === null ? noMac : macFormer(keys, { noticeId, version, hash, sealed });
    if (plain === null)
      misfits.push({
        table: 'former_address',
        row: `${version} of notice number ${noticeId}`,
        found: 'it is another one',
      });
    await tx.query({
      text: `update candor.former_address set address_hash = $3, address_sealed = $4, mac = $5 where notice_id = $1 and address_version = $2`,
      values: [noticeId, version, hash, sealed, mac],
    });
  }
  return misfits;
}

/** One batch of the relay's words; one that cannot be opened goes, since the scrubbed words stay. */
async function sealReplies(
  tx: Transaction,
  keyring: Keyring,
  keys: CampaignKeys,
  { campaignNo, after }: { campaignNo: CampaignNo; after: AttemptId },
): Promise<AttemptId | null> {
  const { rows } = await tx.query<{ attempt_id: AttemptId; reply_sealed: Buffer }>({
    name: 'read-unbound-replies',
    text: `select a.attempt_id, a.reply_sealed from candor.attempt a
           where a.campaign_no = $1 and a.attempt_id > $2 and a.reply_sealed is not null and substring(a.reply_sealed from 1 for 1) = '\\x01'
           order by a.attempt_id limit ${atOnce}`,
    values: [campaignNo, after],
  });
  if (rows.length === 0) return null;
  await tx.query({
    name: 'write-bound-replies',
    text: `update candor.attempt a set reply_sealed = w.sealed from unnest($1::bigint[], $2::bytea[]) as w (attempt_id, sealed)
           where a.attempt_id = w.attempt_id`,
    values: [
      rows.map((row) => row.attempt_id),
      rows.map((row) => {
        const reply = openOld(keyring, 'reply', row.reply_sealed);
        return reply === null ? null : keys.sealReply(row.attempt_id, reply);
      }),
    ],
  });
  return rows.at(-1)!.attempt_id;
}
