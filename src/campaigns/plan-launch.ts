// What a launch would do, told before it is done. Reads the file and the kit, stores nothing.
import type { Kit } from '../domain/kit.ts';
import { checkRecipients } from '../intake/check-recipients.ts';
import { startMoment } from '../ledger/campaigns.ts';
import { readPace } from '../ledger/pace.ts';
import type { LaunchPlan, LaunchRequest } from './application.ts';
import { checkSender } from './create-campaign.ts';
import type { LaunchSettings, LedgerContext } from './context.ts';

/** The plan of a launch. Throws what the launch itself would throw for the sender or the file. */
export async function planLaunch(
  context: LedgerContext,
  settings: LaunchSettings,
  kit: Kit,
  request: Omit<LaunchRequest, 'confirmation' | 'actor' | 'again'>,
): Promise<LaunchPlan> {
  await checkSender(context, settings, kit, request);
  const report = await checkRecipients(request.source, {
    audience: request.audience,
    encoding: request.encoding,
    mapping: request.mapping,
    locales: { supported: kit.locales, fallback: kit.defaultLocale },
  });
  const pace = await readPace(context.database, settings.relayIdentity);
  return {
    report,
    kit: kit.id,
    rehearsal: settings.rehearsal,
    relay: settings.relayLabel,
    from: settings.mailFrom,
    ratePerSecond: request.ratePerSecond ?? settings.ratePerSecond ?? pace.limitPerSecond,
    missingCategories: report.missingCategories,
    first: request.first ?? null,
    startAt: request.start === undefined ? null : await startMoment(context.database, request.start),
  };
}
