// Limits as people write them: how fast for a domain, how many refusals are too many.
import { canonicalDomain } from '../domain/address.ts';
import type { DomainLimit } from '../domain/domain-turn.ts';
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

/** `gmail.com=20,outlook.com=5/s`; an empty list for `none`. Domains come out in their A-label form. */
export function parseDomainLimits(text: string): Reading<readonly DomainLimit[]> {
  if (text === 'none') return good([]);
  const limits = new Map<string, number>();
  for (const [index, part] of text.split(',').entries()) {
    const match = /^\s*([^\s=@,]+)=(\d{1,6}(?:\.\d{1,6})?)(?:\/s)?\s*$/.exec(part);
    const domain = canonicalDomain(match?.[1] ?? '');
    if (match === null || domain === null) return bad(`limit ${index + 1} is not a domain and a rate`);
    const perSecond = Number(match[2]);
    if (perSecond <= 0 || perSecond > 100_000)
      return bad(`limit ${index + 1}: the rate is not above 0 and at most 100000`);
    if (limits.has(domain)) return bad(`limit ${index + 1}: the domain is named twice`);
    limits.set(domain, perSecond);
  }
  if (limits.size > mostDomains) return bad(`more than ${mostDomains} domains`);
  return good([...limits].map(([domain, perSecond]) => ({ domain, perSecond })));
}

/** Each costs every worker some statements a second while notices wait for it. */
const mostDomains = 50;
