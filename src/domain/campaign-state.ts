// The states of a campaign and the law of its transitions, repeated in SQL like those of a notice.

export const campaignStates = [
  /** The file is being read. Only an import that is still running is here; a killed import leaves nothing. */
  'draft',
  /** Imported and accounted for. Nothing has been sent. A launch, or its start time, moves it to `running`. */
  'ready',
  /** Workers may claim its notices. */
  'running',
  /** A person stopped it. Nothing new is claimed; what was on the wire is finished. */
  'paused',
  /** The program stopped it, with a reason and what to do. Nothing new is claimed. */
  'held',
  /** Nothing is left to do. A re-send takes it back to `running`. */
  'finished',
  /** A person ended it for good. */
  'cancelled',
] as const;

export type CampaignState = (typeof campaignStates)[number];

export const campaignTransitions: Readonly<Record<CampaignState, readonly CampaignState[]>> = {
  draft: ['ready'],
  ready: ['running', 'held', 'cancelled'],
  running: ['paused', 'held', 'cancelled', 'finished'],
  paused: ['running', 'cancelled'],
  held: ['running', 'paused', 'cancelled'],
  finished: ['running'],
  cancelled: [],
};

/** True when the law allows a campaign to go from one state to the other. */
export function campaignMayGo(from: CampaignState, to: CampaignState): boolean {
  return campaignTransitions[from].includes(to);
}

/** What happens to a notice that may have been handed over without a recorded reply (promise 5). */
export const unconfirmedPolicies = ['resend', 'keep'] as const;
export type UnconfirmedPolicy = (typeof unconfirmedPolicies)[number];
