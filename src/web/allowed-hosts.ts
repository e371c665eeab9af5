// Which Host headers the console answers to. A page of somebody else's can point its own name at
// 127.0.0.1 (DNS rebinding) and would then read the console through the person's browser; the name it
// used stands in Host, so only names that are ours get an answer. Pure.
import { isIP } from 'node:net';

export interface Listening {
  /** HOST as configured. */
  readonly host: string;
  /** Origin under which a proxy publishes the console; null: none. */
  readonly publicUrl: string | null;
  /** Under *.localhost, of this console alone; null: none. */
  readonly ownName?: string | null;
}

/** True when the Host header names this console. Ports do not matter: another port is no other name. */
export function isAllowedHost(header: string | undefined, listening: Listening): boolean {
  const name = hostName(header ?? '');
  if (name === null) return false;
  if (isLoopbackName(name) || name === listening.ownName) return true;
  if (listening.publicUrl !== null && name === hostName(new URL(listening.publicUrl).host)) return true;
  return name === listening.host.toLowerCase() && name !== '0.0.0.0' && name !== '::';
}

/** True for the names under which a machine reaches itself. */
export function isLoopbackName(name: string): boolean {
  return name === 'localhost' || name === '::1' || (isIP(name) === 4 && name.startsWith('127.'));
}

/** The name without port and brackets, in lower case; null when the header is not a host. */
export function hostName(header: string): string | null {
  const match = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))(?::\d{1,5})?$/i.exec(header);
  return (match?.[1] ?? match?.[2])?.toLowerCase() ?? null;
}
