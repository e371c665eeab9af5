// The composition root: configuration in, application out. Everything is opened when it is first needed,
// so that `check` opens nothing, `status` no relay, and only what works opens a queue. What only some commands
// need is loaded by them: a `status` takes three quarters of the CPU that it takes with everything loaded (2026-11).
import { openRelay, relayIdentityOf, relayLabelOf, type OpenRelay } from './app/open-relay.ts';
import { openLedger, type OpenLedger } from './app/open-ledger.ts';
import type { ServeOptions } from './app/serve-console.ts';
import type { Engine } from './app/engine.ts';
import { launchSettingsOf } from './app/launch-settings.ts';
import type * as Kits from './app/kits.ts';
import { queueSchema } from './queue/queue-name.ts';
import { keyFor } from './app/signing.ts';
import { nameStrangers } from './app/name-strangers.ts';
import type { Application } from './campaigns/application.ts';
import type { LaunchSettings } from './campaigns/context.ts';
import {
  cancelCampaign,
  changeDomainRate,
  changeRate,
  pauseCampaign,
  resendCampaign,
  resumeCampaign,
} from './campaigns/control-campaign.ts';
import { findRecipient } from './campaigns/look-at.ts';
import type { PreviewSender } from './campaigns/preview-kit.ts';
import { readSummary, summarise } from './campaigns/read-summary.ts';
import { readConfig, type Config } from './config/read-config.ts';
import { parseAddress } from './domain/address.ts';
import { CandorError } from './domain/errors.ts';
import type { OpeningWishes } from './delivery/opening-watch.ts';
import type { CompiledLetter } from './domain/kit.ts';
import { expectRegularFile } from './intake/open-file.ts';
import { fileSource } from './intake/recipient-source.ts';
import { readCampaign } from './ledger/campaigns.ts';
import { queueConnection } from './ledger/database.ts';
import { recordBackup } from './ledger/backup-record.ts';
import { aborted } from './runtime/aborted.ts';
import { createLogger, type Logger } from './runtime/logger.ts';

export interface OpenOptions {
  /** What the command needs. Parts open by themselves; for work the ledger is looked at more closely. */
  readonly needs: 'none' | 'ledger' | 'work';
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly actor: string;
  /** Who runs the program, where `actor` is a name that somebody gave. */
  readonly claimedBy?: string;
  /** Of the program; a backup says which one made it. */
  readonly version: string;
  /** Tells the person at the terminal something, one line at a time. */
  readonly say: (line: string) => void;
  /** Where log lines go; default stderr. */
  readonly log?: { write(chunk: string): void };
  /** Aborted when the person wants the command to end. */
  readonly signal?: AbortSignal;
}

/** Reads the configuration and answers the application. Throws `config-invalid`. */
export function openApplication(options: OpenOptions): Promise<Application> {
  const config = readConfig(options.env);
  for (const warning of config.warnings) options.say(warning);
  const logger = options.log === undefined ? createLogger(config.logLevel) : createLogger(config.logLevel, options.log);
  return Promise.resolve(new App(config, options, logger));
}

const importKits = (): Promise<typeof Kits> => import('./app/kits.ts');

class App implements Application {
  readonly #config: Config;
  readonly #options: OpenOptions;
  readonly #logger: Logger;
  #ledger: Promise<OpenLedger> | null = null;
  /** While this process works. */
  #engine: Engine | null = null;

  constructor(config: Config, options: OpenOptions, logger: Logger) {
    this.#config = config;
    this.#options = options;
    this.#logger = logger;
  }

  async check(request: Parameters<Application['check']>[0]): ReturnType<Application['check']> {
    const [{ kitForCheck }, { checkRecipients }] = await Promise.all([
      importKits(),
      import('./intake/check-recipients.ts'),
    ]);
    const { kit, shown } = await kitForCheck(request.kit);
    const report = await checkRecipients(fileSource(request.path), {
      audience: request.audience,
      encoding: request.encoding,
      invalidOut: request.invalidOut,
      locales: { supported: kit.locales, fallback: kit.defaultLocale },
    });
    return { ...report, kit: shown };
  }

  async plan(request: Parameters<Application['plan']>[0]): ReturnType<Application['plan']> {
    await this.#expectFitQueue();
    // The launch reads it again.
    await expectRegularFile(request.path);
    const [{ kitWithLetters }, { planLaunch }] = await Promise.all([
      importKits(),
      import('./campaigns/plan-launch.ts'),
    ]);
    const kit = await kitWithLetters(request.kit);
    return planLaunch(await this.#openToStart(), this.#launchSettings(), kit, {
      ...request,
      source: fileSource(request.path),
    });
  }

  async create(request: Parameters<Application['create']>[0]): Promise<string> {
    await this.#expectFitQueue();
    await expectRegularFile(request.path);
    const [{ kitWithLetters }, { createCampaign }] = await Promise.all([
      importKits(),
      import('./campaigns/create-campaign.ts'),
    ]);
    const kit = await kitWithLetters(request.kit);
    return createCampaign(await this.#openToStart(), this.#launchSettings(), kit, {
      ...request,
      source: fileSource(request.path),
    });
  }

  async work(campaign: string, options: Parameters<Application['work']>[1]): ReturnType<Application['work']> {
    const { database } = await this.#open();
    await this.#expectThisRelay(campaign);
    const { workOn } = await import('./app/work-on.ts');
    await this.#withEngine(
      (engine, relay) => workOn(campaign, { database, relay, engine, say: this.#options.say, ...options }),
      options.now,
    );
    // Once more, now that the wire is empty.
    return readSummary(database, campaign);
  }

  async workAll(options: Parameters<Application['workAll']>[0]): Promise<void> {
    await this.#withEngine(() => aborted(options.signal), options.now);
  }

  async serve(options: Parameters<Application['serve']>[0]): Promise<void> {
    // In the console it is the operator who acts, whoever started it.
    const ledger = await this.#open('work', false);
    // Loaded here: no other command needs a web server.
    const [{ serveConsole }, kits] = await Promise.all([import('./app/serve-console.ts'), importKits()]);
    const console = await serveConsole(ledger, this.#config, this.#logger, {
      ...this.#serveOptions(options.newPassword, kits, options.signal),
      say: this.#options.say,
    });
    try {
      await this.#withEngine(() => {
        options.onListening({
          ...console.urls,
          inbox: this.#config.relay === null ? `${console.urls.console}/inbox` : null,
        });
        return aborted(options.signal);
      }, options.now);
    } finally {
      await console.close();
    }
  }

  async status(campaign: string | null): ReturnType<Application['status']> {
    return readSummary((await this.#open()).database, campaign);
  }

  async resume(campaign: string, actor: string): ReturnType<Application['resume']> {
    await this.#expectFitQueue();
    const ledger = await this.#openToStart();
    await this.#expectThisRelay(campaign);
    return summarise(ledger.database, await resumeCampaign(ledger, campaign, actor));
  }

  async pause(campaign: string, actor: string): ReturnType<Application['pause']> {
    return pauseCampaign(await this.#open(), campaign, actor);
  }

  async cancel(campaign: string, actor: string): ReturnType<Application['cancel']> {
    return cancelCampaign(await this.#open(), campaign, actor);
  }

  async rate(campaign: string, perSecond: number, actor: string): ReturnType<Application['rate']> {
    return changeRate(await this.#open(), campaign, perSecond, actor);
  }

  async domainRate(
    campaign: string,
    domain: string,
    perSecond: number | null,
    actor: string,
  ): ReturnType<Application['domainRate']> {
    return changeDomainRate(await this.#open(), campaign, { domain, perSecond }, actor);
  }

  async resend(request: Parameters<Application['resend']>[0]): ReturnType<Application['resend']> {
    if (!request.dryRun) await this.#expectFitQueue();
    return resendCampaign(await (request.dryRun ? this.#open() : this.#openToStart()), request);
  }

  async find(address: string, actor: string): ReturnType<Application['find']> {
    return findRecipient(await this.#open(), { address, actor });
  }

  async readReturns(...[from, onEach]: Parameters<Application['readReturns']>): ReturnType<Application['readReturns']> {
    const { readReturns } = await import('./campaigns/read-returns.ts');
    for await (const read of readReturns(from)) onEach(read);
  }

  async export(request: Parameters<Application['export']>[0]): ReturnType<Application['export']> {
    const { exportCampaign } = await import('./campaigns/export-campaign.ts');
    return exportCampaign(await this.#open(), request);
  }

  async preview(request: Parameters<Application['preview']>[0]): ReturnType<Application['preview']> {
    const [{ kitWithLetters }, { writePreview }] = await Promise.all([
      importKits(),
      import('./campaigns/preview-kit.ts'),
    ]);
    const { letters, shown } = await kitWithLetters(request.kit);
    const files = await writePreview(letters, this.#previewSender(), request.out, new Date());
    if (request.to === undefined) return { files, sentTo: 0, kit: shown };
    const to = parseAddress(request.to);
    if (!to.ok) throw new CandorError('address-invalid', { why: to.message });
    return { files, kit: shown, sentTo: await this.#test(letters, to.address, this.#opening(this.#options.signal)) };
  }

  async backup(out: Parameters<Application['backup']>[0], actor: string): ReturnType<Application['backup']> {
    const [{ database, keyring }, { backup }] = await Promise.all([this.#open(), import('./ledger/archive.ts')]);
    const made = await backup(database, keyring, out, this.#options.version);
    await recordBackup(database, actor, made);
    return made;
  }

  async restore(
    ...[from, { unauthenticated }]: Parameters<Application['restore']>
  ): ReturnType<Application['restore']> {
    const { restore } = await import('./ledger/restoring.ts');
    const { database, keyring } = await this.#open('restore');
    return restore(database, keyring, from, { actor: this.#options.actor, unauthenticated });
  }

  async checkBackup(...[from, how]: Parameters<Application['checkBackup']>): ReturnType<Application['checkBackup']> {
    const { checkBackup } = await import('./ledger/archive-checking.ts');
    const { database, keyring } = await this.#open('restore');
    return checkBackup(database, keyring, from, how);
  }

  async rotateKey(...[given, actor]: Parameters<Application['rotateKey']>): ReturnType<Application['rotateKey']> {
    const { exchangeKey } = await import('./app/exchange-key.ts');
    return exchangeKey(this.#config, await this.#open(), given, actor);
  }

  async doctor(): ReturnType<Application['doctor']> {
    const { examine } = await import('./app/examine.ts');
    return examine(this.#config, () => this.#open(), this.#logger, this.#opening(this.#options.signal));
  }

  async kits(): ReturnType<Application['kits']> {
    const { installedKits } = await importKits();
    return (await installedKits()).map((kit) => ({ path: `templates/${kit.id}`, title: kit.title }));
  }

  async close(): Promise<void> {
    const ledger = await this.#ledger?.catch(() => null);
    await ledger?.close();
  }

  #open(
    purpose: 'look' | 'work' | 'restore' = this.#options.needs === 'work' ? 'work' : 'look',
    claims = true,
  ): Promise<OpenLedger> {
    const { actor, claimedBy, say } = this.#options;
    const claim = claimedBy === undefined || !claims ? undefined : { actor, systemUser: claimedBy };
    return (this.#ledger ??= openLedger(this.#config, this.#logger, say, purpose, claim));
  }

  /** Who asks for letters is told first where this process found that the ledger went back. Throws `ledger-went-back`. */
  async #openToStart(): Promise<OpenLedger> {
    const ledger = await this.#open();
    const at = ledger.witness.lost();
    if (at !== null) throw new CandorError('ledger-went-back', { at });
    return ledger;
  }

  /** Whatever starts letters asks first: a campaign that no worker can take up would only be found later. */
  async #expectFitQueue(): Promise<void> {
    const { url } = this.#config.queue;
    // Loaded here: most commands need no queue.
    if (url !== null) await (await import('./queue/redis-check.ts')).expectFitRedis(url);
  }

  /** What the console needs of the rest of the program. */
  #serveOptions(newPassword: boolean, kits: typeof Kits, signal: AbortSignal): ServeOptions {
    const settings = this.#launchSettings();
    const { actor, claimedBy } = this.#options;
    return {
      newPassword,
      startedBy: { actor, systemUser: claimedBy ?? null },
      settings,
      expectFitQueue: () => this.#expectFitQueue(),
      connections: () => this.#engine?.connections() ?? null,
      kits: { list: kits.installedKits, load: async (id) => (await kits.installedKit(id)).kit },
      shelf: { load: kits.installedKit },
      letters: { sender: this.#previewSender(), deliver: (letters, to) => this.#test(letters, to, { signal }) },
    };
  }

  /** Who opens a session for a person tells them what it waits for. */
  #opening(signal: AbortSignal | undefined): OpeningWishes {
    return { onWaiting: this.#options.say, ...(signal === undefined ? {} : { signal }) };
  }

  /** Hands test letters to the relay; answers how many it took. */
  async #test(letters: readonly CompiledLetter[], to: string, wishes: OpeningWishes): Promise<number> {
    const { sendTestLetters } = await import('./app/send-test-letters.ts');
    const opened = await openRelay(this.#config, { ...(await this.#open()), logger: this.#logger });
    try {
      return await sendTestLetters(
        opened.relay,
        letters,
        this.#previewSender(),
        this.#config.mail.from.address,
        to,
        wishes,
      );
    } finally {
      await opened.close();
    }
  }

  /** Previews and test letters are what the sending path makes, signature included. */
  #previewSender(): PreviewSender {
    const { mailFrom: from, replyTo, autoSubmitted, signingKey } = this.#launchSettings();
    return { from, replyTo, autoSubmitted, signingKey };
  }

  #launchSettings(): LaunchSettings {
    return launchSettingsOf(this.#config, this.#logger);
  }

  /** A campaign goes on only through the relay that it was launched with (promise 9), and signed as it was. */
  async #expectThisRelay(id: string): Promise<void> {
    const campaign = await readCampaign((await this.#open()).database, id);
    if (campaign.relayIdentity !== relayIdentityOf(this.#config, this.#logger)) {
      throw new CandorError('relay-mismatch', {
        campaign: id,
        launched: campaign.relayLabel,
        here: relayLabelOf(this.#config),
      });
    }
    keyFor(campaign, this.#config.mail.signingKey);
  }

  async #withEngine<Result>(
    work: (engine: Engine, relay: OpenRelay['relay']) => Promise<Result>,
    now: AbortSignal | undefined,
  ): Promise<Result> {
    const ledger = await this.#open();
    const config = this.#config;
    // Loaded here: BullMQ and ioredis take 30 MB and a third of a second, and only work needs a queue.
    const [{ startEngine }, { checkRedis }] = await Promise.all([
      import('./app/engine.ts'),
      import('./queue/redis-check.ts'),
    ]);
    if (config.queue.url !== null) {
      for (const warning of await checkRedis(config.queue.url))
        this.#logger.info({ help: warning.help }, warning.message);
    }
    const opened = await openRelay(config, { ...ledger, logger: this.#logger });
    const relayIdentity = relayIdentityOf(config, this.#logger);
    try {
      const engine = await startEngine(
        { ...ledger, relay: opened.relay, relayIdentity, logger: this.#logger },
        {
          connections: config.relay?.connections ?? null,
          sliceSize: config.queue.sliceSize,
          recoveryMs: config.recoveryMs,
          refusalLimit: config.refusalLimit,
          alertWebhook: config.alertWebhook,
          signingKey: config.mail.signingKey,
          queueBackend:
            config.queue.url === null
              ? { kind: 'postgres', connection: queueConnection(ledger.connection), schema: queueSchema }
              : { kind: 'redis', url: config.queue.url },
        },
      );
      this.#engine = engine;
      try {
        await nameStrangers(ledger.database, { relayIdentity, here: relayLabelOf(config) }, this.#options.say);
        return await work(engine, opened.relay);
      } finally {
        this.#engine = null;
        await engine.stop(now);
      }
    } finally {
      await opened.close();
    }
  }
}
