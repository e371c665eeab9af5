// How states look and what they mean, in one short line each.
import type { CampaignState } from '../../domain/campaign-state.ts';
import type { NoticeState } from '../../domain/notice-state.ts';
import { html, type Html } from '../html.ts';

/** A colour by meaning; always beside a word, never alone. */
export type Tone = 'good' | 'wait' | 'bad' | 'unsure' | 'rest' | 'open';

export const noticeTones: Readonly<Record<NoticeState, Tone>> = {
  pending: 'rest',
  queued: 'open',
  sending: 'open',
  deferred: 'wait',
  accepted: 'good',
  refused: 'bad',
  failed: 'bad',
  unconfirmed: 'unsure',
  suppressed: 'rest',
  cancelled: 'rest',
};

/** Accepted never says delivered (promise 3). */
export const noticeMeanings: Readonly<Record<NoticeState, string>> = {
  pending: 'Waits for its turn.',
  queued: 'Waits for a worker.',
  sending: 'On the wire now.',
  deferred: 'The relay said “not now”; it is tried again.',
  accepted: 'The relay took it over. Whether it arrived is not known.',
  refused: 'The relay said no to this recipient.',
  failed: 'Given up: tries or time are spent, or it cannot be written.',
  unconfirmed: 'Perhaps handed over; no answer was recorded.',
  suppressed: 'Left out on purpose: an earlier campaign has told them.',
  cancelled: 'The campaign was cancelled first.',
};

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
