// The relay of this process: the one of SMTP_URL, or the built-in inbox, which is a relay like any other.
import type { Config } from '../config/read-config.ts';
import { createRelay, type Relay } from '../delivery/relay.ts';
import type { Database } from '../ledger/database.ts';
import type { Keyring } from '../ledger/keyring.ts';
import type { Logger } from '../runtime/logger.ts';

export interface OpenRelay {
  readonly relay: Relay;
  close(): Promise<void>;
}

/** What identifies the relay of a rehearsal, in every process and on every port. */
export const inboxIdentity = 'inbox';

/** What a launch freezes of the relay; the same for every process with the same SMTP_URL. */
export function relayIdentityOf(config: Config, logger: Logger): string {
  return config.relay === null ? inboxIdentity : createRelay(config.relay, logger).identity;
}

/** What people call the relay: no user name, which is often an address. */
export function relayLabelOf(config: Config): string {
  if (config.relay === null) return inboxIdentity;
  const { host, port } = config.relay;
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** Opens the relay; a rehearsal starts an inbox of this process, whose letters all go into the ledger, sealed. */
export async function openRelay(
  config: Config,
  parts: { database: Database; keyring: Keyring; logger: Logger },
): Promise<OpenRelay> {
  const { logger } = parts;
  if (config.relay !== null) return { relay: createRelay(config.relay, logger), close: () => Promise.resolve() };
  // Loaded here: an SMTP server, which only a rehearsal needs.
  const [{ startInbox }, { createInboxStore }] = await Promise.all([
    import('../embedded/inbox.ts'),
    import('../ledger/inbox-letters.ts'),
  ]);
  const inbox = await startInbox({
    port: config.web.inboxPort,
    store: createInboxStore(parts.database, parts.keyring),
    logger,
  });
  const relay = createRelay(
    { host: inbox.host, port: inbox.port, secure: false, tls: 'off', replyTimeoutMs: 60_000 },
    logger,
  );
  return { relay, close: () => inbox.close() };
}
