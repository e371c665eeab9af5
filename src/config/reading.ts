// The answer of every parser of a setting: a value, or what is wrong with the text in words that never
// quote it (the text may be a secret; whoever reports the problem decides what to show).

export type Reading<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: string };

/** A good reading. */
export function good<T>(value: T): Reading<T> {
  return { ok: true, value };
}

/** A bad one. `problem` completes "… (problem)": lower case, no full stop, no part of the text. */
export function bad(problem: string): { readonly ok: false; readonly problem: string } {
  return { ok: false, problem };
}
