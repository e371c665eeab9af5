// Looks at whole addresses. Each is in the record before anything is shown, and an operator, a token or a system user has so
// many in five minutes: whoever would read the list one by one is slowed down, and stands there.
import { parseAddress } from '../domain/address.ts';
import { CandorError } from '../domain/errors.ts';
import type { Found } from '../domain/found.ts';
import { lookKinds, lookWindowSeconds, mostLooks, type LookKind } from '../domain/looks.ts';
import type { CampaignNo } from '../domain/ids.ts';
import { readCampaign } from '../ledger/campaigns.ts';
import type { Database } from '../ledger/database.ts';
import { countedNow, countEvent, lockCounts } from '../ledger/events.ts';
import { findAddress } from '../ledger/finding.ts';
import type { LedgerContext } from './context.ts';
import { holdingChanged } from './hold-changed.ts';

export interface Look {
  readonly actor: string;
  readonly kind: LookKind;
  readonly campaignNo: CampaignNo | null;
  /** How many whole addresses are shown. */
  readonly addresses: number;
  /** What else stands in the record: `upload` or `states`. Never an address. */
  readonly data?: Readonly<Record<string, unknown>>;
}

/** Records a look, before it is shown. Throws `looks-limited`, and then nothing may be shown. */
export function recordLook(database: Database, look: Look): Promise<void> {
  return database.transaction(async (tx) => {
    await lockCounts(tx, look.actor);
    const { times, secondsLeft } = await countedNow(tx, look.actor, lookKinds);
    if (times >= mostLooks)
      throw new CandorError('looks-limited', {
        most: mostLooks,
        minutes: lookWindowSeconds / 60,
        retryAfterSeconds: secondsLeft,
      });
    await countEvent(tx, look);
  });
}

/** The same for a campaign by its id. Throws `campaign-unknown` too. */
export async function recordLookAt(
  { database }: Pick<LedgerContext, 'database'>,
  { campaign, ...look }: Omit<Look, 'campaignNo'> & { readonly campaign: string | null },
): Promise<void> {
  const campaignNo = campaign === null ? null : (await readCampaign(database, campaign)).campaignNo;
  await recordLook(database, { ...look, campaignNo });
}

/** Was this address told, what and when? A question is a look, whatever the answer. Throws `address-invalid`, `looks-limited`, `record-changed`. */
export async function findRecipient(
  { database, keyring }: LedgerContext,
  { address, actor }: { readonly address: string; readonly actor: string },
): Promise<Found[]> {
  const parsed = parseAddress(address);
  if (!parsed.ok) throw new CandorError('address-invalid', { why: parsed.message });
  const found = await holdingChanged({ database }, () => findAddress(database, keyring, parsed.key));
  await recordLook(database, { actor, kind: 'looked-for-address', campaignNo: null, addresses: 1 });
  return found;
}
