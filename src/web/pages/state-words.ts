// How the state of a campaign looks.
import type { CampaignState } from '../../domain/campaign-state.ts';
import type { Tone } from '../../domain/notice-state.ts';
import { html, type Html } from '../html.ts';

const campaignTones: Readonly<Record<CampaignState, Tone>> = {
  draft: 'rest',
  ready: 'rest',
  running: 'open',
  paused: 'wait',
  held: 'bad',
  finished: 'good',
  cancelled: 'rest',
};

/** The campaign's state as a badge. */
export function stateBadge(state: CampaignState): Html {
  return html`<span class="badge ${campaignTones[state]}">${state}</span>`;
}

/** Marks a campaign whose mail stayed on this machine. */
export function rehearsalBadge(rehearsal: boolean): Html | null {
  return rehearsal ? html`<span class="badge plain wait">rehearsal</span>` : null;
}
