// Looks at whole addresses: what kinds there are, and how many are allowed. Each is on record and counts.

/** What was looked at; `find` is a question whether an address was told. */
export const lookKinds = [
  'looked-for-address',
  'looked-at-notice',
  'looked-at-inbox',
  'looked-at-letter',
  'looked-at-invalid-rows',
  'looked-at-row',
  'looked-at-file',
  'exported-with-addresses',
  'invalid-rows-downloaded',
] as const;
export type LookKind = (typeof lookKinds)[number];

/** Looks are counted in windows of so long; each begins at a multiple of it. */
export const lookWindowSeconds = 300;
/** Looks of one operator, token or system user in a window. A help desk that looks somebody up every five seconds stays below. */
export const mostLooks = 100;

/** What a person sees of an event that counts. */
export interface Counted {
  readonly times: number;
  /** Addresses that were shown, one shown twice counted twice. */
  readonly addresses: number;
  readonly until: Date;
}

/** The count of an event; null for one that does not count. */
export function countedIn(data: Readonly<Record<string, unknown>>): Counted | null {
  const { window, times, addresses, until } = data;
  if (window === undefined || typeof times !== 'number' || typeof until !== 'string') return null;
  return { times, addresses: typeof addresses === 'number' ? addresses : 0, until: new Date(until) };
}
