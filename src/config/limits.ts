// Limits as people write them: how fast for a domain, how many refusals are too many.
import type { RefusalLimit } from '../domain/refusals.ts';
import { bad, good, type Reading } from './reading.ts';

/** `80% of 100`; null for `off`. */
export function parseRefusalLimit(text: string): Reading<RefusalLimit | null> {
  if (text === 'off') return good(null);
  const match = /^(\d{1,3})% of (\d{1,5})$/.exec(text);
  if (!match) return bad('not a share of a number');
  const [percent, answers] = [Number(match[1]), Number(match[2])];
  if (percent < 1 || percent > 100) return bad('the share is not from 1% to 100%');
  if (answers < 10 || answers > 10_000) return bad('the number is not from 10 to 10000');
  return good({ share: percent / 100, answers });
}
