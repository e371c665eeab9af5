// What is easily forgotten when a proxy publishes the console. Pure.
import { isLoopbackName } from './allowed-hosts.ts';

/** What to tell whoever starts the console; null: nothing is missing. */
export function proxyWarning({
  publicUrl,
  trustProxy,
}: {
  readonly publicUrl: string | null;
  readonly trustProxy: boolean | readonly string[];
}): string | null {
  if (
    publicUrl === null ||
    trustProxy !== false ||
    isLoopbackName(new URL(publicUrl).hostname.replaceAll(/[[\]]/g, ''))
  )
    return null;
  return 'PUBLIC_URL is set and TRUST_PROXY is not: if a proxy stands in front of the console, everybody comes from its address, and one who guesses passwords makes all others wait. Name the proxy in TRUST_PROXY.';
}
