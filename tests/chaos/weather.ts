// The relay's moods during a chaos run: what it does wrong for a few seconds, chosen by the seed. Pure.
import type { SeededRandom } from '../support/random.ts';
import type { RelayStage, Step } from '../support/relay-script.ts';

export interface Weather {
  readonly name: string;
  /** `down`: it refuses to connect, and the connections it had are reset. */
  readonly steps: readonly Step[] | 'down';
  readonly forMs: readonly [number, number];
  /** How likely it is, against the others. */
  readonly weight: number;
}

/** How long the program waits for a reply in a chaos run. */
export const replyTimeoutMs = 2_000;

/** Recipients whom the relay always refuses, so that not every notice can be accepted: one in a hundred each. */
export const alwaysRefused = /^p\d*13\./;
export const alwaysDeferred = /^p\d*77\./;

const always: readonly Step[] = [
  { stage: 'rcpt', when: { to: alwaysRefused }, do: 'reply', reply: '550 5.1.1 <{to}>: user unknown' },
  { stage: 'rcpt', when: { to: alwaysDeferred }, do: 'reply', reply: '451 4.2.1 mailbox of {to} is busy' },
];

/** The relay at its best. */
export const calm: Weather = { name: 'calm', steps: always, forMs: [1_500, 5_000], weight: 0 };

const letterStages: readonly RelayStage[] = ['mail', 'rcpt', 'data', 'body', 'after-body'];

function weather(name: string, weight: number, forMs: readonly [number, number], ...steps: readonly Step[]): Weather {
  return { name, weight, forMs, steps: [...steps, ...always] };
}

/** In this share of the cases. */
export const share = (of: number): { share: number } => ({ share: of });

export const weathers: readonly Weather[] = [
  { name: 'down', steps: 'down', forMs: [500, 4_000], weight: 4 },
  ...letterStages.map((stage) =>
    weather(`drops at ${stage}`, 2, [1_000, 3_000], { stage, when: share(0.3), do: 'drop' }),
  ),
  ...letterStages.map((stage) =>
    weather(`resets at ${stage}`, 1, [1_000, 3_000], { stage, when: share(0.3), do: 'reset' }),
  ),
  weather(
    'resets new connections',
    2,
    [1_000, 3_000],
    { stage: 'connect', when: share(0.6), do: 'reset' },
    { stage: 'mail', when: share(0.3), do: 'drop' },
  ),
  weather('250, then reset', 4, [1_000, 3_000], { stage: 'after-body', when: share(0.3), do: 'reply-then-reset' }),
  weather('250, then close', 2, [1_000, 3_000], { stage: 'after-body', when: share(0.3), do: 'reply-then-drop' }),
  weather('silent after the body', 3, [1_000, 3_000], { stage: 'after-body', when: share(0.2), do: 'silence' }),
  weather('silent after MAIL', 1, [1_000, 2_000], { stage: 'mail', when: share(0.2), do: 'silence' }),
  // Takes the letter when the program has given up on the answer.
  weather('accepts too late', 3, [1_000, 3_000], {
    stage: 'after-body',
    when: share(0.2),
    do: 'delay',
    delayMs: replyTimeoutMs + 700,
  }),
  weather(
    'slow',
    4,
    [2_000, 5_000],
    { stage: 'after-body', when: share(0.5), do: 'delay', delayMs: 700 },
    { stage: 'rcpt', when: share(0.2), do: 'delay', delayMs: 400 },
  ),
  weather('greylists', 3, [1_000, 3_000], {
    stage: 'rcpt',
    when: share(0.3),
    do: 'reply',
    reply: '451 4.7.1 <{to}>: greylisted, come back later',
  }),
  weather('mailboxes full', 1, [1_000, 3_000], {
    stage: 'after-body',
    when: share(0.2),
    do: 'reply',
    reply: '452 4.2.2 mailbox of {to} is full',
  }),
  weather('refuses without a reason', 1, [500, 1_500], {
    stage: 'rcpt',
    when: share(0.1),
    do: 'reply',
    reply: '550 5.0.0 no',
  }),
  weather('refuses after the body', 1, [500, 1_500], {
    stage: 'after-body',
    when: share(0.1),
    do: 'reply',
    reply: '554 5.0.0 transaction failed',
  }),
  weather('talks nonsense', 2, [1_000, 2_000], {
    stage: 'after-body',
    when: share(0.2),
    do: 'raw',
    reply: 'thank you\r\n',
  }),
  weather('splits its replies', 2, [1_000, 3_000], {
    stage: 'after-body',
    when: share(0.4),
    do: 'reply',
    reply: '250-2.0.0 Ok\n250 2.0.0 queued',
    split: true,
  }),
  // Throttling halves the pace and takes more than a minute to climb back, so it comes once at a time.
  weather('421 once', 1, [500, 1_000], {
    stage: 'mail',
    when: { upTo: 1 },
    do: 'reply',
    reply: '421 4.3.2 closing for a moment',
  }),
  weather('denies relaying', 1, [1_000, 2_000], {
    stage: 'rcpt',
    when: share(0.1),
    do: 'reply',
    reply: '554 5.7.1 <{to}>: Relay access denied',
  }),
  weather('calls it spam', 1, [1_000, 2_000], {
    stage: 'after-body',
    when: share(0.1),
    do: 'reply',
    reply: '554 5.7.1 message content rejected as spam',
  }),
  weather('quota spent', 1, [1_000, 2_000], {
    stage: 'mail',
    when: share(0.1),
    do: 'reply',
    reply: '550 5.4.5 Daily user sending limit exceeded',
  }),
];

/** The next mood. */
export function nextWeather(random: SeededRandom): Weather {
  const total = weathers.reduce((sum, each) => sum + each.weight, 0);
  let left = random.next() * total;
  for (const each of weathers) {
    left -= each.weight;
    if (left < 0) return each;
  }
  return calm;
}
