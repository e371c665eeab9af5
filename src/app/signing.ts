// Which key signs a campaign's letters.
import { CandorError } from '../domain/errors.ts';
import { signatureNameOf, type SigningKey } from '../domain/signing-key.ts';
import type { Campaign } from '../ledger/campaigns.ts';

/** The key that the launch froze for this campaign; null where it froze none. Throws `signing-key-missing`. */
export function keyFor(campaign: Pick<Campaign, 'id' | 'signatureName'>, key: SigningKey | null): SigningKey | null {
  if (campaign.signatureName === null) return null;
  const here = key === null ? null : signatureNameOf(key);
  if (here !== campaign.signatureName)
    throw new CandorError('signing-key-missing', {
      campaign: campaign.id,
      launched: campaign.signatureName,
      here: here ?? 'none',
    });
  return key;
}
