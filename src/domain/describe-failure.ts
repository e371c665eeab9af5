// Why a session was not opened, in words for a person: what happened, and what the relay said, scrubbed. Pure.
import type { ConnectFailure } from './delivery-result.ts';
import { scrubReply } from './scrub.ts';

/** For example `the relay refused EHLO, at the greeting: 554 5.7.1 no service for […]`. */
export function describeFailure({ detail, reply }: Pick<ConnectFailure, 'detail' | 'reply'>): string {
  const said = reply === null ? '' : scrubReply(reply.text);
  return [detail, said].filter((part) => part !== '').join(': ');
}

/** What is added to the words of a hold that a login might have spared: none was given, and the relay offers some. */
export function withLoginOffer(
  said: string | null,
  reason: string,
  unusedLogins: readonly string[] | undefined,
): string | null {
  if (unusedLogins === undefined || unusedLogins.length === 0 || !sparedByLogin.has(reason)) return said;
  const offer = `SMTP_URL gives no login, and the relay offers ${unusedLogins.join(', ')}`;
  return said === null ? offer : `${said}; ${offer}`;
}

const sparedByLogin: ReadonlySet<string> = new Set(['relay-auth', 'relay-denied', 'sender-refused']);
