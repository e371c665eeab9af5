// Whether a reply names us: our sender's address or domain, or our login. A relay that refuses for good and names us, and
// not the recipient, has something against us, in whatever words. Pure.
import type { Reply } from './delivery-result.ts';
import { partWords } from './quoted-words.ts';

/** The names by which a relay knows us. */
export interface OwnNames {
  /** The addresses of the From header and of the envelope. */
  readonly addresses: readonly string[];
  /** The user of the login; null: none. */
  readonly user: string | null;
}

/** Logins that are words of every other reply. */
const ordinaryUsers: ReadonlySet<string> = new Set(
  'account address admin api authenticated client customer default email from host mail mailbox mailer message network notice notices notifications policy postmaster recipient relay root security sender server service smtp smtpuser spam system test user'.split(
    ' ',
  ),
);

/** How the relay's own words name us: by an address, or by a domain or login. Null when they do not, or name the recipient. */
export function namesUs(
  reply: Reply,
  { addresses, user }: OwnNames,
  recipient: string,
): 'address' | 'domain' | 'login' | null {
  const words = partWords(reply).own.toLowerCase();
  const to = recipient.toLowerCase();
  const theirDomain = domainOf(to);
  if (names(words, to) || names(words, theirDomain)) return null;
  if (addresses.some((address) => names(words, address.toLowerCase()))) return 'address';
  // Where both are of one domain, its name says nothing.
  const domains = addresses.map((address) => domainOf(address.toLowerCase()));
  if (domains.some((domain) => !within(domain, theirDomain) && !within(theirDomain, domain) && names(words, domain)))
    return 'domain';
  const login = user?.toLowerCase() ?? '';
  return login.length >= 4 && !ordinaryUsers.has(login) && names(words, login) ? 'login' : null;
}

function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1);
}

function within(domain: string, other: string): boolean {
  return domain === other || domain.endsWith(`.${other}`);
}

/** As a word of its own: `example.com` is not named by `example.com.other.test` or `notexample.com`. */
function names(words: string, name: string): boolean {
  if (name === '') return false;
  for (let at = words.indexOf(name); at !== -1; at = words.indexOf(name, at + 1)) {
    const before = words.slice(Math.max(0, at - 1), at);
    const after = words.slice(at + name.length, at + name.length + 2);
    if (!/[\p{L}\d_-]/u.test(before) && !/^(?:[\p{L}\d_-]|\.[\p{L}\d])/u.test(after)) return true;
  }
  return false;
}
