// The rates that people stated, as they were written: whoever raises one in the ledger, or takes one away, is found before
// it is used.
import { recordChanged, type Misfit } from './bound-notices.ts';
import type { Queryable } from './database.ts';
import { recordEvent } from './events.ts';
import type { Keyring } from './keyring.ts';
import { sameMac } from './parts-mac.ts';

interface RelayRow {
  limit_per_second: number | null;
  limit_mac: Buffer | null;
  /** How often its rates were stated, and how often by the record of events. */
  limit_no: number;
  stated: number;
  /** The domains that have a limit of their own, by their hashes in hex, each with it. */
  domains: string[];
}

async function readRelay(on: Queryable, relayIdentity: string): Promise<RelayRow | null> {
  const { rows } = await on.query<RelayRow>({
    name: 'read-bound-limit',
    text: `select limit_per_second, limit_mac, limit_no,
             (select coalesce(max((e.data->>'number')::int), 0) from candor.event e
              where e.kind = 'rate-stated' and e.data->>'relay' = p.relay_identity) as stated, (select coalesce(array_agg(encode(domain_hash, 'hex') || '=' || limit_per_second order by domain_hash), '{}')
             from candor.domain_pace d where d.relay_identity = p.relay_identity and d.limit_per_second is not null) as domains
           from candor.relay_pace p where relay_identity = $1`,
    values: [relayIdentity],
  });
  return rows[0] ?? null;
}

function macRelay(keyring: Keyring, relayIdentity: string, row: RelayRow): Buffer {
  return keyring.mac('relay-limit', [relayIdentity, row.limit_no, row.limit_per_second, ...row.domains]);
}

/** Vouches for the relay's rate, and for which of its domains have one, as they stand now. Inside the transaction that changes them. */
export async function bindPace(on: Queryable, keyring: Keyring, relayIdentity: string): Promise<void> {
  await on.query({
    text: 'select from candor.relay_pace where relay_identity = $1 for update',
    values: [relayIdentity],
  });
  const row = await readRelay(on, relayIdentity);
  if (row === null) return;
  // Beyond both: a restore leaves the record behind, and whoever puts back a number does not get past the record.
  const isNew = row.limit_per_second === null && row.domains.length === 0 && row.limit_no + row.stated === 0;
  const number = isNew ? 0 : Math.max(row.limit_no, row.stated) + 1;
  await on.query({
    text: 'update candor.relay_pace set limit_mac = $2, limit_no = $3 where relay_identity = $1',
    values: [relayIdentity, macRelay(keyring, relayIdentity, { ...row, limit_no: number }), number],
  });
  // A mere start states nothing, and leaves nothing on record.
  if (isNew) return;
  const data = { relay: relayIdentity, number, perSecond: row.limit_per_second, domains: row.domains.length };
  await recordEvent(on, { campaignNo: null, actor: 'candor', kind: 'rate-stated', data });
}

export function macDomainLimit(
  keyring: Keyring,
  relayIdentity: string,
  limit: { hash: Buffer; name: string | null; perSecond: number | null },
): Buffer {
  return keyring.mac('domain-limit', [relayIdentity, limit.hash, limit.name, limit.perSecond]);
}

/** What does not fit of a relay's rate and those of its domains. A relay that a campaign was launched for has a rate, or is known to have none. */
export async function misfitsOfPace(on: Queryable, keyring: Keyring, relayIdentity: string): Promise<Misfit[]> {
  const relay = await readRelay(on, relayIdentity);
  const misfits: Misfit[] = [];
  if (relay === null) misfits.push({ table: 'relay_pace', row: 'of the relay', found: 'it is missing' });
  else if (!sameMac(relay.limit_mac, macRelay(keyring, relayIdentity, relay)))
    misfits.push({
      table: 'relay_pace',
      row: 'of the relay',
      found: 'its rate, or which domains have one, is not as stated',
    });
  else if (relay.limit_no !== relay.stated)
    misfits.push({ table: 'relay_pace', row: 'of the relay', found: 'an earlier rate was put back' });
  const { rows: domains } = await on.query<{
    domain_no: number;
    domain_hash: Buffer;
    name: string | null;
    limit_per_second: number | null;
    limit_mac: Buffer | null;
  }>({
    name: 'read-bound-domain-limits',
    text: `select domain_no, domain_hash, name, limit_per_second, limit_mac from candor.domain_pace where relay_identity = $1 order by domain_no`,
    values: [relayIdentity],
  });
  for (const { domain_no, domain_hash: hash, name, limit_per_second: perSecond, limit_mac: mac } of domains)
    if (!sameMac(mac, macDomainLimit(keyring, relayIdentity, { hash, name, perSecond })))
      misfits.push({ table: 'domain_pace', row: String(domain_no), found: 'its rate is not the one that was stated' });
  return misfits;
}

/** Throws `record-changed` when the rates of a relay that has some are not those that were stated. */
export async function expectStatedPace(on: Queryable, keyring: Keyring, relayIdentity: string): Promise<void> {
  if ((await readRelay(on, relayIdentity)) === null) return;
  const misfits = await misfitsOfPace(on, keyring, relayIdentity);
  if (misfits.length > 0) throw recordChanged(null, ...misfits);
}
