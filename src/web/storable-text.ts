// Text that the ledger can keep: Postgres refuses NUL in text, and half a surrogate pair in JSON. Such text names
// nothing and nobody means it, so a request with it is refused as a whole. Pure.

const unstorable = /\0|\p{Surrogate}/u;
/** Deeper than anything that a form or the API takes. */
const deepest = 20;

/** True when no string within the value, names of fields included, holds what cannot be kept. */
export function isStorable(value: unknown, depth = 0): boolean {
  if (typeof value === 'string') return !unstorable.test(value);
  if (typeof value !== 'object' || value === null) return true;
  if (depth >= deepest) return false;
  if (Array.isArray(value)) return value.every((one) => isStorable(one, depth + 1));
  return Object.entries(value).every(([name, one]) => !unstorable.test(name) && isStorable(one, depth + 1));
}
