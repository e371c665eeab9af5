// Where the ledger keeps its wrapped keys: made once, read when they are needed.
import { createSecretKey, randomBytes } from 'node:crypto';
import { CandorError } from '../domain/errors.ts';
import type { CampaignId, CampaignNo } from '../domain/ids.ts';
import { createCampaignKeys, type CampaignKeys } from './campaign-keys.ts';
import type { Queryable } from './database.ts';
import { ledgerKeyNames, type Keyring, type LedgerKeyName } from './keyring.ts';
import { shortHash } from './parts-mac.ts';

const tokenKeyBytes = 16;
const keyBytes = 32;

/**
 * Reads the keys of the ledger as a whole into the keyring. A ledger without campaigns gets those that are missing; so does
 * one of an earlier version, with the keys that it had (`kept`). Safe for several processes at once. Throws `seal-broken`,
 * and `record-changed` where one was taken away: another in its place would change the ids of letters that are on their way.
 */
export async function unlockLedger(
  on: Queryable,
  keyring: Keyring,
  kept?: ReadonlyMap<LedgerKeyName, Buffer>,
): Promise<void> {
  const fresh = ledgerKeyNames.map((name) => ({
    name,
    key: kept?.get(name) ?? randomBytes(name === 'ledger/notice-token' ? tokenKeyBytes : keyBytes),
  }));
  await on.query({
    text: `insert into candor.data_key (name, wrapped) select * from unnest($1::text[], $2::bytea[])
           where $3 or not exists (select from candor.campaign) on conflict do nothing`,
    values: [fresh.map(({ name }) => name), fresh.map(({ name, key }) => keyring.wrap(name, key)), kept !== undefined],
  });
  const { rows } = await on.query<{ name: LedgerKeyName; wrapped: Buffer }>({
    text: 'select name, wrapped from candor.data_key where name = any($1::text[])',
    values: [ledgerKeyNames],
  });
  const missing = ledgerKeyNames.find((each) => rows.every(({ name }) => name !== each));
  if (missing !== undefined) throw new CandorError('record-changed', { what: `data_key, ${missing}: it is missing` });
  keyring.use(new Map(rows.map(({ name, wrapped }) => [name, keyring.unwrap(name, wrapped)])));
}

/** Makes the key of a campaign, and that of its incident if it is the first of it. Inside the transaction that makes the campaign. */
export async function makeCampaignKey(
  on: Queryable,
  keyring: Keyring,
  { id, incident }: { id: CampaignId; incident: string },
): Promise<void> {
  const names = [campaignKeyName(id), incidentKeyName(incident)];
  await on.query({
    text: `insert into candor.data_key (name, wrapped) select * from unnest($1::text[], $2::bytea[]) on conflict do nothing`,
    values: [names, names.map((name) => keyring.wrap(name, randomBytes(keyBytes)))],
  });
}

/** The keys of a campaign. Throws `record-changed` when one is missing or is not the one of this campaign. */
export async function campaignKeys(on: Queryable, keyring: Keyring, campaignNo: CampaignNo): Promise<CampaignKeys> {
  const known = keyring.campaigns.get(campaignNo);
  if (known) return known;
  const { rows } = await on.query<{ id: CampaignId; kit: string; key: Buffer | null; incident_key: Buffer | null }>({
    text: `select c.id, c.kit, k.wrapped as key, i.wrapped as incident_key from candor.campaign c
           left join candor.data_key k on k.name = 'campaign/' || c.id
           left join candor.data_key i on i.name = 'incident/' || c.kit
           where c.campaign_no = $1`,
    values: [campaignNo],
  });
  const row = rows[0];
  if (!row) throw new Error(`there is no campaign number ${campaignNo}`);
  const keys = createCampaignKeys(
    row.id,
    unwrapped(keyring, campaignKeyName(row.id), row.key),
    unwrapped(keyring, incidentKeyName(row.kit), row.incident_key),
  );
  keyring.campaigns.set(campaignNo, keys);
  return keys;
}

/** The keyed hash of a canonical address in one incident. */
export type HashAddress = (canonicalAddress: string) => Buffer;

/** Hashes addresses as the campaigns of an incident do. Before its first campaign: with a key that is used up with the answer. */
export async function incidentHash(on: Queryable, keyring: Keyring, incident: string): Promise<HashAddress> {
  const name = incidentKeyName(incident);
  const { rows } = await on.query<{ wrapped: Buffer }>({
    text: 'select wrapped from candor.data_key where name = $1',
    values: [name],
  });
  const key = createSecretKey(rows[0] ? unwrapped(keyring, name, rows[0].wrapped) : randomBytes(keyBytes));
  return (canonicalAddress) => shortHash(key, canonicalAddress);
}

/** The keyed hashes that an address has, one for each incident. Throws `record-changed` where the key of one is missing: who is in it could not be found. */
export async function hashesOfAddress(on: Queryable, keyring: Keyring, canonicalAddress: string): Promise<Buffer[]> {
  const { rows } = await on.query<{ name: string; wrapped: Buffer | null }>({
    text: `select name, wrapped from candor.data_key where starts_with(name, 'incident/')
           union all select distinct 'incident/' || kit, null::bytea from candor.campaign c
             where state <> 'draft' and not exists (select from candor.data_key k where k.name = 'incident/' || c.kit)
           order by name`,
  });
  return rows.map(({ name, wrapped }) =>
    shortHash(createSecretKey(unwrapped(keyring, name, wrapped)), canonicalAddress),
  );
}

function campaignKeyName(id: CampaignId): string {
  return `campaign/${id}`;
}

function incidentKeyName(incident: string): string {
  return `incident/${incident}`;
}

function unwrapped(keyring: Keyring, name: string, wrapped: Buffer | null): Buffer {
  if (wrapped === null) throw new CandorError('record-changed', { what: `data_key, ${name}: it is missing` });
  try {
    return keyring.unwrap(name, wrapped);
  } catch (cause) {
    throw new CandorError(
      'record-changed',
      { what: `data_key, ${name}: it was changed, or is that of another` },
      { cause },
    );
  }
}
