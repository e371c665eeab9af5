// The account of one campaign, read from the ledger: a handful of small rows, whatever its size.
import { holdText, holdTexts } from '../domain/hold-reasons.ts';
import type { HoldReason } from '../domain/delivery-result.ts';
import { etaSeconds, unattended, type CampaignSummary } from '../domain/summary.ts';
import type { Campaign } from '../ledger/campaigns.ts';
import { readCampaign, readLatestCampaign } from '../ledger/campaigns.ts';
import type { Queryable } from '../ledger/database.ts';
import { readDenied } from '../ledger/denials.ts';
import { readDomainLimits } from '../ledger/domain-pace.ts';
import { countWorkers } from '../ledger/leases.ts';
import { readOrigin } from '../ledger/backup-record.ts';
import { readPace } from '../ledger/pace.ts';
import { readCounts } from '../ledger/tally.ts';
import { CandorError } from '../domain/errors.ts';

/** Whose account it is. */
export interface Looking {
  /** This process works on it, even while its first lease is only asked for: then nobody is missed. */
  readonly here?: boolean;
}

/** Reads the summary of a campaign by id, or of the latest launched (null). Throws `campaign-unknown`, `campaign-none`. */
export async function readSummary(on: Queryable, id: string | null, looking: Looking = {}): Promise<CampaignSummary> {
  const campaign = id === null ? await readLatestCampaign(on) : await readCampaign(on, id);
  if (campaign === null) throw new CandorError('campaign-none');
  return summarise(on, campaign, looking);
}

/** The summary of a campaign that was read already. */
export async function summarise(on: Queryable, campaign: Campaign, looking: Looking = {}): Promise<CampaignSummary> {
  const { counts, attempts, maybeAccepted, workedMs } = await readCounts(on, campaign.campaignNo);
  const pace = await readPace(on, campaign.relayIdentity);
  const domains = await readDomainLimits(on, campaign.relayIdentity, campaign.campaignNo);
  const needed = campaign.state === 'running' || campaign.state === 'ready' || counts.sending > 0;
  const workers = needed && looking.here !== true ? await countWorkers(on, campaign.relayIdentity) : null;
  const seconds = round(workedMs / 1000, 3);
  const perSecond = seconds > 0 ? round(counts.accepted / seconds, 2) : 0;
  const limit = lesser(pace.limitPerSecond, pace.throttledPerSecond);
  return {
    campaign: campaign.id,
    state: campaign.state,
    reason: reasonOf(campaign, await concerns(on, campaign)),
    rehearsal: campaign.rehearsal,
    relay: campaign.relayLabel,
    rows: campaign.rows,
    invalid: campaign.invalid,
    merged: campaign.merged,
    conflicts: campaign.conflicts,
    suppressed: counts.suppressed,
    notices: campaign.notices,
    states: counts,
    attempts,
    maybeAccepted,
    seconds,
    perSecond,
    etaSeconds:
      campaign.state === 'finished'
        ? 0
        : campaign.state !== 'running' || unattended({ state: campaign.state, workers })
          ? null
          : etaSeconds(counts, perSecond, limit, domains),
    warnings: campaign.launch?.warnings ?? [],
    kit: {
      path: campaign.launch?.kitPath ?? null,
      id: campaign.kit,
      digest: campaign.kitDigest,
      ...(campaign.launch?.kitFindings === undefined ? {} : { findings: campaign.launch.kitFindings }),
    },
    except: campaign.launch?.except ?? null,
    ratePerSecond: pace.limitPerSecond,
    throttledPerSecond: pace.throttledPerSecond,
    domainLimits: domains.map(({ domain, perSecond: most }) => ({ domain, perSecond: most })),
    workers,
    startAt: campaign.startAt === null ? null : campaign.startAt.toISOString(),
    restored: await restoredFrom(on, campaign),
  };
}

/** The backup that a campaign came from: one that was made before its ledger was restored. */
async function restoredFrom(on: Queryable, campaign: Campaign): Promise<CampaignSummary['restored']> {
  const origin = await readOrigin(on);
  if (origin === null || campaign.createdAt > origin.restoredAt) return null;
  return { at: origin.of, authenticated: origin.authenticated };
}

/** How many letters a hold concerns, in words; empty where it concerns all. */
async function concerns(on: Queryable, campaign: Campaign): Promise<string> {
  if (campaign.state !== 'held' || !deniable.has(campaign.reason ?? '')) return '';
  const found = await readDenied(on, campaign.campaignNo);
  return found === null ? '' : ` It concerns ${found.denied} of the last ${found.letters} letters.`;
}

/** Holds for what was said about one recipient. */
const deniable: ReadonlySet<string> = new Set<HoldReason>([
  'relay-denied',
  'sender-refused',
  'sender-unauthenticated',
  'sender-blocked',
  'content-refused',
  'letter-malformed',
]);

/** Why a campaign stands still, and what to do; null while it does not. */
function reasonOf(campaign: Campaign, concerning: string): CampaignSummary['reason'] {
  if (campaign.state === 'held' && campaign.reason !== null && campaign.reason in holdTexts) {
    const text = holdText(campaign.reason as HoldReason, campaign.reasonRule);
    const detail = campaign.reasonDetail === null || campaign.reasonDetail === '' ? '' : ` (${campaign.reasonDetail})`;
    return { code: campaign.reason, help: `${text.message}${detail}${concerning} ${text.help}` };
  }
  if (campaign.state === 'paused')
    return { code: 'paused', help: `A person paused it. Go on with \`candor resume ${campaign.id}\`.` };
  if (campaign.state === 'cancelled')
    return { code: 'cancelled', help: 'A person cancelled it; what had not left will not leave.' };
  return null;
}

function lesser(a: number | null, b: number | null): number | null {
  return a === null ? b : b === null ? a : Math.min(a, b);
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
