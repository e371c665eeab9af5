// The other addresses among the settings: Postgres, Redis, the console's public address, the webhook.
import { isIP } from 'node:net';
import { normalHost } from './host-name.ts';
import { bad, good, percentEncode, type Reading } from './reading.ts';
import { decoded } from './relay-url.ts';

/** A `postgres://` connection string, unchanged; a socket folder may stand in `?host=`. */
export function parsePostgresUrl(text: string): Reading<string> {
  const url = readUrl(text, ['postgres:', 'postgresql:']);
  if (!url.ok) return url;
  return url.value.hostname === '' && !url.value.searchParams.has('host') ? bad('the host is missing') : good(text);
}

/** A `redis://` or `rediss://` address, unchanged; the path is a database number. */
export function parseRedisUrl(text: string): Reading<string> {
  const url = readUrl(text, ['redis:', 'rediss:']);
  if (!url.ok) return url;
  if (url.value.hostname === '') return bad('the host is missing');
  return /^\/?\d{0,5}$/.test(url.value.pathname) ? good(text) : bad('the path is not a database number');
}

/** An `http(s)` address to call, unchanged. */
export function parseWebhookUrl(text: string): Reading<string> {
  const url = readUrl(text, ['http:', 'https:']);
  return url.ok ? good(text) : url;
}

/** The origin under which people reach the console, without a trailing slash. */
export function parsePublicUrl(text: string): Reading<string> {
  const url = readUrl(text, ['http:', 'https:']);
  if (!url.ok) return url;
  const { origin, pathname, search, hash, username } = url.value;
  return pathname === '/' && !search && !hash && !username ? good(origin) : bad('something follows the host and port');
}

/** `no`, `yes`, or addresses and CIDR ranges of the proxies whose X-Forwarded-* headers count. */
export function parseTrustedProxies(text: string): Reading<boolean | readonly string[]> {
  if (text === 'yes' || text === 'no') return good(text === 'yes');
  const ranges = text.split(',').map((part) => part.trim());
  return ranges.every(isRange) ? good(ranges) : bad('neither yes or no nor addresses');
}

/** A host name or address to listen on. */
export function parseListenHost(text: string): Reading<string> {
  const host = normalHost(text);
  return host === null ? bad('neither a host name nor an address') : good(host);
}

function isRange(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
}

function readUrl(text: string, protocols: readonly string[]): Reading<URL> {
  if (/\s/.test(text) || !URL.canParse(text)) return bad(`not a URL; ${percentEncode}`);
  const url = new URL(text);
  if (!protocols.includes(url.protocol))
    return bad(`it does not begin with ${protocols.map((p) => `${p}//`).join(' or ')}`);
  if (!text.slice(url.protocol.length).startsWith('//')) return bad('// is missing after the scheme');
  // An unescaped # ? or / in a password ends the host before its time: `user:12#tail@host` is port 12 of a host `user`.
  if (text.includes('#') || (url.pathname + url.search).includes('@'))
    return bad(`something that belongs to no such address follows the host; ${percentEncode}`);
  const login = [url.username, url.password].every((part) => decoded(part) !== null);
  return login ? good(url) : bad('a percent sign in user or password is not an escape; write it as %25');
}
