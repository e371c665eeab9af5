// What the checks of a letter's markup answer.

/** Names are stable: scripts and later checks rely on them. */
export type MarkupCheck =
  | 'markup-broken'
  | 'element-not-allowed'
  | 'attribute-not-allowed'
  | 'style-not-allowed'
  | 'link-like'
  | 'hidden-text'
  | 'bidi-control'
  | 'size-102k';

export interface MarkupFinding {
  readonly check: MarkupCheck;
  /** For a person: what it is, and what may stand there instead. */
  readonly what: string;
}

export function finding(check: MarkupCheck, what: string): MarkupFinding {
  return { check, what };
}
