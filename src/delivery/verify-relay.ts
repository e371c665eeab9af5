// Tries the relay without a letter: for `doctor`, and before a launch.
import type { ConnectFailure } from '../domain/delivery-result.ts';
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

/** Connect, EHLO, TLS, AUTH, QUIT. Sends no MAIL FROM. */
export async function verifyRelay(relay: Relay): Promise<RelayCheck> {
  const connected = await relay.connect();
  if (!connected.ok) return connected;
  const { encrypted, verified, authenticated, supportsSmtpUtf8, unusedLogins: logins } = connected.connection;
  await connected.connection.close();
  return { ok: true, encrypted, verified, authenticated, supportsSmtpUtf8, ...(logins.length === 0 ? {} : { logins }) };
}
