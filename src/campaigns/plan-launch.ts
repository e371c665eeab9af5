// What a launch would do, told before it is done. Reads the file and the kit, stores nothing.
import type { LeftOut } from '../domain/left-out.ts';
import type { RecipientRow } from '../domain/recipient-row.ts';
import { checkRecipients } from '../intake/check-recipients.ts';
import { readRecipientFile, type ReadOptions, type RecipientFile } from '../intake/read-recipient-file.ts';
import { startMoment } from '../ledger/campaigns.ts';
import { stageHashes } from '../ledger/importing.ts';
import { incidentHash } from '../ledger/key-store.ts';
import { readPace } from '../ledger/pace.ts';
import { countTold, readExcepted } from '../ledger/suppressing.ts';
import { shownKit } from '../rendering/shown-kit.ts';
import type { LaunchPlan, LaunchRequest } from './application.ts';
import { checkSender, type KitToLaunch } from './create-campaign.ts';
import type { LaunchSettings, LedgerContext } from './context.ts';

/** The plan of a launch. Throws what the launch itself would throw for the sender or the file. */
export async function planLaunch(
  context: LedgerContext,
  settings: LaunchSettings,
  { kit, path, letters }: KitToLaunch,
  request: Omit<LaunchRequest, 'confirmation' | 'actor' | 'again'>,
): Promise<LaunchPlan> {
  await checkSender(context, settings, kit, request);
  const reading: ReadOptions = {
    audience: request.audience,
    encoding: request.encoding,
    mapping: request.mapping,
    locales: { supported: kit.locales, fallback: kit.defaultLocale },
  };
  const report = await checkRecipients(request.source, reading);
  const pace = await readPace(context.database, settings.relayIdentity);
  return {
    report,
    kit: shownKit(kit, path, letters),
    except: await planExcept(context, { rehearsal: settings.rehearsal, incident: kit.id }, request, reading),
    rehearsal: settings.rehearsal,
    relay: settings.relayLabel,
    from: settings.mailFrom,
    ratePerSecond: request.ratePerSecond ?? settings.ratePerSecond ?? pace.limitPerSecond,
    missingCategories: report.missingCategories,
    first: request.first ?? null,
    startAt: request.start === undefined ? null : await startMoment(context.database, request.start),
  };
}

/**
 * Whom a launch with these campaigns to except would leave out, and whom not; null when none is named. Reads the file
 * once more, into a temporary table that is gone with its transaction. Throws `campaign-unknown`, `record-changed`.
 */
export async function planExcept(
  { database, keyring }: LedgerContext,
  { rehearsal, incident }: { rehearsal: boolean; incident: string },
  { source, except }: Pick<LaunchRequest, 'source' | 'except'>,
  reading: ReadOptions,
): Promise<LeftOut | null> {
  if (except === undefined || except.length === 0) return null;
  return database.transaction(
    async (tx) => {
      const told = await readExcepted(tx, except);
      const hash = await incidentHash(tx, keyring, incident);
      const file = readRecipientFile(source.open(), reading);
      try {
        await stageHashes(tx, hash, recipientsOf(file));
      } finally {
        await file.close();
      }
      return countTold(tx, keyring, told, { rehearsal, incident, hash });
    },
    { patient: true },
  );
}

async function* recipientsOf(file: RecipientFile): AsyncGenerator<readonly RecipientRow[], void> {
  for await (const { recipients } of file) yield recipients;
}
