// Which domains a notice may come from.

/**
 * True when the domain is one of the official domains or below one: mail operations put notices on a
 * subdomain of their own, and its owner is the owner of the domain. Case and a closing dot don't count;
 * `evil-example.com` is not below `example.com`.
 */
export function isOfficialDomain(domain: string, officialDomains: readonly string[]): boolean {
  const name = domain.toLowerCase().replace(/\.$/, '');
  return officialDomains.some((official) => name === official || name.endsWith(`.${official}`));
}
