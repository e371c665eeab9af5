// Gives the web pages what they show: the ledger's account and the inbox's letters.
import type { Config } from '../config/read-config.ts';
import { parseLetter, parseLetterHead } from '../embedded/inbox-letter.ts';
import { recordEvent } from '../ledger/events.ts';
import { createInboxStore } from '../ledger/inbox-letters.ts';
import { systemClock } from '../runtime/clock.ts';
import type { Logger } from '../runtime/logger.ts';
import type { InboxPort } from '../web/ports.ts';
import type { MetricsPort } from '../web/ports/metrics.ts';
import { proxyWarning } from '../web/behind-proxy.ts';
import { createServer } from '../web/server.ts';
import { openAccess } from './console/access.ts';
import { openStatusPort } from './console/status.ts';
import { openUploadsPort, type KitShelf } from './console/uploads.ts';
import type { LaunchSettings } from '../campaigns/context.ts';
import { openLaunchPort } from './console/launches.ts';
import { openLooksPort } from './console/looks.ts';
import { openMetricsPort } from './console/metrics.ts';
import { openLettersPort, type CompiledShelf, type LettersOptions } from './console/letters.ts';
import { openNoticesPort } from './console/notices.ts';
import { openReadiness } from './console/readiness.ts';
import { openWatchPort } from './console/watch.ts';
import type { OpenLedger } from './open-ledger.ts';

export interface ServedConsole {
  readonly urls: { readonly console: string; readonly signIn: string };
  close(): Promise<void>;
}

export interface ServeOptions {
  /** Print a link for a new password even where operators exist. */
  readonly newPassword: boolean;
  /** Who started the console; `systemUser` where the name was only given. */
  readonly startedBy: { readonly actor: string; readonly systemUser: string | null };
  readonly kits: KitShelf;
  readonly shelf: CompiledShelf;
  readonly settings: LaunchSettings;
  /** Throws what makes the queue unfit until a person changes it. */
  readonly expectFitQueue: () => Promise<void>;
  readonly letters: LettersOptions;
  readonly connections: MetricsPort['connections'];
}

/** Starts the console. `say` tells the person at the terminal when the link was used. */
export async function serveConsole(
  ledger: OpenLedger,
  config: Config,
  logger: Logger,
  options: ServeOptions & { say: (line: string) => void },
): Promise<ServedConsole> {
  const uploads = openUploadsPort(ledger, options.kits, logger);
  const watch = openWatchPort(
    ledger,
    { identity: options.settings.relayIdentity, label: options.settings.relayLabel },
    logger,
  );
  const notices = openNoticesPort(ledger, {
    identity: options.settings.relayIdentity,
    label: options.settings.relayLabel,
  });
  const launches = openLaunchPort(ledger, options.shelf, options.settings, logger, options.expectFitQueue);
  const server = createServer(
    {
      access: openAccess(ledger.database),
      uploads,
      launches,
      watch,
      notices,
      looks: openLooksPort(ledger),
      letters: openLettersPort(ledger, options.shelf, options.letters),
      status: openStatusPort(ledger),
      metrics: openMetricsPort(ledger.database, options.connections),
      inbox: config.relay === null ? inboxOf(ledger) : null,
      ready: openReadiness(ledger.database, options.expectFitQueue),
    },
    {
      host: config.web.host,
      port: config.web.port,
      publicUrl: config.web.publicUrl,
      trustProxy: config.web.trustProxy,
      logger,
      clock: systemClock,
      newPassword: options.newPassword,
      onLinkMade: () =>
        recordEvent(ledger.database, {
          campaignNo: null,
          actor: options.startedBy.actor,
          kind: 'sign-in-link-made',
          data:
            options.startedBy.systemUser === null ? {} : { claimed: true, systemUser: options.startedBy.systemUser },
        }),
      onLinkUsed: () =>
        options.say('The link was used: a password is set. If it was not you, run `candor serve --new-password`.'),
    },
  );
  const warning = proxyWarning(config.web);
  if (warning !== null) logger.warn(warning);
  const { url, signInUrl } = await server.listen();
  return {
    urls: { console: url, signIn: signInUrl },
    close: async () => {
      await server.close();
      watch.close();
      await launches.close();
      await uploads.close();
    },
  };
}

function inboxOf({ database, keyring }: OpenLedger): InboxPort {
  const store = createInboxStore(database, keyring);
  return {
    count: () => store.count(),
    list: async ({ before, limit }) => {
      const letters = await store.list({ limit, ...(before === undefined ? {} : { beforeId: before }) });
      return Promise.all(
        letters.map(async ({ letterId, receivedAt, header }) => {
          const { from, to, subject } = await parseLetterHead(header);
          return { id: letterId, receivedAt, from, to, subject };
        }),
      );
    },
    get: async (id) => {
      const stored = await store.get(id);
      if (stored === null) return null;
      const { from, to, subject, date, html, text, source } = await parseLetter(stored.raw);
      return {
        id: stored.letterId,
        receivedAt: stored.receivedAt,
        noticeToken: stored.noticeToken,
        from,
        to,
        subject,
        date,
        html,
        text,
        source,
      };
    },
  };
}
