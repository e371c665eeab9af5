// Looks and the history for the console.
import type { LedgerContext } from '../../campaigns/context.ts';
import { recordLookAt } from '../../campaigns/look-at.ts';
import { countedIn } from '../../domain/looks.ts';
import { readHistory } from '../../ledger/events.ts';
import type { LooksPort } from '../../web/ports/looks.ts';

export function openLooksPort({ database }: Pick<LedgerContext, 'database'>): LooksPort {
  return {
    record: (actor, { upload, ...look }) =>
      recordLookAt({ database }, { ...look, actor, ...(upload === undefined ? {} : { data: { upload } }) }),
    async history(page) {
      const events = await readHistory(database, page);
      return events.map(({ id, at, campaign, actor, kind, data }) => ({
        id,
        at,
        campaign,
        actor,
        kind,
        claimedBy: claimedBy(data),
        counted: countedIn(data),
        from: typeof data['from'] === 'string' ? data['from'] : null,
      }));
    },
  };
}

/** The system's user behind a name that somebody gave; null where nobody did. */
export function claimedBy(data: Readonly<Record<string, unknown>>): string | null {
  return data['claimed'] === true && typeof data['systemUser'] === 'string' ? data['systemUser'] : null;
}
