// SMTP_URL, read strictly: a relay address with a typo must stop the start, not reach another relay.
import { normalHost } from './host-name.ts';
import { bad, good, percentEncode, type Reading } from './reading.ts';

/** What SMTP_URL says. */
export interface RelayAddress {
  /** Lower case, A-labels, IPv6 without brackets. */
  readonly host: string;
  /** Default 587, or 465 for `smtps`. */
  readonly port: number;
  /** True for `smtps`: TLS from the first byte (RFC 8314). */
  readonly secure: boolean;
  readonly login: { readonly user: string; readonly password: string } | null;
}

/** Reads `smtp[s]://user:password@host:port`; user and password are percent-decoded. */
export function parseRelayUrl(text: string): Reading<RelayAddress> {
  if (!/^smtps?:\/\//i.test(text)) return bad('it does not begin with smtp:// or smtps://');
  if (!URL.canParse(text)) return bad(`not a URL; ${percentEncode}`);
  const url = new URL(text);
  if (!['', '/'].includes(url.pathname) || url.search || url.hash) {
    return bad(`something follows the port; ${percentEncode}`);
  }
  const secure = url.protocol === 'smtps:';
  const host = normalHost(decoded(url.hostname) ?? '');
  if (host === null) return bad('no usable host name');
  const port = url.port === '' ? (secure ? 465 : 587) : Number(url.port);
  if (port === 0) return bad('port 0');
  const login = readLogin(url);
  return login.ok ? good({ host, port, secure, login: login.value }) : login;
}

function readLogin(url: URL): Reading<RelayAddress['login']> {
  if (url.username === '' && url.password === '') return good(null);
  if (url.username === '' || url.password === '') return bad('user and password go together');
  const user = decoded(url.username);
  const password = decoded(url.password);
  if (user === null || password === null)
    return bad('a percent sign in user or password is not an escape; write it as %25');
  // NUL separates the fields of AUTH PLAIN (RFC 4616); line breaks would end the command.
  if (/[\0\r\n]/.test(user + password)) return bad('a control character in user or password');
  return good({ user, password });
}

/** The text percent-decoded as UTF-8; null when it has a stray percent sign. */
export function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
