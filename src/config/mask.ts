// What an error message may show of a setting. When in doubt, less: a password in a terminal is a leak.

/** How much of a setting is secret: nothing, the password within a URL, or all of it. */
export type Secrecy = 'open' | 'url' | 'whole';

const longestShown = 80;

/** The value as an error message shows it: quoted, cut to 80 characters, secrets replaced by `***`. */
export function shownValue(value: string, secrecy: Secrecy): string {
  if (value === '') return 'nothing';
  if (secrecy === 'whole') return '*** (hidden)';
  const text = secrecy === 'url' ? maskUrl(value) : value;
  return JSON.stringify(text.length > longestShown ? `${text.slice(0, longestShown)}…` : text);
}

/** A URL with its password and the values of its query masked; only the scheme when the rest cannot be told apart. */
export function maskUrl(value: string): string {
  const scheme = /^[a-z][a-z0-9+.-]*:\/\//i.exec(value)?.[0];
  if (scheme === undefined) return '***';
  if (!URL.canParse(value)) return `${scheme}***`;
  const url = new URL(value);
  // An unescaped / ? or # in a password moves its tail into path, query or fragment; the @ gives that away.
  if ((url.pathname + url.search + url.hash).includes('@')) return `${scheme}***`;
  const login = url.username || url.password ? `${url.username}${url.password ? ':***' : ''}@` : '';
  return `${scheme}${login}${url.host}${url.pathname}${url.search ? '?***' : ''}${url.hash ? '#***' : ''}`;
}
