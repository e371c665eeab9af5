// Leaves notices out on purpose, visibly: they are counted as `suppressed`, with the reason. Left out is only an address
// whose accepted notice told it the same verdict and at least these kinds of data: whoever was told less, or otherwise,
// is told again, because not being told is worse than being told twice.
import { parseAddress } from '../domain/address.ts';
import type { LeftOut } from '../domain/left-out.ts';
import type { CampaignNo } from '../domain/ids.ts';
import { readCampaign, type Campaign } from './campaigns.ts';
import { expectCampaign } from './check-campaign.ts';
import { copyIn } from './copy.ts';
import type { Queryable, Transaction } from './database.ts';
import { recordEvent } from './events.ts';
import { incidentHash, type HashAddress } from './key-store.ts';
import type { Keyring } from './keyring.ts';

/** Campaigns that may have told somebody for a campaign that is named by `--except`. */
interface Teller {
  readonly campaign: Campaign;
  /** Itself, and those that it left people out for in its turn, and so on. */
  readonly chain: readonly CampaignNo[];
}

/** The campaigns that `--except` names, each once; throws `campaign-unknown`. */
export async function readExcepted(on: Queryable, ids: readonly string[] = []): Promise<Campaign[]> {
  const campaigns: Campaign[] = [];
  for (const id of new Set(ids)) campaigns.push(await readCampaign(on, id));
  return campaigns;
}

/**
 * Leaves out whoever one of the campaigns has told at least as much (`--except`), and whom it left out itself because
 * an earlier one had. The moment of the launch decides: an address counts as told while its notice is accepted.
 * A rehearsal has told nobody, except for another rehearsal. Throws `record-changed` when a campaign that would silence
 * somebody is not as it was written.
 */
export async function leaveOutTold(
  on: Transaction,
  keyring: Keyring,
  campaignNo: CampaignNo,
  told: readonly Campaign[],
  { actor, rehearsal, incident }: { actor: string; rehearsal: boolean; incident: string },
): Promise<LeftOut> {
  const tellers = await tellersOf(on, told, rehearsal);
  await enterTold(on, keyring, tellers, { incident, hash: await incidentHash(on, keyring, incident) });
  let leftOut = 0;
  for (const teller of tellers) {
    const { rowCount } = await on.query({
      text: `update candor.notice n set state = 'suppressed', reason = 'told-before', settled_at = clock_timestamp()
             from (${toldBy(2)}) t
             where n.campaign_no = $1 and n.state = 'pending' and t.address_hash = n.address_hash and ${toldAsMuch('n')}`,
      values: [campaignNo, teller.campaign.campaignNo, teller.chain],
    });
    leftOut += rowCount;
    await recordEvent(on, {
      campaignNo,
      actor,
      kind: 'told-left-out',
      data: { toldBy: teller.campaign.id, notices: rowCount },
    });
  }
  const toldTooLittle = await countPendingTold(on, campaignNo, tellers);
  return { ...named(told, rehearsal), leftOut, toldTooLittle };
}

/** How many are still to be told although one of them has told them something. */
async function countPendingTold(on: Queryable, campaignNo: CampaignNo, tellers: readonly Teller[]): Promise<number> {
  if (tellers.length === 0) return 0;
  const { rows } = await on.query<{ notices: number }>({
    text: `select count(distinct n.notice_id) as notices
           from candor.notice n join (${tellers.map((_, index) => toldBy(2 + 2 * index)).join(' union all ')}) t
             on t.address_hash = n.address_hash
           where n.campaign_no = $1 and n.state = 'pending'`,
    values: [campaignNo, ...tellers.flatMap(({ campaign, chain }) => [campaign.campaignNo, chain])],
  });
  return rows[0]!.notices;
}

/** The same account for rows of which only the hashes were staged (`stageHashes`), before there is a campaign. */
export async function countTold(
  tx: Transaction,
  keyring: Keyring,
  told: readonly Campaign[],
  { rehearsal, incident, hash }: { rehearsal: boolean; incident: string; hash: HashAddress },
): Promise<LeftOut> {
  const tellers = await tellersOf(tx, told, rehearsal);
  await enterTold(tx, keyring, tellers, { incident, hash });
  await tx.query({
    text: `create temporary table address_row on commit drop as
           select address_hash, case when bool_or(affected) then 'affected' else 'unaffected' end::candor.audience as audience,
                  coalesce(bit_or(categories) filter (where affected), 0)::smallint as categories,
                  false as told, false as enough
           from import_row group by address_hash`,
  });
  await tx.query({ text: 'analyze address_row' });
  for (const teller of tellers)
    await tx.query({
      text: `update address_row n set told = true, enough = n.enough or t.enough
             from (select r.address_hash, bool_or(${toldAsMuch('r')}) as enough
                   from address_row r join (${toldBy(1)}) t on t.address_hash = r.address_hash group by r.address_hash) t
             where t.address_hash = n.address_hash`,
      values: [teller.campaign.campaignNo, teller.chain],
    });
  const { rows } = await tx.query<{ left_out: number; too_little: number }>({
    text: `select count(*) filter (where enough) as left_out, count(*) filter (where told and not enough) as too_little from address_row`,
  });
  return { ...named(told, rehearsal), leftOut: rows[0]!.left_out, toldTooLittle: rows[0]!.too_little };
}

/**
 * The addresses that the tellers had, in a temporary table, hashed as the campaigns of this incident hash them: those of
 * another incident are opened for it. Every teller is compared with what was written on the way.
 */
async function enterTold(
  tx: Transaction,
  keyring: Keyring,
  tellers: readonly Teller[],
  { incident, hash }: { incident: string; hash: HashAddress },
): Promise<void> {
  await tx.query({
    text: `create temporary table told_address (
             address_hash bytea not null, campaign_no integer not null, notice_id bigint not null) on commit drop`,
  });
  for (const campaignNo of new Set(tellers.flatMap(({ chain }) => chain))) {
    const { rows: own } = await tx.query<{ same: boolean }>({
      text: 'select kit = $2 as same from candor.campaign where campaign_no = $1',
      values: [campaignNo, incident],
    });
    if (own[0]?.same === true) {
      await expectCampaign(tx, keyring, campaignNo);
      await tx.query({
        text: `insert into told_address select address_hash, campaign_no, notice_id from candor.notice where campaign_no = $1`,
        values: [campaignNo],
      });
      continue;
    }
    await expectCampaign(tx, keyring, campaignNo, async (rows, keys) => {
      const lines = rows.map((row) => {
        const key = canonicalOf(keys.open('notice.address_sealed', row.address_hash, row.address_sealed));
        return `\\\\x${hash(key).toString('hex')}\t${campaignNo}\t${row.notice_id}\n`;
      });
      await copyIn(tx, 'copy told_address from stdin', once(lines.join('')));
    });
  }
  await tx.query({ text: 'create index on told_address (address_hash, campaign_no)' });
  await tx.query({ text: 'analyze told_address' });
}

/** The form by which two spellings are the same address, of one that intake has taken. */
export function canonicalOf(address: string): string {
  const parsed = parseAddress(address);
  return parsed.ok ? parsed.key : address;
}

async function* once(text: string): AsyncGenerator<string> {
  yield text;
}

/**
 * The accepted notices that speak for a campaign (parameter `$n`): its own, and, where it left an address out as told
 * before, those of the campaigns it did so for (parameter `$n+1`).
 */
function toldBy(n: number): string {
  return `select a.address_hash, told.audience, told.categories
          from told_address a join candor.notice told on told.notice_id = a.notice_id
          where told.state = 'accepted' and a.campaign_no = any($${n + 1}::int[])
            and (a.campaign_no = $${n} or exists (
              select from told_address b join candor.notice left_out on left_out.notice_id = b.notice_id
              where b.address_hash = a.address_hash and b.campaign_no = $${n}
                and left_out.state = 'suppressed' and left_out.reason = 'told-before'))`;
}

/** The same verdict, and at least these kinds of data. */
function toldAsMuch(now: string): string {
  return `t.audience = ${now}.audience and (t.categories & ${now}.categories) = ${now}.categories`;
}

function named(told: readonly Campaign[], rehearsal: boolean): Pick<LeftOut, 'campaigns' | 'rehearsals'> {
  return {
    campaigns: told.map(({ id }) => id),
    rehearsals: rehearsal ? [] : told.filter((one) => one.rehearsal).map(({ id }) => id),
  };
}

async function tellersOf(on: Queryable, told: readonly Campaign[], rehearsal: boolean): Promise<Teller[]> {
  const tellers: Teller[] = [];
  for (const campaign of told) {
    if (campaign.rehearsal && !rehearsal) continue;
    const { rows } = await on.query<{ campaign_no: CampaignNo }>({
      text: `with recursive chain (campaign_no) as (
               select $1::int union
               select c.campaign_no from chain join candor.event e on e.campaign_no = chain.campaign_no and e.kind = 'told-left-out'
               join candor.campaign c on c.id = e.data->>'toldBy' and (not c.rehearsal or $2))
             select campaign_no from chain`,
      values: [campaign.campaignNo, rehearsal],
    });
    tellers.push({ campaign, chain: rows.map((row) => row.campaign_no) });
  }
  return tellers;
}
