// What dispatch needs from its neighbours, as small interfaces of its own. src/app.ts hands in the ledger,
// the letter writers and the relay's connections.
import type { Claim, ClaimRequest, NoticeContent, Settlement, Slice } from '../domain/attempt.ts';
import type { CampaignState } from '../domain/campaign-state.ts';
import type { ConnectFailure, DeliveryResult, HoldReason } from '../domain/delivery-result.ts';
import type { KnownPassage } from '../domain/denials.ts';
import type { DomainPace, DomainTurn } from '../domain/domain-turn.ts';
import type { CampaignNo, LeaseId, NoticeId, SliceId } from '../domain/ids.ts';
import type { Pace, Slots, SlotSpan, ThrottleStep } from '../domain/pace.ts';
import type { RetryTerms } from '../domain/retry.ts';

/** A campaign as far as dispatch cares. */
export interface DispatchCampaign extends RetryTerms {
  readonly campaignNo: CampaignNo;
  readonly id: string;
  readonly state: CampaignState;
}

/** Where a campaign stands, for the feeder's decision. */
export interface FeedStatus {
  /** Notices that are pending, queued, sending or deferred. */
  readonly open: number;
  readonly pending: number;
  readonly queued: number;
  /** Queued or sending. */
  readonly underWay: number;
  readonly refused: number;
  /** True when a canary is set and everything up to it is settled or deferred. */
  readonly canaryDone: boolean;
  /** True when an unconfirmed notice waits for its one automatic resend. */
  readonly autoResendDue: boolean;
}

/**
 * The ledger as the feeder sees it. Every call may throw `ledger-unreachable`; each is safe to repeat.
 */
export interface FeederLedger {
  campaigns(states: readonly CampaignState[]): Promise<DispatchCampaign[]>;
  feedStatus(campaign: CampaignNo): Promise<FeedStatus>;
  cutSlices(campaign: CampaignNo, slices: { ids: readonly SliceId[]; size: number }): Promise<Slice[]>;
  resendUnconfirmed(campaign: CampaignNo): Promise<number>;
  queuedSlices(): Promise<SliceId[]>;
  /** Slices of domains' turns: without a job, and open for less than a second while their worker lives. */
  turnSlices(): Promise<SliceId[]>;
  giveBackSlices(slices: readonly SliceId[]): Promise<number>;
  recoverExpired(): Promise<number>;
  sweepCancelled(campaign: CampaignNo): Promise<number>;
  recount(campaign: CampaignNo): Promise<boolean>;
  /** Lets the planner know how large the growing tables are by now. */
  refreshStatistics(): Promise<void>;
  /** Starts what waits for a time that has come, by the ledger's clock. */
  startDue(): Promise<void>;
  finish(campaign: CampaignNo): Promise<void>;
  hold(campaign: CampaignNo, reason: HoldReason, detail: string | null): Promise<void>;
  /** Lets notices go that wait for a domain without a limit. */
  releaseAside(): Promise<number>;
  /** Takes back whom the faults of held campaigns refused, where a settlement crossed the hold. */
  takeBackRefused(): Promise<void>;
  /**
   * Holds the campaign when its latest answers, or its first letters, refuse nearly everybody for one reason; answers whether
   * it did. `ended`: nothing of it is open any more.
   */
  holdForRefusals(campaign: CampaignNo, ended: boolean): Promise<boolean>;
  /** Resolves to true while this process is the one feeder of its relay. */
  isFeeder(): Promise<boolean>;
}

/** The ledger as the worker sees it. */
export interface WorkerLedger {
  readSlice(slice: SliceId): Promise<NoticeContent[]>;
  claim(lease: LeaseId, requests: readonly ClaimRequest[]): Promise<Claim[]>;
  giveBackClaims(lease: LeaseId, notices: readonly NoticeId[]): Promise<void>;
  giveBackSlices(slices: readonly SliceId[]): Promise<number>;
  /** `late`: so many had been recovered before. A settlement that is repeated is not late. */
  settle(lease: LeaseId, batch: readonly Settlement[]): Promise<{ readonly late: number }>;
  /** Both in one commit; `late` as for `settle`. */
  settleAndClaim(
    lease: LeaseId,
    batch: readonly Settlement[],
    requests: readonly ClaimRequest[],
  ): Promise<{ late: number; claims: Claim[] }>;
  terms(campaign: CampaignNo): Promise<CampaignTerms>;
  /** Holds every running campaign of this relay. */
  holdRelay(reason: HoldReason, detail: string | null, cause?: HoldCause): Promise<void>;
  hold(campaign: CampaignNo, reason: HoldReason, detail: string | null, cause?: HoldCause): Promise<void>;
  /** Which domains of the campaign get through, and what a person has seen refused. */
  passage(campaign: CampaignNo): Promise<KnownPassage>;
  markUnreachable(unreachable: boolean): Promise<number>;
}

export interface LeaseLedger {
  take(forMs: number): Promise<LeaseId>;
  keep(lease: LeaseId, forMs: number): Promise<boolean>;
  end(lease: LeaseId): Promise<void>;
  /** The schema that the ledger has now; a worker of another version claims nothing. */
  schemaFits(): Promise<boolean>;
}

export interface PaceLedger {
  takeSlots(want: number, span: SlotSpan): Promise<Slots>;
  read(): Promise<Pace>;
  /** Only if the throttle still is what it was. `slowed`: the relay asked for less. */
  throttle(change: {
    to: ThrottleStep | null;
    rule: string | null;
    was: number | null;
    slowed: boolean;
  }): Promise<boolean>;
}

/** The ledger as the receiving domains with a limit of their own need it. */
export interface DomainLedger {
  readDomains(): Promise<DomainPace[]>;
  /** The keyed hash of a domain in its A-label form. */
  domainKey(domain: string): string;
  takeDomainTurn(turn: {
    domainNo: number;
    most: number;
    earliestMs: number;
    latestMs: number;
    spareMs: number;
    sliceId: SliceId;
  }): Promise<DomainTurn>;
  readSlice(slice: SliceId): Promise<NoticeContent[]>;
  setAside(slice: SliceId, notices: readonly { noticeId: NoticeId; domainNo: number }[]): Promise<void>;
}

/** What of a frozen campaign a worker needs; read once, it never changes. */
export interface CampaignTerms extends RetryTerms {
  /** Makes the complete MIME message of one notice, in parts of whole lines. Throws when the letter cannot be rendered. */
  compose(notice: NoticeContent, at: Date): readonly Buffer[] | Promise<readonly Buffer[]>;
  /** The envelope sender of one notice (VERP). */
  envelopeFrom(notice: NoticeContent): string;
  /** The address in From, and the login at the relay: a reply that names them is about us. */
  readonly own?: { readonly from: string; readonly user: string | null };
}

/** What decided a hold. */
export interface HoldCause {
  /** The name of the rule. */
  readonly rule: string;
  /** True for what was said about one recipient. */
  readonly atRecipient: boolean;
}

/** An open connection to the relay. */
export interface RelayConnection {
  readonly usable: boolean;
  /** Letters that it has carried. */
  readonly letters: number;
  /** Mechanisms that the relay offers, where no login is given. */
  readonly unusedLogins?: readonly string[];
  /** `onMailFrom` is called when MAIL FROM is written; a session that has ended before is lost without it. */
  deliver(
    envelope: { from: string; to: string },
    message: readonly Buffer[],
    hooks?: { onMailFrom?(): void },
  ): Promise<DeliveryResult>;
}

/** The relay's connections of this process. */
export interface RelayConnections<Connection extends RelayConnection = RelayConnection> {
  /** An idle connection or a new one; a failure is a value, because it costs no recipient anything. */
  acquire(signal: AbortSignal): Promise<{ ok: true; connection: Connection } | { ok: false; failure: ConnectFailure }>;
  release(connection: Connection): void;
  /** Forgets the pause after a failure: somebody says that the relay is in order again. */
  retryNow(): void;
  /** How many connections there may be now: fewer than were asked for while the relay takes no more. */
  limit(): number;
  /** Lends no more; what is lent may come back until the deadline, then it is destroyed. */
  drain(deadlineMs: number): Promise<void>;
  /** Destroys every socket at once: letters on the wire end as `lost`. */
  destroyAll(): void;
}

/**
 * The queue: distributes slices, survives kills, and is never asked what happened to a notice. When it is away,
 * calls wait for it (Redis), or throw `ledger-unreachable` because the ledger is away with it (Postgres).
 */
export interface SliceQueue {
  /** Adds jobs; repeating it for a slice that is there already changes nothing. */
  add(slices: readonly SliceId[]): Promise<void>;
  /** Which of these slices have no job, waiting or active. */
  missing(slices: readonly SliceId[]): Promise<SliceId[]>;
  /**
   * Hands slices to the handler, `concurrency` at a time, until closed. A slice may come more than once
   * (a stalled job); the claim decides. A handler that throws loses its job: the reconciler brings the slice back.
   */
  consume(handler: (slice: SliceId) => Promise<void>, concurrency: number): SliceConsumer;
  close(): Promise<void>;
}

export interface SliceConsumer {
  /** Takes no new slices and resolves when the running handlers are through. */
  close(): Promise<void>;
}
