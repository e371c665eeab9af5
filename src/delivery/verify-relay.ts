// Tries the relay without a letter: for `doctor`, and before a launch.
import type { ConnectFailure } from '../domain/delivery-result.ts';
import type { OpeningWishes } from './opening-watch.ts';
import type { Relay } from './relay.ts';

export type RelayCheck =
  | {
      readonly ok: true;
      readonly encrypted: boolean;
      readonly verified: boolean;
      readonly authenticated: boolean;
      readonly supportsSmtpUtf8: boolean;
      /** Mechanisms that the relay offers, where no login is given. */
      readonly logins?: readonly string[];
    }
  | { readonly ok: false; readonly failure: ConnectFailure };

/** Connect, EHLO, TLS, AUTH, QUIT. Sends no MAIL FROM. Rejects with the signal's reason once that aborts. */
export async function verifyRelay(relay: Relay, wishes: OpeningWishes = {}): Promise<RelayCheck> {
  const connected = await relay.connect(wishes);
  if (!connected.ok) return connected;
  const { connection } = connected;
  const { encrypted, verified, authenticated, supportsSmtpUtf8, unusedLogins: logins } = connection;
  const cut = (): void => connection.destroy();
  wishes.signal?.addEventListener('abort', cut, { once: true });
  await connection.close();
  wishes.signal?.removeEventListener('abort', cut);
  return { ok: true, encrypted, verified, authenticated, supportsSmtpUtf8, ...(logins.length === 0 ? {} : { logins }) };
}
