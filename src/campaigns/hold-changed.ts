// Whoever meets a record that is not as it was written stops its campaign, whatever they were looking for.
import { CandorError } from '../domain/errors.ts';
import { moveCampaign, readCampaign } from '../ledger/campaigns.ts';
import type { LedgerContext } from './context.ts';

/** Does the work; where it throws `record-changed`, the campaign is held first, if it runs or is about to. */
export async function holdingChanged<Result>(
  { database }: Pick<LedgerContext, 'database'>,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof CandorError) || error.code !== 'record-changed') throw error;
    const id = (error.details as { campaign?: string | null } | undefined)?.campaign;
    if (typeof id === 'string')
      await database.transaction(async (tx) => {
        const { campaignNo } = await readCampaign(tx, id);
        const move = { to: 'held', actor: 'candor', reason: 'account-broken', detail: error.message } as const;
        await moveCampaign(tx, campaignNo, ['running', 'ready'], move);
      });
    throw error;
  }
}
