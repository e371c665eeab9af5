// Binds the ledger's functions to the small interfaces that dispatch declares.
import type {
  HoldCause,
  CampaignTerms,
  DomainLedger,
  FeederLedger,
  LeaseLedger,
  PaceLedger,
  WorkerLedger,
} from '../dispatch/ports.ts';
import type { HoldReason } from '../domain/delivery-result.ts';
import type { Claim, NoticeContent } from '../domain/attempt.ts';
import type { CampaignNo, LeaseId, SliceId } from '../domain/ids.ts';
import { messageIdDomain } from '../domain/message-id.ts';
import type { RefusalLimit } from '../domain/refusals.ts';
import type { SigningKey } from '../domain/signing-key.ts';
import { campaignsDue, campaignsInState, detailHold, moveCampaign, readCampaignByNo } from '../ledger/campaigns.ts';
import { sayMisfits, type Misfit } from '../ledger/bound-notices.ts';
import { misfitsOfPace } from '../ledger/bound-pace.ts';
import { expectBound, readLetters } from '../ledger/bound-terms.ts';
import { misfitsOfCampaign } from '../ledger/check-campaign.ts';
import { claimNotices, giveBackClaims, readSlice } from '../ledger/claiming.ts';
import type { Database } from '../ledger/database.ts';
import { domainKey, readDomainPaces, releaseAside, setAside } from '../ledger/domain-pace.ts';
import { takeDomainTurn } from '../ledger/domain-turn.ts';
import type { FeederLock } from '../ledger/feeder-lock.ts';
import {
  cutSlices,
  giveBackSlices,
  queuedSlices,
  readFeedStatus,
  recount,
  refreshStatistics,
  resendUnconfirmed,
  sweepCancelled,
} from '../ledger/feeding.ts';
import type { Keyring } from '../ledger/keyring.ts';
import { endLease, keepLease, recoverExpired, takeLease } from '../ledger/leases.ts';
import { hasKey, readMigrations, schemaVersion } from '../ledger/migrate.ts';
import { markUnreachable, readPace, setThrottle, takeSlots } from '../ledger/pace.ts';
import { readPassage, recordDenial } from '../ledger/denials.ts';
import { holdForFirstLetters, holdForRefusals, takeBackRefused } from '../ledger/refusals.ts';
import { settleAndClaim } from '../ledger/settle-and-claim.ts';
import { settleAttempts } from '../ledger/settling.ts';
import type { Logger } from '../runtime/logger.ts';
import { createLetterWriter, type LetterWriter } from '../rendering/letter-writer.ts';
import type { Alert } from './alert.ts';
import type { LedgerWitness } from './ledger-witness.ts';
import { keyFor } from './signing.ts';

/** The actor of everything that the program does by itself. */
export const program = 'candor';

export interface LedgerPorts {
  readonly feeder: FeederLedger;
  readonly worker: WorkerLedger;
  readonly leases: LeaseLedger;
  readonly pace: PaceLedger;
  readonly domains: DomainLedger;
}

/** The ports of one relay's feeder and worker in this process. */
export function bindLedger(
  database: Database,
  keyring: Keyring,
  relayIdentity: string,
  parts: {
    worker: string;
    lock: FeederLock;
    witness: LedgerWitness;
    alert: Alert;
    logger: Logger;
    signingKey: SigningKey | null;
    refusalLimit: RefusalLimit | null;
  },
): LedgerPorts {
  const { worker, lock, witness, alert, logger, signingKey, refusalLimit } = parts;
  let beat = 0;
  const witnessed = (lease: LeaseId, claims: Claim[]): Claim[] => {
    witness.claimed(
      lease,
      claims.map((claim) => claim.attemptId),
    );
    return claims;
  };
  const terms = new Map<CampaignNo, Promise<CampaignTerms>>();
  /** What was changed in the ledger holds the campaign, and nobody of it is mailed. */
  const holdChanged = async (campaign: CampaignNo, misfits: readonly Misfit[]): Promise<void> => {
    const said = sayMisfits(misfits);
    logger.error({ code: 'record-changed', campaign }, `the ledger was changed outside of Candor: ${said}`);
    await hold(campaign, 'account-broken', said);
  };
  const fittingSlice = async (slice: SliceId): Promise<NoticeContent[]> => {
    const { notices, changed } = await readSlice(database, keyring, slice);
    if (changed === null) return notices;
    await holdChanged(changed.campaignNo, changed.misfits);
    // Held, it can be looked through at leisure: a person wants to know of all of them.
    const all = await misfitsOfCampaign(database, keyring, changed.campaignNo);
    if (all.length > changed.misfits.length) {
      await detailHold(database, changed.campaignNo, sayMisfits(all));
      logger.error({ code: 'record-changed', campaign: changed.campaignNo }, `in all: ${sayMisfits(all)}`);
    }
    return notices;
  };
  const hold = async (
    campaign: CampaignNo,
    reason: HoldReason,
    detail: string | null,
    cause?: HoldCause,
  ): Promise<void> => {
    const was = await database.transaction(async (tx) => {
      const rule = cause?.rule ?? null;
      const move = { to: 'held', actor: program, reason, detail, rule } as const;
      const before = await moveCampaign(tx, campaign, ['running', 'ready'], move);
      if (before !== null && cause?.atRecipient === true) await recordDenial(tx, campaign, cause.rule);
      return before;
    });
    if (was !== null) alert.raise(campaign, 'held');
  };
  return {
    feeder: {
      campaigns: (states) => campaignsInState(database, states, relayIdentity),
      feedStatus: (campaign) => readFeedStatus(database, campaign),
      cutSlices: (campaign, slices) => cutSlices(database, campaign, slices),
      resendUnconfirmed: (campaign) => resendUnconfirmed(database, campaign),
      queuedSlices: () => queuedSlices(database, relayIdentity),
      turnSlices: () => queuedSlices(database, relayIdentity, 'in turns'),
      releaseAside: () => releaseAside(database, relayIdentity),
      giveBackSlices: (slices) => giveBackSlices(database, slices),
      takeBackRefused: () => takeBackRefused(database, relayIdentity),
      recoverExpired: () => recoverExpired(database),
      sweepCancelled: (campaign) => sweepCancelled(database, campaign),
      refreshStatistics: () => refreshStatistics(database),
      recount: async (campaign) => (await recount(database, campaign)).agrees,
      startDue: async () => {
        for (const campaign of await campaignsDue(database, relayIdentity)) {
          const misfits = await misfitsOfCampaign(database, keyring, campaign);
          if (misfits.length > 0) await holdChanged(campaign, misfits);
          else
            await database.transaction((tx) =>
              moveCampaign(tx, campaign, ['ready'], { to: 'running', actor: program, reason: null }),
            );
        }
      },
      finish: async (campaign) => {
        const was = await database.transaction((tx) =>
          moveCampaign(tx, campaign, ['running'], { to: 'finished', actor: program, reason: null }),
        );
        if (was !== null) alert.raise(campaign, 'finished');
      },
      hold,
      holdForRefusals: async (campaign, ended) => {
        const held =
          refusalLimit !== null &&
          ((await holdForFirstLetters(database, keyring, campaign, ended, program)) ||
            (await holdForRefusals(database, campaign, refusalLimit, program)));
        if (held) alert.raise(campaign, 'held');
        return held;
      },
      isFeeder: () => lock.isMine(),
    },
    worker: {
      readSlice: fittingSlice,
      claim: async (lease, requests) =>
        witnessed(lease, await claimNotices(database, lease, requests, witness.beatOf(lease))),
      giveBackClaims: async (lease, notices) => {
        await giveBackClaims(database, lease, notices);
      },
      giveBackSlices: (slices) => giveBackSlices(database, slices),
      settle: (lease, batch) => settleAttempts(database, keyring, lease, batch),
      settleAndClaim: async (lease, batch, requests) => {
        const done = await settleAndClaim(database, keyring, lease, batch, requests, witness.beatOf(lease));
        witnessed(lease, done.claims);
        return done;
      },
      terms: (campaign) => {
        const known = terms.get(campaign);
        if (known) return known;
        const fresh = readTerms(database, keyring, campaign, signingKey);
        terms.set(campaign, fresh);
        // What could not be read must be read again the next time.
        fresh.catch(() => terms.delete(campaign));
        return fresh;
      },
      hold,
      passage: (campaign) => readPassage(database, keyring, campaign),
      holdRelay: async (reason, detail, cause) => {
        for (const campaign of await campaignsInState(database, ['running'], relayIdentity))
          await hold(campaign.campaignNo, reason, detail, cause);
      },
      markUnreachable: (unreachable) => markUnreachable(database, relayIdentity, unreachable),
    },
    leases: {
      take: async (forMs) => {
        await witness.inspect(database);
        const nonce = witness.newNonce();
        const lease = await takeLease(database, { worker, relayIdentity, forMs, nonce });
        witness.took(lease, nonce);
        return lease;
      },
      keep: async (lease, forMs) => {
        const answered = witness.beatOf(lease);
        beat = Math.max(beat, answered) + 1;
        const next = beat;
        const kept = await keepLease(database, lease, forMs, { answered, next });
        if (kept) witness.beaten(lease, next);
        return kept;
      },
      end: (lease) => endLease(database, lease),
      schemaFits: async () =>
        (await schemaVersion(database)) === ((await readMigrations()).at(-1)?.version ?? 0) &&
        (await hasKey(database, keyring)),
    },
    pace: {
      takeSlots: (want, span) => takeSlots(database, relayIdentity, want, span),
      read: async () => {
        const [pace, misfits] = await Promise.all([
          readPace(database, relayIdentity),
          misfitsOfPace(database, keyring, relayIdentity),
        ]);
        if (misfits.length > 0)
          for (const { campaignNo } of await campaignsInState(database, ['running'], relayIdentity))
            await holdChanged(campaignNo, misfits);
        return pace;
      },
      throttle: (change) => setThrottle(database, relayIdentity, change),
    },
    domains: {
      readDomains: () => readDomainPaces(database, relayIdentity),
      domainKey: (domain) => domainKey(keyring, domain),
      takeDomainTurn: (turn) => takeDomainTurn(database, relayIdentity, turn),
      readSlice: fittingSlice,
      setAside: (slice, notices) => setAside(database, slice, notices),
    },
  };
}

async function readTerms(
  database: Database,
  keyring: Keyring,
  campaignNo: CampaignNo,
  signingKey: SigningKey | null,
): Promise<CampaignTerms> {
  await expectBound(database, keyring, campaignNo);
  const campaign = await readCampaignByNo(database, campaignNo);
  const signsWith = keyFor(campaign, signingKey);
  const writers = new Map<string, LetterWriter>();
  for (const letter of await readLetters(database, keyring, campaignNo)) {
    const sender = { from: campaign.mailFrom, replyTo: campaign.replyTo, autoSubmitted: campaign.autoSubmitted };
    writers.set(`${letter.audience}/${letter.locale}`, createLetterWriter(letter, sender));
  }
  const domain = messageIdDomain(campaign.mailFrom);
  return {
    retryDelaysMs: campaign.retryDelaysMs,
    retryRepeatLast: campaign.retryRepeatLast,
    retryForMs: campaign.retryForMs,
    compose(notice, at) {
      const writer = writers.get(`${notice.audience}/${notice.locale}`);
      if (!writer) throw new Error(`campaign ${campaign.id} has no letter for ${notice.audience} in ${notice.locale}`);
      const letter = {
        token: notice.token,
        messageId: `<${notice.token}@${domain}>`,
        to: notice.address,
        date: at,
        categories: notice.categories,
        name: notice.name,
      };
      return signsWith === null ? writer.compose(letter) : writer.composeSigned(letter, signsWith);
    },
    own: { from: addressOf(campaign.mailFrom), user: userOf(campaign.relayIdentity) },
    envelopeFrom: (notice) => campaign.envelopeFrom.replaceAll('{notice}', notice.token),
  };
}

/** The address of a From header, which may have a name before it. */
function addressOf(mailbox: string): string {
  return mailbox.replace(/^.*<(.*)>.*$/s, '$1');
}

/** The login that stands in the relay's identity; null: none. */
function userOf(relayIdentity: string): string | null {
  const at = relayIdentity.lastIndexOf('@');
  return at === -1 ? null : decodeURIComponent(relayIdentity.slice(0, at));
}
