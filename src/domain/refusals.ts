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

/** One of the first letters of a campaign, or of what is left of it after a person has looked. */
export interface FirstLetter {
  /** How its attempt ended; `open`: it has not. */
  readonly outcome: string;
  readonly rule: string | null;
  /** The reply in a form that is the same for everybody. */
  readonly words: string | null;
  readonly domain: string;
}

/** So many letters are the first ones. */
export const firstLetters = 5;

/**
 * True when the first letters (all, where there are fewer; at least two) were refused in the same words that no rule knows, to
 * at least two domains: nobody's mailbox is like that. One domain alone may have its reasons.
 *
 * @param ended nothing is open any more, so that fewer letters are all
 * @param passed the words that a person has seen and let pass; null: none
 */
export function isOneUnknownRefusal(letters: readonly FirstLetter[], ended: boolean, passed: string | null): boolean {
  const [first] = letters;
  if (first === undefined || letters.length < (ended ? 2 : firstLetters)) return false;
  if (first.words === null || first.words === passed) return false;
  const alike = letters.every(
    ({ outcome, rule, words }) => outcome === 'refused' && rule === 'review' && words === first.words,
  );
  return alike && new Set(letters.map(({ domain }) => domain)).size >= 2;
}
