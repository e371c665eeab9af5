// The limits of single receiving domains of a relay (ADR 0021): a row each, under a keyed hash, with the name only
// because a person wrote it. Notices of such a domain wait aside, pending; no slice takes them.
import type { DomainLimit, DomainPace } from '../domain/domain-turn.ts';
import type { CampaignNo, NoticeId, SliceId } from '../domain/ids.ts';
import { bindPace, expectStatedPace, macDomainLimit } from './bound-pace.ts';
import type { Queryable, Transaction } from './database.ts';
import type { Keyring } from './keyring.ts';

/** Of the canonical form of a domain. */
function hashDomain(keyring: Keyring, domain: string): Buffer {
  return keyring.hashDomain(domain);
}

/** The keyed hash of a domain in its A-label form, in hex. */
export function domainKey(keyring: Keyring, domain: string): string {
  return hashDomain(keyring, domain).toString('hex');
}

/** Makes these the limits of the relay: a domain that is not among them loses its own. Run it in a transaction. Throws `record-changed`. */
export async function setDomainLimits(
  tx: Transaction,
  keyring: Keyring,
  relayIdentity: string,
  limits: readonly DomainLimit[],
): Promise<void> {
  await expectStatedPace(tx, keyring, relayIdentity);
  for (const limit of limits) await enterLimit(tx, keyring, relayIdentity, limit);
  const { rows: others } = await tx.query<{ domain_hash: Buffer }>({
    text: 'select domain_hash from candor.domain_pace where relay_identity = $1 and limit_per_second is not null and domain_hash <> all($2::bytea[])',
    values: [relayIdentity, limits.map(({ domain }) => hashDomain(keyring, domain))],
  });
  for (const { domain_hash: hash } of others)
    await writeLimit(tx, keyring, relayIdentity, { hash, name: null, perSecond: null });
  await bindPace(tx, keyring, relayIdentity);
  await releaseAside(tx, relayIdentity);
}

/** Limits one domain, or (null) lets it and its waiting notices go. Run it in a transaction. Throws `record-changed`. */
export async function setDomainLimit(
  tx: Transaction,
  keyring: Keyring,
  relayIdentity: string,
  limit: { domain: string; perSecond: number | null },
): Promise<void> {
  await expectStatedPace(tx, keyring, relayIdentity);
  await enterLimit(tx, keyring, relayIdentity, limit);
  await bindPace(tx, keyring, relayIdentity);
  if (limit.perSecond === null) await releaseAside(tx, relayIdentity);
}

function enterLimit(
  tx: Transaction,
  keyring: Keyring,
  relayIdentity: string,
  { domain, perSecond }: { domain: string; perSecond: number | null },
): Promise<void> {
  const name = perSecond === null ? null : domain;
  return writeLimit(tx, keyring, relayIdentity, { hash: hashDomain(keyring, domain), name, perSecond });
}

async function writeLimit(
  tx: Transaction,
  keyring: Keyring,
  relayIdentity: string,
  limit: { hash: Buffer; name: string | null; perSecond: number | null },
): Promise<void> {
  await tx.query({
    text: `insert into candor.domain_pace as p (relay_identity, domain_hash, name, limit_per_second, limit_mac) values ($1, $2, $3, $4, $5)
           on conflict (relay_identity, domain_hash) do update
             set name = excluded.name, limit_per_second = excluded.limit_per_second, limit_mac = excluded.limit_mac`,
    values: [relayIdentity, limit.hash, limit.name, limit.perSecond, macDomainLimit(keyring, relayIdentity, limit)],
  });
}

/** The domains with a limit of their own now, and whether notices of running campaigns wait for them. */
export async function readDomainPaces(on: Queryable, relayIdentity: string): Promise<DomainPace[]> {
  const { rows } = await on.query<{
    domain_no: number;
    key: string;
    name: string;
    limit_per_second: number;
    waiting: boolean;
  }>({
    name: 'read-domain-paces',
    text: `select p.domain_no, encode(p.domain_hash, 'hex') as key, p.name, p.limit_per_second,
             exists (select from candor.campaign c where c.relay_identity = $1 and c.state = 'running' and exists (
               select from candor.notice n where n.aside_no = p.domain_no and n.campaign_no = c.campaign_no and n.state = 'pending')) as waiting
           from candor.domain_pace p where p.relay_identity = $1 and p.limit_per_second is not null order by p.name`,
    values: [relayIdentity],
  });
  return rows.map((row) => ({
    domainNo: row.domain_no,
    key: row.key,
    domain: row.name,
    perSecond: row.limit_per_second,
    waiting: row.waiting,
  }));
}

/** Waiting notices of a campaign and domain are counted so far: some 5 ms of an index. */
const mostCounted = 50_000;

/** The limits of a relay's domains as people named them, and how many notices of the campaign wait for each (null: more than are counted). */
export async function readDomainLimits(
  on: Queryable,
  relayIdentity: string,
  campaignNo: CampaignNo,
): Promise<(DomainLimit & { readonly notices: number | null })[]> {
  const { rows } = await on.query<{ name: string; limit_per_second: number; notices: number }>({
    name: 'read-domain-limits',
    text: `select p.name, p.limit_per_second, (select count(*) from (
             select from candor.notice n where n.aside_no = p.domain_no and n.campaign_no = $2 and n.state = 'pending' limit ${mostCounted} + 1) w) as notices
           from candor.domain_pace p where p.relay_identity = $1 and p.limit_per_second is not null order by p.name`,
    values: [relayIdentity, campaignNo],
  });
  return rows.map((row) => ({
    domain: row.name,
    perSecond: row.limit_per_second,
    notices: row.notices > mostCounted ? null : row.notices,
  }));
}

/** Sets notices of a slice aside: pending, and waiting for their domain. Those that are queued there no more stay as they are. */
export async function setAside(
  on: Queryable,
  sliceId: SliceId,
  notices: readonly { noticeId: NoticeId; domainNo: number }[],
): Promise<void> {
  await on.query({
    name: 'set-aside',
    text: `update candor.notice n set slice_id = null, aside_no = w.domain_no,
             state = case when c.state = 'cancelled' then 'cancelled' else 'pending' end::candor.notice_state,
             reason = case when c.state = 'cancelled' then 'campaign-cancelled' end,
             settled_at = case when c.state = 'cancelled' then clock_timestamp() end
           from unnest($2::bigint[], $3::int[]) as w(notice_id, domain_no), candor.campaign c
           -- As text, so that only the primary key can find it (see the claim).
           where n.notice_id = w.notice_id and n.slice_id = $1 and n.state::text = 'queued' and c.campaign_no = n.campaign_no`,
    values: [sliceId, notices.map(({ noticeId }) => noticeId), notices.map(({ domainNo }) => domainNo)],
  });
}

/** Lets notices go that wait for a domain without a limit. Safe to repeat; answers how many. */
export async function releaseAside(on: Queryable, relayIdentity: string): Promise<number> {
  const { rowCount } = await on.query({
    text: `update candor.notice set aside_no = null
           where state = 'pending' and aside_no in (select domain_no from candor.domain_pace where relay_identity = $1 and limit_per_second is null)`,
    values: [relayIdentity],
  });
  return rowCount;
}
