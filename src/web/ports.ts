// What the web pages need from the rest of the program. The application gives the implementations.
import type { CampaignState } from '../domain/campaign-state.ts';
import type { CampaignSummary } from '../domain/summary.ts';
import type { HeldLine } from './frame.ts';
import type { AccessPort } from './ports/access.ts';
import type { LaunchPort, LettersPort } from './ports/letters.ts';
import type { LooksPort } from './ports/looks.ts';
import type { NoticesPort } from './ports/notices.ts';
import type { UploadsPort } from './ports/uploads.ts';
import type { MetricsPort } from './ports/metrics.ts';
import type { WatchPort } from './ports/watch.ts';

/** One campaign in the list. */
export interface CampaignLine {
  readonly campaign: string;
  /** Title of its kit. */
  readonly title: string;
  readonly state: CampaignState;
  readonly rehearsal: boolean;
  readonly notices: number;
  readonly createdAt: Date;
  readonly launchedAt: Date | null;
}

export interface StatusPort {
  /** Newest first, at most 100 or `limit`; older than the campaign `before` when it is given. */
  campaigns(page?: { readonly before?: string; readonly limit?: number }): Promise<readonly CampaignLine[]>;
  /** The account of a campaign, or of the latest (null); null when there is none such. */
  summary(campaign: string | null): Promise<CampaignSummary | null>;
  /** Campaigns that are held now. */
  held(): Promise<readonly HeldLine[]>;
}

/** One letter in the list. Texts as they came: they are escaped where they are shown. */
export interface LetterLine {
  readonly id: number;
  readonly receivedAt: Date;
  readonly from: string;
  readonly to: string;
  readonly subject: string;
}

export interface Letter extends LetterLine {
  /** The notice that it carries; null for a letter that is none. */
  readonly noticeToken: string | null;
  /** The Date field; null when unreadable. */
  readonly date: Date | null;
  readonly html: string | null;
  readonly text: string | null;
  readonly source: string;
}

export interface InboxPort {
  /** Letters kept. */
  count(): Promise<number>;
  /** Newest first, older than the letter `before` when it is given. */
  list(page: { before?: number; limit: number }): Promise<readonly LetterLine[]>;
  get(id: number): Promise<Letter | null>;
}

/** Whether this process can do its work; told to anybody who asks, so it holds no names and no addresses. */
export interface Readiness {
  readonly ok: boolean;
  readonly checks: readonly { readonly name: string; readonly ok: boolean }[];
}

export interface WebPorts {
  readonly access: AccessPort;
  readonly uploads: UploadsPort;
  readonly letters: LettersPort;
  readonly launches: LaunchPort;
  readonly watch: WatchPort;
  readonly notices: NoticesPort;
  readonly looks: LooksPort;
  readonly status: StatusPort;
  readonly metrics: MetricsPort;
  /** Null when a relay is set: there is no inbox then. */
  readonly inbox: InboxPort | null;
  ready(): Promise<Readiness>;
}
