// When refusals are no longer about the recipients. A list with dead addresses is normal; a relay that
// refuses nearly everybody in the same way has something against us, in words that no rule knows.

/** Held when at least this share of so many answers in a row are refusals by one rule. */
export interface RefusalLimit {
  /** From above 0 to 1. */
  readonly share: number;
  readonly answers: number;
}

/** The latest answers of a campaign, and the rule that refused the most of them. */
export interface RefusalsSeen {
  readonly answers: number;
  readonly refused: number;
  readonly rule: string;
  /** The rule that a person has looked at and let pass; null: none. */
  readonly passed: string | null;
}

/**
 * `hold`: it looks like one fault. `arm`: what a person let pass has become rare, so that it would be news
 * again. Null: go on. Fewer answers than the limit looks back on prove nothing.
 */
export function judgeRefusals(limit: RefusalLimit, seen: RefusalsSeen): 'hold' | 'arm' | null {
  if (seen.answers < limit.answers) return null;
  const many = seen.refused >= limit.share * seen.answers;
  if (many) return seen.rule === seen.passed ? null : 'hold';
  return seen.passed === null ? null : 'arm';
}
