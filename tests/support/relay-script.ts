// What the scripted relay does instead of its duty, and when. Steps are tried in order, the first that
// fits acts; a relay without steps behaves.

export const relayStages = [
  'connect',
  'greeting',
  'ehlo',
  'starttls',
  'auth',
  'mail',
  'rcpt',
  'data',
  'body',
  'after-body',
  'rset',
  'quit',
] as const;
export type RelayStage = (typeof relayStages)[number];

export interface Step {
  /** `body` is the moment the first bytes of the body are there; `after-body` when the final dot is. */
  readonly stage: RelayStage;
  /** All that are given must fit. */
  readonly when?: {
    /** The recipient: a pattern, or a whole address, or `@domain`. Before RCPT there is none, and a step with `to` does not fit. */
    readonly to?: RegExp | string;
    /** The nth time this step is asked, counted from 1 over all connections. */
    readonly nth?: number;
    /** From the nth time on. */
    readonly from?: number;
    /** Up to and with the nth time. */
    readonly upTo?: number;
    /** In this share of the cases, by the seed of the relay. */
    readonly share?: number;
    /** The number of the connection, from 1. */
    readonly connection?: number;
    /** From the nth letter of its connection on, counted from 1. */
    readonly fromLetter?: number;
    /** Milliseconds after the relay's start or its last `setScript`. */
    readonly afterMs?: number;
    readonly beforeMs?: number;
  };
  /**
   * `reply` says `reply` instead of the usual; `reply-then-drop` then closes (without `reply`: the usual
   * one, the letter counts as accepted); `reply-then-reset` sends RST; `drop` closes without a word;
   * `reset` sends RST; `silence` never answers again; `delay` answers as usual, `delayMs` later;
   * `raw` writes `reply` as it is, line ends and all.
   */
  readonly do: 'reply' | 'reply-then-drop' | 'reply-then-reset' | 'drop' | 'reset' | 'silence' | 'delay' | 'raw';
  /** `451 4.7.1 …`; several lines with \n. `{to}` becomes the recipient's address. */
  readonly reply?: string;
  readonly delayMs?: number;
  /** Writes the answer one octet per packet. */
  readonly split?: boolean;
}

export interface Occasion {
  readonly stage: RelayStage;
  readonly to: string | null;
  readonly connection: number;
  /** Which letter of its connection it is, from 1. */
  readonly letter: number;
  readonly sinceMs: number;
}

/** A script with its counters. */
export class Script {
  readonly #steps: readonly Step[];
  readonly #asked: number[];
  readonly #random: () => number;

  constructor(steps: readonly Step[], random: () => number) {
    this.#steps = steps;
    this.#asked = steps.map(() => 0);
    this.#random = random;
  }

  /** The step for this occasion, or null for the usual behaviour. */
  next(occasion: Occasion): Step | null {
    return this.#steps.find((step, index) => this.#fits(step, index, occasion)) ?? null;
  }

  #fits(step: Step, index: number, { stage, to, connection, letter, sinceMs }: Occasion): boolean {
    const when = step.when ?? {};
    if (step.stage !== stage) return false;
    if (when.connection !== undefined && when.connection !== connection) return false;
    if (when.fromLetter !== undefined && letter < when.fromLetter) return false;
    if (when.to !== undefined && !(to !== null && fitsAddress(when.to, to))) return false;
    if (when.afterMs !== undefined && sinceMs < when.afterMs) return false;
    if (when.beforeMs !== undefined && sinceMs >= when.beforeMs) return false;
    const count = (this.#asked[index] ?? 0) + 1;
    this.#asked[index] = count;
    if (when.nth !== undefined && count !== when.nth) return false;
    if (when.from !== undefined && count < when.from) return false;
    if (when.upTo !== undefined && count > when.upTo) return false;
    return when.share === undefined || this.#random() < when.share;
  }
}

function fitsAddress(pattern: RegExp | string, address: string): boolean {
  if (typeof pattern !== 'string') return pattern.test(address);
  return pattern.startsWith('@') ? address.endsWith(pattern) : address === pattern;
}

/** Repeatable numbers from 0 to below 1 (xorshift32). */
export function seededRandom(seed: number): () => number {
  let state = (seed | 0) === 0 ? 0x9e3779b9 : seed | 0;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
