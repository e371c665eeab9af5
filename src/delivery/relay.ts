// The relay: where letters are handed over. Everything that Candor says to an SMTP server is in this
// folder; what the answers mean is domain/classify.ts.
import { X509Certificate } from 'node:crypto';
import os from 'node:os';
import tls from 'node:tls';
import type { ConnectFailure } from '../domain/delivery-result.ts';
import { describeFailure } from '../domain/describe-failure.ts';
import { CandorError } from '../domain/errors.ts';
import { scrubReply } from '../domain/scrub.ts';
import { systemClock, type Clock } from '../runtime/clock.ts';
import type { Logger } from '../runtime/logger.ts';
import { OpenConnection, type RelayConnection } from './connection.ts';
import type { OpeningWishes } from './opening-watch.ts';
import type { RelayConfig } from './relay-config.ts';
import { openSession } from './session.ts';

export type Connected =
  | { readonly ok: true; readonly connection: RelayConnection }
  | { readonly ok: false; readonly failure: ConnectFailure };

export interface Relay {
  /** `host:port`, with `user@` before it when there is a login. Frozen at launch and compared; never holds the password. */
  readonly identity: string;
  /**
   * Opens one session. Never throws for what the network or the relay does; rejects with the signal's reason once that
   * aborts. Without `onWaiting` the log says what is waited for.
   */
  connect(wishes?: OpeningWishes): Promise<Connected>;
}

/** Of waiting, the log says so much. */
const loggedEveryMs = 60_000;

/**
 * A relay. Nothing is opened yet.
 *
 * Throws `relay-ca-invalid` when `ca` is not a certificate in PEM.
 */
export function createRelay(config: RelayConfig, logger: Logger, clock: Clock = systemClock): Relay {
  const trusted = trust(config.ca);
  const name = config.name ?? qualifiedHostName();
  if (name !== null && !/^[\w.:[\]-]+$/.test(name)) throw new TypeError('the EHLO name is not a host name');
  const host = config.host.includes(':') ? `[${config.host}]` : config.host;
  const identity = `${config.user === undefined ? '' : `${encodeURIComponent(config.user)}@`}${host}:${config.port}`;
  let slowestGreetingMs: number | null = null;
  let loggedAtMs = -Infinity;
  const logWaiting = (sentence: string): void => {
    // Many connections wait for the same thing.
    if (clock.monotonicMs() - loggedAtMs < loggedEveryMs) return;
    loggedAtMs = clock.monotonicMs();
    logger.info({ relay: identity }, sentence);
  };
  return {
    identity,
    async connect(wishes = {}) {
      const opened = await openSession(
        config,
        { trusted, name, slowestGreetingMs },
        { onWaiting: logWaiting, ...wishes },
      );
      if (opened.ok) slowestGreetingMs = Math.max(slowestGreetingMs ?? 0, opened.session.greetedAfterMs);
      else if (!['connect', 'greeting'].includes(opened.failure.stage)) slowestGreetingMs ??= 0;
      if (!opened.ok) {
        logger.debug(
          {
            relay: identity,
            stage: opened.failure.stage,
            loss: opened.failure.loss,
            code: opened.failure.reply?.code,
            why: describeFailure(opened.failure),
          },
          'relay session not opened',
        );
        return opened;
      }
      logger.debug(
        {
          relay: identity,
          encrypted: opened.session.encrypted,
          verified: opened.session.verified,
          greeting: scrubReply(opened.session.greeting.text),
          logins: opened.session.offers.auth,
        },
        'relay session opened',
      );
      return { ok: true, connection: new OpenConnection(opened.session, clock) };
    },
  };
}

/**
 * Node's own list of authorities and, besides it, `ca`, which is checked at once. Made when a session first asks for
 * TLS: reading 150 certificates takes 50 ms, and many a command only needs the relay's name.
 */
function trust(ca: string | undefined): () => tls.SecureContext {
  const added = ca === undefined ? null : certificatesIn(ca);
  let context: tls.SecureContext | null = null;
  return () => (context ??= tls.createSecureContext(added === null ? {} : { ca: [...tls.rootCertificates, ...added] }));
}

/** createSecureContext ignores what it can't read, and the first connection would fail with another name. */
function certificatesIn(pem: string): string[] {
  try {
    const certificates = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
    if (certificates.length === 0) throw new TypeError('no certificate');
    certificates.forEach((certificate) => new X509Certificate(certificate));
    return certificates;
  } catch (cause) {
    throw new CandorError('relay-ca-invalid', {}, { cause });
  }
}

/** The host's own name, where a relay elsewhere can make something of it. */
export function qualifiedHostName(name: string = os.hostname()): string | null {
  const proper =
    name.length <= 253 &&
    /^[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?(?:\.[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?)+$/i.test(name) &&
    !/\.\d+$/.test(name);
  return proper && !/(?:^localhost\.|\.(?:local|localdomain|localhost|internal|lan|home|arpa|invalid)$)/i.test(name)
    ? name.toLowerCase()
    : null;
}
