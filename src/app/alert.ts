// Tells ALERT_WEBHOOK that a campaign is held or finished: an id, a state, a code and counts, no person's
// data. No campaign waits for it: a webhook that is down is logged and otherwise nobody's trouble.
import { summarise } from '../campaigns/read-summary.ts';
import type { CampaignState } from '../domain/campaign-state.ts';
import type { CampaignNo } from '../domain/ids.ts';
import { readCampaignByNo } from '../ledger/campaigns.ts';
import type { Queryable } from '../ledger/database.ts';
import type { Logger } from '../runtime/logger.ts';

export interface Alert {
  /** Returns at once. */
  raise(campaign: CampaignNo, state: Extract<CampaignState, 'held' | 'finished'>): void;
  /** Resolves when every alert was told or given up, at most some seconds later: for a process that ends. */
  told(): Promise<void>;
}

const timeoutMs = 5_000;

/** `fetch` takes no address with user and password in it: they go into the header that they are for (RFC 7617). */
function addressOf(url: string): { address: URL; authorization: { authorization?: string } } {
  const address = new URL(url);
  if (address.username === '' && address.password === '') return { address, authorization: {} };
  const login = `${decodeURIComponent(address.username)}:${decodeURIComponent(address.password)}`;
  address.username = '';
  address.password = '';
  return { address, authorization: { authorization: `Basic ${Buffer.from(login).toString('base64')}` } };
}

/** Alerts to the URL; with null there are none. */
export function createAlert(url: string | null, on: Queryable, logger: Logger): Alert {
  const underWay = new Set<Promise<void>>();
  const post = async (to: string, campaignNo: CampaignNo, state: string): Promise<void> => {
    const { campaign, reason, rehearsal, notices, states } = await summarise(
      on,
      await readCampaignByNo(on, campaignNo),
    );
    const { address, authorization } = addressOf(to);
    const answer = await fetch(address, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'user-agent': 'candor', ...authorization },
      body: JSON.stringify({ campaign, state, reason: reason?.code ?? null, rehearsal, notices, states }),
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (!answer.ok) logger.warn({ status: answer.status }, 'the alert webhook refused an alert');
  };
  return {
    raise(campaign, state) {
      if (url === null) return;
      const posting = post(url, campaign, state)
        .catch((err: unknown) => logger.warn({ err }, 'the alert webhook could not be told'))
        .finally(() => underWay.delete(posting));
      underWay.add(posting);
    },
    told: async () => void (await Promise.all(underWay)),
  };
}
