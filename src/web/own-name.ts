// Where browsers use a console that no proxy publishes. Cookies know no ports: what 127.0.0.1 sets, every other service of the
// machine is sent, and may use. So a browser that comes by a loopback name is led to a name that nobody else has; browsers
// resolve *.localhost to the machine itself (RFC 6761 section 6.3, Secure Contexts section 3.1). Whoever is no browser (curl,
// a script) stays where they are, because not every resolver knows such names. Pure.
import type { IncomingHttpHeaders } from 'node:http';
import { hostName, isLoopbackName } from './allowed-hosts.ts';

export interface Asked {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
}

const proxied = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto'] as const;

/** True when a browser asks by a loopback name: it gets no session there. */
export function isSharedDoor({ headers }: Pick<Asked, 'headers'>, ownName: string | null): boolean {
  // Behind a proxy that rewrites Host, the browser is not on this machine.
  if (ownName === null || !isBrowser(headers) || proxied.some((name) => headers[name] !== undefined)) return false;
  const name = hostName(headers.host ?? '');
  return name !== null && isLoopbackName(name);
}

/** Where a page that a browser opens by a loopback name is to be opened instead; null: it stays. */
export function ownPlace(asked: Asked, ownName: string | null): string | null {
  const { method, url, headers } = asked;
  if (ownName === null || (method !== 'GET' && method !== 'HEAD') || !isSharedDoor(asked, ownName)) return null;
  if (!opensPage(headers) || !url.startsWith('/')) return null;
  return `http://${ownName}${portIn(headers.host)}${url}`;
}

/** As the browser says it, who may have come through a tunnel with another port. */
function portIn(host: string | undefined): string {
  return /:\d{1,5}$/.exec(host ?? '')?.[0] ?? '';
}

/** Fetch Metadata (W3C) is in every browser since 2023; programs do not say whose page asks. */
function isBrowser(headers: IncomingHttpHeaders): boolean {
  return headers['sec-fetch-site'] !== undefined || headers['upgrade-insecure-requests'] !== undefined;
}

function opensPage(headers: IncomingHttpHeaders): boolean {
  const { 'sec-fetch-mode': mode, 'sec-fetch-dest': destination } = headers;
  return mode === undefined
    ? headers['upgrade-insecure-requests'] !== undefined
    : mode === 'navigate' && destination === 'document';
}
