// What the pages need to watch a campaign and to take hold of it.
import type { CampaignSummary } from '../../domain/summary.ts';
import type { HistoryLine } from './looks.ts';

export interface ClockView {
  readonly targetAt: Date | null;
  readonly awareAt: Date | null;
  readonly authorityHours: number;
}

export interface CampaignDetail {
  readonly title: string;
  readonly from: string;
  readonly launchedAt: Date | null;
  readonly launchedBy: string | null;
  readonly clock: ClockView;
  readonly pulses: readonly { readonly at: Date; readonly accepted: number; readonly settled: number }[];
  readonly replies: readonly {
    readonly outcome: string;
    readonly replyCode: number | null;
    readonly enhancedCode: string | null;
    readonly rule: string | null;
    readonly attempts: number;
    readonly latestAt: Date;
    readonly reply: string | null;
  }[];
  readonly lagging: readonly { readonly domain: string; readonly notices: number }[];
  /** What people and the program did, the latest first. */
  readonly events: readonly Pick<HistoryLine, 'at' | 'actor' | 'claimedBy' | 'kind' | 'counted'>[];
}

/** Answer of pause and cancel (promise 10). */
export interface StoppedView {
  readonly accepted: number;
  readonly onTheWire: number;
}

export interface WatchPort {
  /** Null when there is no such campaign. */
  detail(campaign: string): Promise<CampaignDetail | null>;
  pause(campaign: string, actor: string): Promise<StoppedView>;
  cancel(campaign: string, actor: string): Promise<StoppedView>;
  /** Throws `relay-mismatch` when this process has another relay than the campaign. */
  resume(campaign: string, actor: string): Promise<CampaignSummary>;
  rate(campaign: string, perSecond: number, actor: string): Promise<CampaignSummary>;
  setClock(campaign: string, clock: ClockView, actor: string): Promise<void>;
}
