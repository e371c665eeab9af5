// Watching and taking hold of campaigns, for the console.
import { cancelCampaign, changeRate, pauseCampaign, resumeCampaign } from '../../campaigns/control-campaign.ts';
import type { LedgerContext } from '../../campaigns/context.ts';
import { summarise } from '../../campaigns/read-summary.ts';
import { countedIn } from '../../domain/looks.ts';
import { CandorError, hasCode } from '../../domain/errors.ts';
import { readCampaign, type Campaign } from '../../ledger/campaigns.ts';
import { readEvents, recordEvent } from '../../ledger/events.ts';
import {
  readClock,
  readLaggingDomains,
  readPulses,
  readReplyGroups,
  recordPulses,
  setClock,
} from '../../ledger/watching.ts';
import { claimedBy } from './looks.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { WatchPort } from '../../web/ports/watch.ts';

const pulseEveryMs = 10_000;
const shownEvents = 30;

export interface RunningWatch extends WatchPort {
  close(): void;
}

/** @param relay of this process: a campaign of another one is not resumed here */
export function openWatchPort(
  ledger: LedgerContext,
  relay: { identity: string; label: string },
  logger: Logger,
): RunningWatch {
  const { database, keyring } = ledger;
  const timer = setInterval(
    () => void recordPulses(database).catch((err: unknown) => logger.debug({ err }, 'no pulse: the ledger is away')),
    pulseEveryMs,
  );
  timer.unref();
  const find = (campaign: string): Promise<Campaign | null> =>
    readCampaign(database, campaign).catch((error: unknown) => {
      if (hasCode(error, 'campaign-unknown')) return null;
      throw error;
    });
  return {
    async detail(id) {
      const campaign = await find(id);
      if (campaign === null) return null;
      const { campaignNo } = campaign;
      const [clock, pulses, replies, lagging, events] = await Promise.all([
        readClock(database, campaignNo),
        readPulses(database, campaignNo),
        readReplyGroups(database, campaignNo),
        readLaggingDomains(database, keyring, campaignNo),
        readEvents(database, campaignNo),
      ]);
      return {
        title: campaign.kitTitle,
        from: campaign.mailFrom,
        launchedAt: campaign.launchedAt,
        launchedBy: events.find(({ kind }) => kind === 'launch-confirmed')?.actor ?? null,
        clock,
        pulses,
        replies,
        lagging,
        events: events
          .toReversed()
          .slice(0, shownEvents)
          .map(({ at, actor, kind, data }) => ({
            at,
            actor,
            kind,
            claimedBy: claimedBy(data),
            counted: countedIn(data),
          })),
      };
    },
    async pause(id, actor) {
      const { summary, onTheWire } = await pauseCampaign(ledger, id, actor);
      return { accepted: summary.states.accepted, onTheWire };
    },
    async cancel(id, actor) {
      const { summary, onTheWire } = await cancelCampaign(ledger, id, actor);
      return { accepted: summary.states.accepted, onTheWire };
    },
    async resume(id, actor) {
      const campaign = await readCampaign(database, id);
      if (campaign.relayIdentity !== relay.identity)
        throw new CandorError('relay-mismatch', { campaign: id, launched: campaign.relayLabel, here: relay.label });
      return summarise(database, await resumeCampaign(ledger, id, actor));
    },
    rate: (id, perSecond, actor) => changeRate(ledger, id, perSecond, actor),
    async setClock(id, clock, actor) {
      const { campaignNo } = await readCampaign(database, id);
      await database.transaction(async (tx) => {
        await setClock(tx, campaignNo, clock);
        await recordEvent(tx, {
          campaignNo,
          actor,
          kind: 'clock-set',
          data: { targetAt: clock.targetAt, awareAt: clock.awareAt, authorityHours: clock.authorityHours },
        });
      });
    },
    close: () => clearInterval(timer),
  };
}
