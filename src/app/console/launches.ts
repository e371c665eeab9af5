// Launches from the console: the import of a large file takes half a minute, so it goes on in the background of
// the serving process. Promises: of two launches of one upload exactly one becomes a campaign (the upload's row
// decides, inside the transaction), and a process that dies leaves the upload as it was.
import type { LaunchSettings, LedgerContext } from '../../campaigns/context.ts';
import { checkSender, createCampaign } from '../../campaigns/create-campaign.ts';
import { planExcept } from '../../campaigns/plan-launch.ts';
import { hasReport, openReport } from '../../campaigns/upload-report.ts';
import { uploadSource } from '../../campaigns/upload-source.ts';
import { CandorError } from '../../domain/errors.ts';
import type { Kit } from '../../domain/kit.ts';
import type { ReadOptions } from '../../intake/read-recipient-file.ts';
import { expectShownKit } from '../../kits/seen-kits.ts';
import { readPace } from '../../ledger/pace.ts';
import { claimUpload, findUpload, sweepUploads, type Upload } from '../../ledger/uploads.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { Launching, LaunchPort } from '../../web/ports/letters.ts';
import type { CompiledShelf } from './letters.ts';

export interface RunningLaunches extends LaunchPort {
  /** Waits for the imports that are under way. */
  close(): Promise<void>;
}

export function openLaunchPort(
  ledger: LedgerContext,
  shelf: CompiledShelf,
  settings: LaunchSettings,
  logger: Logger,
  expectFitQueue: () => Promise<void> = () => Promise.resolve(),
): RunningLaunches {
  const { database } = ledger;
  const launches = new Map<string, Launching>();
  /** Of this process: what was read of such an upload before may be out of date. */
  const finished = new Set<string>();
  const working = new Set<Promise<void>>();

  return {
    async terms() {
      const pace = await readPace(database, settings.relayIdentity);
      return {
        rehearsal: settings.rehearsal,
        relay: settings.relayLabel,
        from: settings.mailFrom,
        ratePerSecond: settings.ratePerSecond ?? pace.limitPerSecond,
        rateRequired: !settings.rehearsal && !settings.loopback,
        problem: await expectFitQueue().then(
          () => null,
          (error: unknown) => {
            if (!(error instanceof CandorError)) throw error;
            return { code: error.code, message: error.message, help: error.help };
          },
        ),
      };
    },
    launching: (id) => launches.get(id) ?? null,
    async leftOut({ id }, except) {
      const upload = await findUpload(database, id);
      if (upload === null || upload.state !== 'read') throw new CandorError('upload-unknown');
      const { kit } = await shelf.load(upload.kit);
      const source = uploadSource(ledger, upload);
      const told = await planExcept(
        ledger,
        { rehearsal: settings.rehearsal, incident: kit.id },
        { source, except: [except] },
        readingOf(upload, kit),
      );
      if (told === null) throw new Error('a campaign was named and none was counted');
      return told;
    },
    async launch({ id }, { version, kitDigest, notices, ratePerSecond, first, startAt, except, again, operator }) {
      const upload = await findUpload(database, id);
      if (upload === null) throw new CandorError('upload-unknown');
      if (upload.state === 'launched' || launches.get(id)?.problem === null) throw new CandorError('upload-launched');
      if (upload.state !== 'read' || upload.version !== version || upload.sha256 === null)
        throw new CandorError('upload-changed');
      const { sha256 } = upload;
      const kit = await shelf.load(upload.kit);
      const report = hasReport(upload) ? openReport(ledger.keyring, upload) : null;
      const account = report?.kind === 'account' ? report.account : null;
      const shown = kitDigest ?? account?.kit?.digest;
      // The account of an older version does not know its kit: then a person has to say which one they saw.
      if (shown === undefined || account === null) throw new CandorError('upload-changed');
      expectShownKit(kit.kit, shown);
      const rate = ratePerSecond === null ? {} : { ratePerSecond };
      // What can be refused at once is refused at once.
      await expectFitQueue();
      await checkSender(ledger, settings, kit.kit, rate);
      // Somebody may have launched it while this was looked at, and be through with it: who comes second must not think
      // that it went by their terms.
      if (finished.has(id) || launches.get(id)?.problem === null) throw new CandorError('upload-launched');
      launches.set(id, { by: operator.name, problem: null });
      const work = createCampaign(ledger, settings, kit, {
        source: uploadSource(ledger, upload),
        mapping: upload.mapping,
        ...(upload.encoding === null ? {} : { encoding: upload.encoding }),
        ...(upload.audience === null ? {} : { audience: upload.audience }),
        actor: operator.name,
        again,
        ...rate,
        ...(except === null ? {} : { except: [except] }),
        ...(first === null ? {} : { first }),
        ...(startAt === null ? {} : { start: startAt }),
        confirmation: { kind: 'attended', notices, sha256, kitDigest: shown, locales: account.locales },
        onDraft: async (tx, campaignNo) => {
          if (!(await claimUpload(tx, upload.uploadNo, version, campaignNo))) throw new CandorError('upload-launched');
        },
      })
        .then(async () => {
          finished.add(id);
          launches.delete(id);
          await sweepUploads(database);
        })
        .catch((error: unknown) => {
          if (!(error instanceof CandorError)) logger.error({ err: error, upload: id }, 'a launch failed');
          const { code, message, help } =
            error instanceof CandorError
              ? error
              : {
                  code: 'unexpected',
                  message: 'Something unexpected went wrong. Nothing was launched.',
                  help: 'Try again; the log has the details.',
                };
          launches.set(id, { by: operator.name, problem: { code, message, help } });
        })
        .finally(() => working.delete(work));
      working.add(work);
    },
    async close() {
      await Promise.race([Promise.allSettled(working), new Promise((resolve) => setTimeout(resolve, 1_000).unref())]);
    },
  };
}

function readingOf(upload: Upload, kit: Kit): ReadOptions {
  return {
    ...(upload.audience === null ? {} : { audience: upload.audience }),
    ...(upload.encoding === null ? {} : { encoding: upload.encoding }),
    mapping: upload.mapping,
    locales: { supported: kit.locales, fallback: kit.defaultLocale },
  };
}
