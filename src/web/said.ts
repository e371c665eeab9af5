// What the last action did, told once on the page after it. The address holds a code and counts, never a name.
import { z } from 'zod';
import { count, numeral } from './figures.ts';

const counts = z.object({
  done: z.string(),
  n: z.coerce.number().nonnegative().catch(0),
  m: z.coerce.number().int().nonnegative().catch(0),
});

const texts: Readonly<Record<string, (n: string, m: string) => string>> = {
  'sessions-ended': () => 'Your other sessions have ended.',
  'operator-saved': () => 'Saved. Their earlier sessions have ended.',
  'operator-removed': () => 'Removed, with their sessions and tokens.',
  'token-revoked': () => 'The token works no more.',
  paused: (n, m) => `Paused: ${n} accepted, ${m} on the wire, which are finished.`,
  cancelled: (n, m) => `Cancelled: ${n} accepted, ${m} on the wire, which are finished.`,
  resumed: () => 'It goes on.',
  'rate-changed': (n) => `The relay’s rate is now ${n} a second, for every campaign on it.`,
  resent: (n) => `${n} ${n === '1' ? 'notice is' : 'notices are'} in a new round.`,
  'address-corrected': () => 'The address is corrected. The notice can be re-sent.',
  'unconfirmed-closed': () => 'Recorded. The notice stays unconfirmed.',
  'upload-deleted': () => 'The file is deleted.',
  'mapping-saved': () => 'The columns are changed; the file was read again.',
  'test-accepted': (n) => `${n} ${n === '1' ? 'test letter was' : 'test letters were'} accepted.`,
  'target-set': () => 'The clocks are set.',
};

/** The sentence for a query like `?done=paused&n=12&m=3`; null when there is none to tell. */
export function saidOf(query: unknown): string | null {
  const read = counts.safeParse(query);
  if (!read.success) return null;
  const text = Object.hasOwn(texts, read.data.done) ? texts[read.data.done] : undefined;
  return text?.(numeral(read.data.n), count(read.data.m)) ?? null;
}
