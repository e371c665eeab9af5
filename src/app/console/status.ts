// The ledger's account of its campaigns, for the pages.
import type { LedgerContext } from '../../campaigns/context.ts';
import { readSummary } from '../../campaigns/read-summary.ts';
import { hasCode } from '../../domain/errors.ts';
import { campaignsInState, listCampaigns } from '../../ledger/campaigns.ts';
import type { StatusPort } from '../../web/ports.ts';

export function openStatusPort({ database }: Pick<LedgerContext, 'database'>): StatusPort {
  return {
    campaigns: async (page) =>
      (await listCampaigns(database, page)).map((campaign) => ({
        campaign: campaign.id,
        title: campaign.kitTitle,
        state: campaign.state,
        rehearsal: campaign.rehearsal,
        notices: campaign.notices,
        createdAt: campaign.createdAt,
        launchedAt: campaign.launchedAt,
      })),
    held: async () =>
      (await campaignsInState(database, ['held'], null)).map((campaign) => ({
        campaign: campaign.id,
        title: campaign.kitTitle,
        reason: campaign.reason ?? '',
      })),
    summary: (campaign) =>
      readSummary(database, campaign).catch((error: unknown) => {
        if (hasCode(error, 'campaign-unknown') || hasCode(error, 'campaign-none')) return null;
        throw error;
      }),
  };
}
