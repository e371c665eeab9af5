// Works on one campaign in the foreground until it stands still, telling how far it has come.
import { setTimeout as sleep } from 'node:timers/promises';
import { readSummary } from '../campaigns/read-summary.ts';
import type { Relay } from '../delivery/relay.ts';
import type { OpeningWishes } from '../delivery/opening-watch.ts';
import { verifyRelay, type RelayCheck } from '../delivery/verify-relay.ts';
import { classifyConnectFailure } from '../domain/classify.ts';
import { describeFailure } from '../domain/describe-failure.ts';
import { isUnreachable } from '../domain/errors.ts';
import type { CampaignSummary } from '../domain/summary.ts';
import { readCampaign } from '../ledger/campaigns.ts';
import type { Database } from '../ledger/database.ts';
import type { Engine } from './engine.ts';

/** Between two looks at the account; one look is a handful of small rows. */
const lookMs = 200;
/** After a pause or cancel, so long for what was on the wire, or claimed just before, to be through: the answer has counted it. */
const wireMs = 1_000;

/**
 * Resolves with the last summary when the campaign is neither running nor waiting for its start, or when
 * the signal aborts. A relay that cannot be used at all holds the campaign at once, instead of after the
 * grace that an outage gets: a person is there to mend it.
 */
export async function workOn(
  campaign: string,
  parts: {
    database: Database;
    relay: Relay;
    engine: Engine;
    signal: AbortSignal;
    onProgress: (summary: CampaignSummary) => void;
    /** Told what the relay is waited for before the first letter. */
    say: (sentence: string) => void;
  },
): Promise<CampaignSummary> {
  const { database, signal } = parts;
  // Seen, and paused by Ctrl-C, from the beginning: a relay may take minutes to say that it is not usable.
  parts.onProgress(await readSummary(database, campaign, { here: true }));
  await holdIfUnusable(parts, campaign);
  parts.engine.nudge();
  let summary = await readSummary(database, campaign, { here: true });
  let stoppedAtMs: number | null = null;
  for (;;) {
    parts.onProgress(summary);
    if (signal.aborted) return summary;
    if (summary.state !== 'running' && summary.state !== 'ready') {
      stoppedAtMs ??= performance.now();
      if (summary.states.sending === 0 || performance.now() - stoppedAtMs > wireMs) return summary;
    } else {
      stoppedAtMs = null;
    }
    await sleep(lookMs, undefined, { signal }).catch(() => undefined);
    summary = await readSummary(database, campaign, { here: true }).catch((error: unknown) => {
      // The ledger is away: the engine waits for it, and so does the person.
      if (isUnreachable(error)) return summary;
      throw error;
    });
  }
}

async function holdIfUnusable(
  parts: { database: Database; relay: Relay; engine: Engine; signal: AbortSignal; say: (sentence: string) => void },
  id: string,
): Promise<void> {
  const { state, campaignNo } = await readCampaign(parts.database, id);
  if (state !== 'running') return;
  const check = await unlessStopped(parts.relay, { signal: parts.signal, onWaiting: parts.say });
  if (check === null || check.ok) return;
  const verdict = classifyConnectFailure(check.failure);
  if (verdict.kind === 'throttled') return;
  await parts.engine.hold(
    campaignNo,
    verdict.kind === 'hold' ? verdict.reason : 'relay-unreachable',
    describeFailure(check.failure),
    { rule: verdict.rule, atRecipient: false },
  );
}

/** Tries the relay; null when that was not waited for. */
async function unlessStopped(relay: Relay, wishes: OpeningWishes): Promise<RelayCheck | null> {
  try {
    return await verifyRelay(relay, wishes);
  } catch (error) {
    if (wishes.signal?.aborted) return null;
    throw error;
  }
}
