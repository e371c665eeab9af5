// From a file and a kit to a campaign that runs: import, freeze and launch in one transaction, so that
// all of it stands or nothing does. A kill on any line leaves the ledger as it was.
import { createHash, randomBytes } from 'node:crypto';
import { CandorError } from '../domain/errors.ts';
import { warningsToShow } from '../domain/file-warnings.ts';
import { campaignIdFrom, type CampaignNo } from '../domain/ids.ts';
import { shownKit } from '../rendering/shown-kit.ts';
import type { CompiledLetter, Kit } from '../domain/kit.ts';
import type { LaunchRecord } from '../domain/launch-record.ts';
import type { LeftOut } from '../domain/left-out.ts';
import type { RecipientRow } from '../domain/recipient-row.ts';
import { signatureNameOf } from '../domain/signing-key.ts';
import { createMergeAccount, type MergeAccount } from '../intake/merge-account.ts';
import { readRecipientFile, type RecipientFile } from '../intake/read-recipient-file.ts';
import type { RecipientSource } from '../intake/recipient-source.ts';
import { isOfficialDomain } from '../kits/official-domain.ts';
import { expectShownKit } from '../kits/seen-kits.ts';
import {
  createDraft,
  findSameFile,
  finishImport,
  isPast,
  moveCampaign,
  setDeparture,
  startMoment,
} from '../ledger/campaigns.ts';
import { freezeLetters } from '../ledger/bound-terms.ts';
import type { Transaction } from '../ledger/database.ts';
import { setDomainLimits } from '../ledger/domain-pace.ts';
import { recordEvent } from '../ledger/events.ts';
import { mergeRows, stageRows, type ImportedAccount } from '../ledger/importing.ts';
import { readPace, setLimit } from '../ledger/pace.ts';
import { leaveOutTold, readExcepted } from '../ledger/suppressing.ts';
import { keepHeapSmall } from '../runtime/heap.ts';
import type { LaunchRequest } from './application.ts';
import type { LaunchSettings, LedgerContext } from './context.ts';

/** A kit with its letters, and the folder that it was read from. */
export interface KitToLaunch {
  readonly kit: Kit;
  readonly letters: readonly CompiledLetter[];
  readonly path: string;
}

/**
 * Makes and launches a campaign; answers its id. Before anything is stored it throws `rate-required`,
 * `sender-not-official`, `kit-changed`, `campaign-exists`, `campaign-finished`, `expect-mismatch`, `file-changed`, `start-past`,
 * `nothing-to-tell`, or what is wrong with the file.
 */
export async function createCampaign(
  context: LedgerContext,
  settings: LaunchSettings,
  kit: KitToLaunch,
  request: LaunchRequest,
): Promise<string> {
  keepHeapSmall();
  if (request.confirmation.kind === 'attended') expectShownKit(kit.kit, request.confirmation.kitDigest);
  await checkSender(context, settings, kit.kit, request);
  if (request.start instanceof Date && (await isPast(context.database, request.start)))
    throw new CandorError('start-past', { start: request.start.toISOString() });
  const sha256 = await digestOf(request.source);
  return context.database.transaction(
    async (tx) => {
      await refuseTwice(tx, settings, kit.kit, sha256, request.again);
      const told = await readExcepted(tx, request.except);
      const id = campaignIdFrom(randomBytes(8));
      const campaignNo = await createDraft(tx, context.keyring, {
        id,
        fileSha256: sha256,
        terms: termsOf(settings, kit.kit),
        actor: request.actor,
      });
      await request.onDraft?.(tx, campaignNo);
      await freezeLetters(tx, context.keyring, campaignNo, kit.letters);
      const leaveOut = (): Promise<LeftOut> =>
        leaveOutTold(tx, context.keyring, campaignNo, told, {
          actor: request.actor,
          rehearsal: settings.rehearsal,
          incident: kit.kit.id,
        });
      await importFile(tx, context, campaignNo, kit, request, {
        sha256,
        leaveOut: told.length === 0 ? null : leaveOut,
      });
      await setDeparture(tx, campaignNo, {
        first: request.first ?? null,
        startAt: request.start === undefined ? null : await startMoment(tx, request.start),
      });
      await setLimit(tx, context.keyring, settings.relayIdentity, request.ratePerSecond ?? settings.ratePerSecond);
      if (settings.domainLimits !== null)
        await setDomainLimits(tx, context.keyring, settings.relayIdentity, settings.domainLimits);
      if (request.start === undefined)
        await moveCampaign(tx, campaignNo, ['ready'], { to: 'running', actor: request.actor, reason: null });
      return id;
    },
    { patient: true },
  );
}

/** Over a relay that is not on this machine: the rate is stated, and the sender is one the kit calls official. */
export async function checkSender(
  context: LedgerContext,
  settings: LaunchSettings,
  kit: Kit,
  request: Pick<LaunchRequest, 'ratePerSecond'>,
): Promise<void> {
  if (settings.rehearsal || settings.loopback) return;
  const stated =
    request.ratePerSecond ??
    settings.ratePerSecond ??
    (await readPace(context.database, settings.relayIdentity)).limitPerSecond;
  if (stated === null) throw new CandorError('rate-required');
  const domain = settings.mailFromAddress.slice(settings.mailFromAddress.lastIndexOf('@') + 1);
  if (!isOfficialDomain(domain, kit.officialDomains)) {
    throw new CandorError('sender-not-official', { domain, official: kit.officialDomains.join(', ') });
  }
}

/** One launch at a time for a file and a kit; then the answer stands, because rehearsals do not count. */
async function refuseTwice(
  tx: Transaction,
  settings: LaunchSettings,
  kit: Kit,
  sha256: string,
  again: boolean,
): Promise<void> {
  if (settings.rehearsal) return;
  await tx.query({
    text: `select pg_advisory_xact_lock(hashtextextended('candor-file:' || $1, 0))`,
    values: [`${sha256}/${kit.id}`],
  });
  const [latest, ...earlier] = await findSameFile(tx, sha256, kit.id);
  const unfinished = [latest, ...earlier].find(
    (campaign) => campaign !== undefined && !['finished', 'cancelled'].includes(campaign.state),
  );
  if (unfinished) throw new CandorError('campaign-exists', { campaign: unfinished.id, state: unfinished.state });
  if (latest && !again) throw new CandorError('campaign-finished', { campaign: latest.id, state: latest.state });
}

async function importFile(
  tx: Transaction,
  context: LedgerContext,
  campaignNo: CampaignNo,
  { kit, letters, path }: KitToLaunch,
  request: LaunchRequest,
  { sha256, leaveOut }: { sha256: string; leaveOut: (() => Promise<LeftOut>) | null },
): Promise<void> {
  const file = readRecipientFile(request.source.open(), {
    audience: request.audience,
    encoding: request.encoding,
    mapping: request.mapping,
    locales: { supported: kit.locales, fallback: kit.defaultLocale },
  });
  const merge = createMergeAccount();
  const keepNames = letters.some((letter) => letter.printsName);
  const staged = await stageRows(tx, context.keyring, campaignNo, rowsOf(file, merge), { keepNames });
  const report = file.report();
  if (report.sha256 !== sha256) throw new CandorError('file-changed');
  const account = await mergeRows(tx, context.keyring, campaignNo, staged);
  refuseDisagreement(account, merge);
  if (account.notices === 0) throw new CandorError('nothing-to-tell', { rows: report.rows });
  confirm(request, account, sha256);
  const except = leaveOut === null ? null : await leaveOut();
  const { columnNumbers, ignoredColumns, missingCategories, encoding, delimiter } = report;
  const warnings = warningsToShow(report);
  const { findings: kitFindings } = shownKit(kit, path, letters);
  const launch: LaunchRecord = {
    kitPath: path,
    ...(kitFindings === undefined ? {} : { kitFindings }),
    warnings,
    except,
  };
  await finishImport(
    tx,
    context.keyring,
    campaignNo,
    {
      rows: report.rows,
      invalid: report.invalid,
      merged: report.valid - account.notices,
      conflicts: account.conflicts,
      notices: account.notices,
      audiences: account.audiences,
      intake: {
        locales: account.locales,
        localeFallbacks: account.localeFallbacks,
        // By number: header text may be somebody's, and this is kept in clear.
        columns: columnNumbers,
        ignoredColumns: ignoredColumns.length,
        missingCategories,
        encoding,
        delimiter,
        launch,
      },
    },
    request.actor,
  );
  await recordEvent(tx, {
    campaignNo,
    actor: request.actor,
    kind: 'launch-confirmed',
    data: {
      unattended: request.confirmation.kind === 'unattended',
      notices: account.notices,
      leftOutInvalidRows: report.invalid,
      takenAsNotExposed: missingCategories,
      kit: kit.digest,
      warnings: warnings.map(({ code, column, rows }) => ({ code, column, rows })),
    },
  });
}

async function* rowsOf(file: RecipientFile, merge: MergeAccount): AsyncGenerator<readonly RecipientRow[], void> {
  for await (const batch of file) {
    for (const row of batch.recipients) merge.add(row);
    yield batch.recipients;
  }
}

/** The merge is done twice, by different means: in the ledger by SQL, in memory while reading. They must agree (promise 1). */
function refuseDisagreement(account: ImportedAccount, merge: MergeAccount): void {
  const totals = merge.totals();
  const agree =
    totals.notices === account.notices &&
    totals.conflicts === account.conflicts &&
    totals.localeFallbacks === account.localeFallbacks &&
    totals.audiences.affected === account.audiences.affected &&
    totals.audiences.unaffected === account.audiences.unaffected;
  if (!agree) throw new CandorError('account-broken');
}

function confirm(request: LaunchRequest, { notices, locales }: ImportedAccount, sha256: string): void {
  const { confirmation } = request;
  if (confirmation.kind === 'attended') {
    if (confirmation.sha256 !== sha256 || confirmation.notices !== notices) throw new CandorError('file-changed');
    // Of a kit that got another language since the file was read, somebody would get a letter that was not shown.
    const all = new Set([...Object.keys(locales), ...Object.keys(confirmation.locales)]);
    if ([...all].some((locale) => locales[locale] !== confirmation.locales[locale]))
      throw new CandorError('account-outdated');
  } else if (confirmation.expect !== null && confirmation.expect !== notices) {
    throw new CandorError('expect-mismatch', { found: notices, expected: confirmation.expect });
  }
}

function termsOf(settings: LaunchSettings, kit: Kit): Parameters<typeof createDraft>[2]['terms'] {
  return {
    kit: kit.id,
    kitTitle: kit.title,
    kitDigest: kit.digest,
    rehearsal: settings.rehearsal,
    relayIdentity: settings.relayIdentity,
    relayLabel: settings.relayLabel,
    mailFrom: settings.mailFrom,
    envelopeFrom: settings.envelopeFrom,
    replyTo: settings.replyTo,
    autoSubmitted: settings.autoSubmitted,
    signatureName: settings.signingKey === null ? null : signatureNameOf(settings.signingKey),
    unconfirmedPolicy: settings.unconfirmedPolicy,
    retryDelaysMs: settings.retryDelaysMs,
    retryRepeatLast: settings.retryRepeatLast,
    retryForMs: settings.retryForMs,
  };
}

/** SHA-256 of the file's octets: what makes two files the same. A million rows take about 0.1 s. */
async function digestOf(source: RecipientSource): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of source.open()) hash.update(chunk);
  return hash.digest('hex');
}
