// What Candor can do, as the command line and the console ask for it. One implementation serves both
// (src/app.ts composes it), so that neither can do what the other cannot.
import type { Readable, Writable } from 'node:stream';
import type { Audience } from '../domain/audience.ts';
import type { CheckedFile } from '../domain/check-report.ts';
import type { EncodingName } from '../domain/encoding.ts';
import type { Found } from '../domain/found.ts';
import type { ReasonKey } from '../domain/notice-choice.ts';
import type { KitShown } from '../domain/kit.ts';
import type { LeftOut } from '../domain/left-out.ts';
import type { NoticeState } from '../domain/notice-state.ts';
import type { Start } from '../domain/start.ts';
import type { CampaignSummary } from '../domain/summary.ts';
import type { CampaignNo } from '../domain/ids.ts';
import type { BackupFacts, Extent } from '../ledger/archive.ts';
import type { CheckedBackup } from '../ledger/archive-checking.ts';
import type { Transaction } from '../ledger/database.ts';
import type { BackupOrigin } from '../ledger/restoring.ts';
import type { ColumnMapping } from '../intake/columns.ts';
import type { NamedReturn } from './read-returns.ts';
import type { RecipientSource } from '../intake/recipient-source.ts';

export interface CheckRequest {
  readonly path: string;
  readonly audience?: Audience;
  /** Of the file, as a person named it; otherwise the octets tell. */
  readonly encoding?: EncodingName;
  /** Kit folder, for its locales; default: the only kit there is. */
  readonly kit?: string;
  /** Where to write the invalid rows (mode 0600). */
  readonly invalidOut?: string;
}

export interface CreateRequest {
  readonly path: string;
  readonly kit: string;
  readonly audience?: Audience;
  readonly encoding?: EncodingName;
  readonly actor: string;
  readonly again: boolean;
  /** Campaigns: whoever one of them has told the same and at least as much is left out. */
  readonly except?: readonly string[];
  readonly ratePerSecond?: number;
  readonly first?: number;
  readonly start?: Start;
  /** What the person (or `--yes`) confirmed. */
  readonly confirmation: Confirmation;
}

/** A launch from any source; `mapping` is a person's correction of the columns. */
export interface LaunchRequest extends Omit<CreateRequest, 'path' | 'kit'> {
  readonly source: RecipientSource;
  readonly mapping?: ColumnMapping;
  /** Called in the transaction of the launch, before the import; what it throws undoes everything. */
  readonly onDraft?: (tx: Transaction, campaignNo: CampaignNo) => Promise<void>;
}

/** The plan shown before a launch. */
export interface LaunchPlan {
  readonly report: CheckedFile;
  readonly kit: KitShown;
  /** Whom `--except` leaves out, and whom not; null without it. */
  readonly except: LeftOut | null;
  readonly rehearsal: boolean;
  readonly relay: string;
  readonly from: string;
  readonly ratePerSecond: number | null;
  /** Category columns that the file does not have: to be confirmed as "not exposed". */
  readonly missingCategories: readonly string[];
  readonly first: number | null;
  readonly startAt: Date | null;
  /** Each letter that the launch would use and how many notices get it; absent when not counted. */
  readonly letters?: readonly PlannedLetter[];
}

export interface PlannedLetter {
  readonly audience: Audience;
  readonly locale: string;
  readonly subject: string;
  readonly notices: number;
}

/** A kit that `--kit` could name. */
export interface KitChoice {
  /** What to give to `--kit`. */
  readonly path: string;
  readonly title: string;
}

/** How foreground work is asked to end before its time. */
export interface StopSignals {
  /** Claim nothing new, finish what is on the wire, then return. The campaign's state is left alone. */
  readonly signal: AbortSignal;
  /** Do not even wait for the wire: give back what can be given back, leave the rest `unconfirmed`, return at once. */
  readonly now?: AbortSignal;
}

/** Where a served console listens. */
export interface ServedUrls {
  readonly console: string;
  /** Where to sign in; while nobody has a password, with a secret that sets the first: for the person at the terminal, never logged. */
  readonly signIn: string;
  /** The built-in inbox; null when a relay is set. */
  readonly inbox: string | null;
}

export type Confirmation =
  /** `--yes`: the number and leaving out invalid rows are confirmed unseen; recorded as unattended. */
  | { readonly kind: 'unattended'; readonly expect: number | null }
  /** A person saw the plan and typed the number of notices. */
  | {
      readonly kind: 'attended';
      readonly notices: number;
      readonly sha256: string;
      readonly kitDigest: string;
      readonly locales: Readonly<Record<string, number>>;
    };

export interface ResendRequest {
  readonly campaign: string;
  readonly actor: string;
  readonly states: readonly NoticeState[];
  /** Prefix of a reply code (`55`) or an enhanced code (`5.1`). */
  readonly code?: string;
  /** Only those that ended like this. */
  readonly group?: ReasonKey;
  /** Only this one, by its opaque id. */
  readonly notice?: string;
  /** How many a person was told that it would be; another number moves nothing. */
  readonly expect?: number;
  readonly dryRun: boolean;
  /** Needed for `suppressed` and `cancelled`. */
  readonly reason?: string;
}

export interface ResendAnswer {
  readonly total: number;
  readonly states: Partial<Record<NoticeState, number>>;
  /** How many of them may have been accepted in an earlier attempt: these may get a copy. */
  readonly maybeAccepted: number;
}

/** Answer of pause and cancel (promise 10). */
export interface Stopped {
  readonly summary: CampaignSummary;
  /** Letters on the wire at the moment of the stop; they are finished. */
  readonly onTheWire: number;
}

export interface DoctorFinding {
  readonly subject: string;
  readonly verdict: 'ok' | 'warning' | 'problem' | 'unknown';
  readonly finding: string;
  readonly help: string | null;
}

export interface Application {
  check(request: CheckRequest): Promise<CheckedFile>;
  /** Reads the file and says what a launch would do. Stores nothing. */
  plan(request: Omit<CreateRequest, 'confirmation' | 'actor'>): Promise<LaunchPlan>;
  /** Imports, freezes and launches in one transaction: all of it stands, or none. Answers the campaign's id. */
  create(request: CreateRequest): Promise<string>;
  /** Works in the foreground until the campaign leaves `running` (or the signal aborts), reporting as it goes. */
  work(
    campaign: string,
    options: StopSignals & { onProgress: (summary: CampaignSummary) => void },
  ): Promise<CampaignSummary>;
  /** Works on whatever is running until the signal aborts. */
  workAll(options: StopSignals): Promise<void>;
  /** Console, API and a worker, until the signal aborts. */
  serve(options: StopSignals & { newPassword: boolean; onListening: (urls: ServedUrls) => void }): Promise<void>;
  /** `campaign` null: the latest launched. */
  status(campaign: string | null): Promise<CampaignSummary>;
  resume(campaign: string, actor: string): Promise<CampaignSummary>;
  pause(campaign: string, actor: string): Promise<Stopped>;
  cancel(campaign: string, actor: string): Promise<Stopped>;
  rate(campaign: string, perSecond: number, actor: string): Promise<CampaignSummary>;
  /** The limit of one receiving domain (A-label form) of the campaign's relay; null lifts it. */
  domainRate(campaign: string, domain: string, perSecond: number | null, actor: string): Promise<CampaignSummary>;
  /** Answers how many notices go (or would go) to a new round, by state. */
  resend(request: ResendRequest): Promise<ResendAnswer>;
  /** The look is recorded. Throws `looks-limited`. */
  find(address: string, actor: string): Promise<Found[]>;
  export(request: {
    campaign: string;
    out: string;
    states?: readonly NoticeState[];
    withAddresses: boolean;
    actor: string;
  }): Promise<{ files: string[]; notices: number }>;
  preview(request: {
    kit: string;
    out: string;
    to?: string;
  }): Promise<{ files: string[]; sentTo: number; kit: KitShown }>;
  /** Ends `out`. The ledger keeps on record that it was made. */
  backup(out: Writable, actor: string): Promise<Extent & BackupFacts>;
  /** Fills an empty ledger. `unauthenticated`: also from a backup that no MAC vouches for. */
  restore(from: Readable, how: { unauthenticated: boolean }): Promise<Extent & BackupOrigin>;
  /** Reads all of a backup as a restore would, and says where it stands among those that this ledger knows. Stores nothing. */
  checkBackup(from: Readable, how: { unauthenticated: boolean }): Promise<CheckedBackup>;
  /**
   * Exchanges the key of the ledger for the one in a text (`path` is where a person had it from), or, where the key is a file,
   * for a new one. Answers how many keys were wrapped anew, and the file that holds the new one.
   */
  rotateKey(
    given: { path: string; text: string } | null,
    actor: string,
  ): Promise<{ keys: number; keyFile: string | null }>;
  /** What messages that came back mean: of a file or folder by its path, or of a stream. Stores nothing. */
  readReturns(from: string | Readable, onEach: (read: NamedReturn) => void): Promise<void>;
  doctor(): Promise<DoctorFinding[]>;
  /** The kits at hand, for a person who named none. */
  kits(): Promise<readonly KitChoice[]>;
  close(): Promise<void>;
}
