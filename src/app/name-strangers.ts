// Says which campaigns this process leaves alone, because they were launched through another relay.
import { campaignsInState } from '../ledger/campaigns.ts';
import type { Queryable } from '../ledger/database.ts';

/** One line for each that runs. `here`: what people call the relay of this process. */
export async function nameStrangers(
  on: Queryable,
  { relayIdentity, here }: { relayIdentity: string; here: string },
  say: (line: string) => void,
): Promise<void> {
  for (const campaign of await campaignsInState(on, ['running'], null)) {
    if (campaign.relayIdentity === relayIdentity) continue;
    say(`Campaign ${campaign.id} runs through ${campaign.relayLabel}; this process has ${here} and leaves it alone.`);
  }
}
