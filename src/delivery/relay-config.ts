// What is needed to talk to one relay. Read from the environment by config/, handed over by app.ts.

/**
 * How TLS is used (SMTP_TLS).
 * - `required`: TLS with a certificate that Node's list of authorities (plus `ca`) vouches for, or no session.
 * - `opportunistic`: STARTTLS if it is offered. The certificate is not checked, because who can forge
 *   it can also strip the offer; but a password goes to a relay beyond loopback only over TLS with a
 *   checked certificate, in this mode too.
 * - `off`: no STARTTLS. A person has said so; a password then goes in the clear.
 */
export const tlsPolicies = ['required', 'opportunistic', 'off'] as const;
export type TlsPolicy = (typeof tlsPolicies)[number];

/** Mechanisms of a login that are known here (SMTP_AUTH). */
export const loginMechanisms = ['PLAIN', 'LOGIN', 'CRAM-MD5'] as const;
export type LoginMechanism = (typeof loginMechanisms)[number];

export interface RelayConfig {
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte (`smtps`). With `tls: 'off'` the certificate is still checked. */
  readonly secure: boolean;
  readonly user?: string;
  readonly password?: string;
  readonly tls: TlsPolicy;
  /** Certificate authorities in PEM, trusted besides Node's own list. */
  readonly ca?: string;
  /** How long the relay may take for one reply. RFC 5321 asks for 5 minutes, 10 after the body. */
  readonly replyTimeoutMs: number;
  /** For the lookup, the connection and the TLS handshake, each. Default 8 s: a lost SYN is sent again after 1, 3 and 7 s. */
  readonly connectTimeoutMs?: number;
  /** The only mechanism to log in with. Default: what the relay offers, in the order above. */
  readonly auth?: LoginMechanism;
  /** The name in EHLO (SMTP_NAME). Default: the host name if it is fully qualified, else the address literal. */
  readonly name?: string;
}
