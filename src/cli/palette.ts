// The few styles of the terminal, by meaning. Without colour every style leaves the text as it is, and
// nothing that is shown depends on colour alone.
import { noticeStateRows, type NoticeState, type Tone } from '../domain/notice-state.ts';
import type { CampaignState } from '../domain/campaign-state.ts';

export type Paint = (text: string) => string;

export interface Palette {
  readonly strong: Paint;
  readonly faint: Paint;
  readonly good: Paint;
  readonly bad: Paint;
  readonly caution: Paint;
  readonly unsure: Paint;
  readonly busy: Paint;
  readonly plain: Paint;
}

const plain: Paint = (text) => text;

const colored: Palette = {
  strong: style(1, 22),
  faint: style(2, 22),
  good: style(32, 39),
  bad: style(31, 39),
  caution: style(33, 39),
  unsure: style(35, 39),
  busy: style(36, 39),
  plain,
};

const uncolored: Palette = {
  strong: plain,
  faint: plain,
  good: plain,
  bad: plain,
  caution: plain,
  unsure: plain,
  busy: plain,
  plain,
};

/** The styles, or none. */
export function palette(color: boolean): Palette {
  return color ? colored : uncolored;
}

/** Which style stands for a tone. */
export const toneStyles: Readonly<Record<Tone, keyof Palette>> = {
  good: 'good',
  bad: 'bad',
  unsure: 'unsure',
  wait: 'caution',
  open: 'busy',
  rest: 'faint',
};

/** The style of a notice's state. */
export function noticeStyle(state: NoticeState): keyof Palette {
  return toneStyles[noticeStateRows[state].tone];
}

/** Which style stands for a state of a campaign. */
export const campaignStyles: Readonly<Record<CampaignState, keyof Palette>> = {
  draft: 'faint',
  ready: 'busy',
  running: 'busy',
  paused: 'caution',
  held: 'bad',
  finished: 'good',
  cancelled: 'caution',
};

function style(on: number, off: number): Paint {
  return (text) => (text === '' ? '' : `\u001B[${on}m${text}\u001B[${off}m`);
}
