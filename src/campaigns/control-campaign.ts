// What a person does to a campaign that exists: pause, resume, cancel, change the rate, re-send.
import type { CampaignState } from '../domain/campaign-state.ts';
import { CandorError } from '../domain/errors.ts';
import type { CampaignSummary } from '../domain/summary.ts';
import { recordChanged } from '../ledger/bound-notices.ts';
import { misfitsOfPace } from '../ledger/bound-pace.ts';
import { moveCampaign, readCampaign, type Campaign } from '../ledger/campaigns.ts';
import { misfitsOfCampaign } from '../ledger/check-campaign.ts';
import type { Transaction } from '../ledger/database.ts';
import { setDomainLimit } from '../ledger/domain-pace.ts';
import { recordEvent } from '../ledger/events.ts';
import { recount, sweepCancelled } from '../ledger/feeding.ts';
import { markUnreachable, setLimit } from '../ledger/pace.ts';
import { letRefusalsPass } from '../ledger/refusals.ts';
import { resendNotices } from '../ledger/resending.ts';
import type { ResendAnswer, ResendRequest, Stopped } from './application.ts';
import type { LedgerContext } from './context.ts';
import { noticeIdOf } from './mend-notice.ts';
import { readSummary } from './read-summary.ts';

/** Pauses: nothing new is claimed from now on; what is on the wire is finished. Answers the same when it was paused already. */
export async function pauseCampaign({ database }: LedgerContext, id: string, actor: string): Promise<Stopped> {
  await database.transaction(async (tx) => {
    const campaign = await readCampaign(tx, id);
    const was = await moveCampaign(tx, campaign.campaignNo, ['running', 'held'], {
      to: 'paused',
      actor,
      reason: 'paused',
    });
    if (was === null) await expectState(tx, id, ['paused']);
  });
  return stopped(database, id);
}

/** Cancels for good: everything that waits is `cancelled`; what is on the wire is finished. */
export async function cancelCampaign({ database }: LedgerContext, id: string, actor: string): Promise<Stopped> {
  await database.transaction(async (tx) => {
    const campaign = await readCampaign(tx, id);
    const was = await moveCampaign(tx, campaign.campaignNo, ['ready', 'running', 'paused', 'held'], {
      to: 'cancelled',
      actor,
      reason: 'cancelled',
    });
    if (was === null) return expectState(tx, id, ['cancelled']);
    await sweepCancelled(tx, campaign.campaignNo);
  });
  return stopped(database, id);
}

/**
 * Lets a paused or held campaign go on; nothing to do when it runs already. Throws `account-broken` when its account does
 * not hold, `record-changed` when something in it is not as it was written: no resume makes that true.
 */
export async function resumeCampaign(
  { database, keyring }: LedgerContext,
  id: string,
  actor: string,
): Promise<Campaign> {
  const before = await readCampaign(database, id);
  if (before.state !== 'running') await expectWritten({ database, keyring }, before);
  if (before.reason === 'account-broken' && !(await recount(database, before.campaignNo)).agrees)
    throw new CandorError('account-broken');
  return database.transaction(async (tx) => {
    const was = await moveCampaign(tx, before.campaignNo, ['paused', 'held'], { to: 'running', actor, reason: null });
    if (was === null) await expectState(tx, id, ['running', 'ready']);
    else {
      await markUnreachable(tx, before.relayIdentity, false);
      await letRefusalsPass(tx, before.campaignNo);
    }
    return readCampaign(tx, id);
  });
}

/** Changes the rate of the campaign's relay, for all campaigns on it, while they run. */
export async function changeRate(
  { database, keyring }: LedgerContext,
  id: string,
  perSecond: number,
  actor: string,
): Promise<CampaignSummary> {
  await database.transaction(async (tx) => {
    const campaign = await readCampaign(tx, id);
    await setLimit(tx, keyring, campaign.relayIdentity, perSecond);
    await recordEvent(tx, { campaignNo: campaign.campaignNo, actor, kind: 'rate-changed', data: { perSecond } });
  });
  return readSummary(database, id);
}

/** Limits one receiving domain of the campaign's relay, for all campaigns on it, while they run; null lifts the limit. */
export async function changeDomainRate(
  { database, keyring }: LedgerContext,
  id: string,
  limit: { domain: string; perSecond: number | null },
  actor: string,
): Promise<CampaignSummary> {
  await database.transaction(async (tx) => {
    const campaign = await readCampaign(tx, id);
    await setDomainLimit(tx, keyring, campaign.relayIdentity, limit);
    await recordEvent(tx, { campaignNo: campaign.campaignNo, actor, kind: 'domain-rate-changed', data: { ...limit } });
  });
  return readSummary(database, id);
}

async function expectWritten({ database, keyring }: LedgerContext, campaign: Campaign): Promise<void> {
  const misfits = [
    ...(await misfitsOfCampaign(database, keyring, campaign.campaignNo)),
    ...(await misfitsOfPace(database, keyring, campaign.relayIdentity)),
  ];
  if (misfits.length > 0) throw recordChanged(campaign.id, ...misfits);
}

/** A new round for settled notices; a finished campaign runs again. Never touches an accepted one. Throws `record-changed`, too. */
export async function resendCampaign(
  { database, keyring }: LedgerContext,
  request: ResendRequest,
): Promise<ResendAnswer> {
  if (!request.dryRun) await expectWritten({ database, keyring }, await readCampaign(database, request.campaign));
  return database.transaction(async (tx) => {
    const campaign = await readCampaign(tx, request.campaign);
    if (campaign.state === 'cancelled' || campaign.state === 'ready')
      await expectState(tx, request.campaign, ['running', 'paused', 'held', 'finished']);
    const moved = await resendNotices(tx, campaign.campaignNo, {
      states: request.states,
      actor: request.actor,
      dryRun: request.dryRun,
      ...(request.code === undefined ? {} : { code: request.code }),
      ...(request.group === undefined ? {} : { group: request.group }),
      ...(request.notice === undefined ? {} : { noticeId: noticeIdOf(keyring, request.notice) }),
      ...(request.expect === undefined ? {} : { expect: request.expect }),
      ...(request.reason === undefined ? {} : { reason: request.reason }),
    });
    if (!request.dryRun && moved.total > 0) {
      await moveCampaign(tx, campaign.campaignNo, ['finished'], { to: 'running', actor: request.actor, reason: null });
    }
    return moved;
  });
}

async function stopped(database: LedgerContext['database'], id: string): Promise<Stopped> {
  const summary = await readSummary(database, id);
  return { summary, onTheWire: summary.states.sending };
}

async function expectState(tx: Transaction, id: string, expected: readonly CampaignState[]): Promise<void> {
  const { state } = await readCampaign(tx, id);
  if (!expected.includes(state)) throw new CandorError('campaign-state', { campaign: id, state });
}
