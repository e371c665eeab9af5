// What /metrics needs of the rest of the program.
import type { CampaignState } from '../../domain/campaign-state.ts';
import type { StateCounts } from '../../domain/notice-state.ts';

export interface MeasuredCampaign {
  readonly campaign: string;
  readonly state: CampaignState;
  readonly states: StateCounts;
  readonly attempts: number;
  readonly maybeAccepted: number;
}

export interface MeasuredRelay {
  /** `host:port`, never its user. */
  readonly relay: string;
  /** Null: no limit. */
  readonly limitPerSecond: number | null;
  /** Null: not throttled. */
  readonly throttledPerSecond: number | null;
}

export interface MetricsPort {
  /** Campaigns that are not over or ended in the last week, and their relays. */
  read(): Promise<{ readonly campaigns: readonly MeasuredCampaign[]; readonly relays: readonly MeasuredRelay[] }>;
  /** Connections of this process to the relay; null while it does not work. */
  connections(): { readonly open: number; readonly idle: number } | null;
}
