// `candor doctor`: looks at configuration, ledger, queue, relay and the sender's domain, and recounts.
// Each finding says what was looked at, what was found and what to do; nothing is changed.
import { resolveTxt } from 'node:dns/promises';
import type { Config } from '../config/read-config.ts';
import type { DoctorFinding } from '../campaigns/application.ts';
import { createRelay } from '../delivery/relay.ts';
import type { OpeningWishes } from '../delivery/opening-watch.ts';
import { verifyRelay } from '../delivery/verify-relay.ts';
import { checkRedis } from '../queue/redis-check.ts';
import { examineMemory } from './examine-memory.ts';
import { examineOpenFiles } from './open-files.ts';
import { classifyConnectFailure } from '../domain/classify.ts';
import { CandorError } from '../domain/errors.ts';
import { compareRecords, publicRecordOf, signatureNameOf, type SigningKey } from '../domain/signing-key.ts';
import { describeFailure } from '../domain/describe-failure.ts';
import { holdText, holdTexts } from '../domain/hold-reasons.ts';
import { readOrigin } from '../ledger/backup-record.ts';
import { sayMisfits } from '../ledger/bound-notices.ts';
import { campaignsInState, listCampaigns } from '../ledger/campaigns.ts';
import { misfitsOfCampaign } from '../ledger/check-campaign.ts';
import type { Queryable } from '../ledger/database.ts';
import { recount } from '../ledger/feeding.ts';
import { countWorkers } from '../ledger/leases.ts';
import { refusePooler } from '../ledger/pooler.ts';
import type { Logger } from '../runtime/logger.ts';
import { queueSchemaOf, type OpenLedger } from './open-ledger.ts';

/** How long a name server may take; a doctor who waits for ever helps nobody. */
const dnsTimeoutMs = 5_000;
/** So many are named one by one. */
const namedCampaigns = 5;

/** All findings, worst last within each subject. Throws nothing that a finding can say, but the signal's reason once that aborts. */
export async function examine(
  config: Config,
  open: () => Promise<OpenLedger>,
  logger: Logger,
  wishes: OpeningWishes,
): Promise<DoctorFinding[]> {
  return [
    ...examineConfig(config),
    await examineOpenFiles(config.relay?.connections ?? null),
    ...(await examineLedger(config, open)),
    ...(await examineQueue(config)),
    ...(await examineRelay(config, logger, wishes)),
    ...(await examineSender(config)),
  ];
}

function examineConfig(config: Config): DoctorFinding[] {
  const warnings = config.warnings.map((warning) =>
    finding('configuration', 'warning', warning, 'Correct the name, or remove the variable.'),
  );
  return [finding('configuration', 'ok', 'every variable can be used'), ...warnings];
}

async function examineLedger(config: Config, open: () => Promise<OpenLedger>): Promise<DoctorFinding[]> {
  let ledger: OpenLedger;
  try {
    ledger = await open();
  } catch (error) {
    return [problemOf('ledger', error)];
  }
  const findings = [finding('ledger', 'ok', 'Postgres answers, the schema is up to date, the key is the right one')];
  if (config.ledger.url !== null) {
    await refusePooler(ledger.database, queueSchemaOf(config)).catch((error: unknown) =>
      findings.push(problemOf('ledger', error)),
    );
  }
  findings.push(...(await examineOrigin(ledger.database)));
  findings.push(await examineMemory(config, ledger), await examineWorkers(ledger.database));
  for (const campaign of await listCampaigns(ledger.database)) {
    const { agrees, differing } = await recount(ledger.database, campaign.campaignNo);
    findings.push(
      agrees
        ? finding(`campaign ${campaign.id}`, 'ok', `${campaign.notices} notices recounted: the account holds`)
        : finding(
            `campaign ${campaign.id}`,
            'problem',
            `the account does not hold (${differing.join(', ') || 'number of notices'})`,
            'Pause it, keep a backup, report this.',
          ),
    );
    const misfits = await misfitsOfCampaign(ledger.database, ledger.keyring, campaign.campaignNo, {
      withReplies: true,
    });
    findings.push(
      misfits.length === 0
        ? finding(`campaign ${campaign.id}`, 'ok', 'its terms, letters and notices are as they were written')
        : finding(
            `campaign ${campaign.id}`,
            'problem',
            `changed outside of Candor: ${sayMisfits(misfits)}`,
            'Keep a copy of the ledger. Nobody of this campaign is mailed; restore a backup of before the change.',
          ),
    );
    if (campaign.state === 'held')
      findings.push(
        finding(`campaign ${campaign.id}`, 'warning', `held: ${campaign.reason}`, holdHelp(campaign.reason)),
      );
  }
  return findings;
}

/** Of which moment a restored ledger is, and whether anything vouches for what it was restored from. */
async function examineOrigin(on: Queryable): Promise<DoctorFinding[]> {
  const origin = await readOrigin(on);
  if (origin === null) return [];
  const backup = origin.backup === null ? 'a backup of an earlier version' : `backup ${origin.backup}`;
  const text = `restored at ${origin.restoredAt.toISOString()} from ${backup} of ledger ${origin.ledger}, made at ${origin.of}: what happened there since is not here`;
  return origin.authenticated
    ? [finding('ledger', 'ok', text)]
    : [
        finding(
          'ledger',
          'warning',
          `${text}, and no MAC vouches for that backup`,
          'Somebody may have changed addresses, states and letters in it. Compare with another record, such as a `candor export` of then.',
        ),
      ];
}

/** Whether somebody works on every campaign that is running or about to start; a held or paused one needs nobody. */
export async function examineWorkers(on: Queryable): Promise<DoctorFinding> {
  const atWork = await countWorkers(on, null);
  const missed: string[] = [];
  for (const campaign of await campaignsInState(on, ['running', 'ready'], null)) {
    if ((await countWorkers(on, campaign.relayIdentity)) === 0) missed.push(campaign.id);
  }
  if (missed.length === 0) return finding('workers', 'ok', `${atWork} at work now`);
  const named =
    missed.length > namedCampaigns
      ? `${missed.length} campaigns that are running or about to start`
      : missed.join(', ');
  const help =
    'Start `candor worker` or `candor serve` with the relay of the campaign, or work on it in the foreground: `candor resume CAMPAIGN`.';
  return finding(
    'workers',
    'warning',
    atWork === 0 ? `nobody is at work on ${named}` : `${atWork} at work now, nobody on ${named}`,
    help,
  );
}

async function examineQueue(config: Config): Promise<DoctorFinding[]> {
  if (config.queue.url === null)
    return [finding('queue', 'ok', 'on the ledger’s Postgres; Redis is the choice for production')];
  try {
    const warnings = await checkRedis(config.queue.url);
    return [
      finding('queue', 'ok', 'Redis answers and keeps what it is given'),
      ...warnings.map((warning) => finding('queue', 'warning', warning.message, warning.help)),
    ];
  } catch (error) {
    return [problemOf('queue', error)];
  }
}

async function examineRelay(config: Config, logger: Logger, wishes: OpeningWishes): Promise<DoctorFinding[]> {
  if (config.relay === null)
    return [
      finding(
        'relay',
        'ok',
        'SMTP_URL is not set: letters go to the built-in inbox, and every campaign is a rehearsal',
      ),
    ];
  const check = await verifyRelay(createRelay(config.relay, logger), wishes);
  if (!check.ok) {
    const verdict = classifyConnectFailure(check.failure);
    const text = holdText(verdict.kind === 'hold' ? verdict.reason : 'relay-unreachable', verdict.rule);
    return [finding('relay', 'problem', `${text.message} (${describeFailure(check.failure)})`, text.help)];
  }
  const how = `${check.encrypted ? (check.verified ? 'TLS with a verified certificate' : 'TLS, certificate not verified') : 'no TLS'}, ${check.authenticated ? 'logged in' : 'no login'}`;
  const findings = [
    finding(
      'relay',
      check.encrypted || config.relay.loopback ? 'ok' : 'warning',
      how,
      check.encrypted || config.relay.loopback
        ? null
        : 'Letters cross the network in the clear. Set SMTP_TLS=required.',
    ),
  ];
  if (check.logins !== undefined)
    findings.push(
      finding(
        'relay',
        'warning',
        `no login is given, and the relay offers one (${check.logins.join(', ')})`,
        'Where the relay asks for it, put user and password into SMTP_URL.',
      ),
    );
  if (!check.supportsSmtpUtf8)
    findings.push(
      finding(
        'relay',
        'warning',
        'no SMTPUTF8',
        'Addresses with other than ASCII letters before the @ will be refused with relay-without-smtputf8.',
      ),
    );
  return findings;
}

/** SPF and DMARC are at known names; a DKIM key only when we sign: else its selector is the relay's choice. */
async function examineSender(config: Config): Promise<DoctorFinding[]> {
  if (config.relay === null) return [];
  const domain = config.mail.from.address.slice(config.mail.from.address.lastIndexOf('@') + 1);
  return Promise.all([
    examineRecord(
      `SPF of ${domain}`,
      domain,
      (text) => text.startsWith('v=spf1'),
      'Publish an SPF record that names the relay.',
    ),
    examineRecord(
      `DMARC of ${domain}`,
      `_dmarc.${domain}`,
      (text) => text.startsWith('v=DMARC1'),
      'Publish a DMARC record; large mailbox providers refuse bulk mail without one.',
    ),
    config.mail.signingKey === null
      ? finding(
          `DKIM of ${domain}`,
          'unknown',
          'which selector the relay signs with cannot be looked up',
          'Send yourself a test letter (`candor preview KIT --to ADDRESS`) and look for dkim=pass in it.',
        )
      : examineSigning(config.mail.signingKey, domain),
  ]);
}

async function examineRecord(
  subject: string,
  name: string,
  matches: (text: string) => boolean,
  help: string,
): Promise<DoctorFinding> {
  const records = await lookUp(name);
  if (records === null)
    return finding(subject, 'unknown', 'DNS does not answer from here', 'Look it up from another machine.');
  return records.some(matches)
    ? finding(subject, 'ok', 'published')
    : finding(subject, 'warning', 'not published', help);
}

/** Whether receivers find the public half of the key that we sign with, and whether the signature speaks for the sender. */
async function examineSigning(key: SigningKey, senderDomain: string): Promise<DoctorFinding> {
  const name = signatureNameOf(key);
  const subject = `DKIM of ${name}`;
  const publish = `Publish this TXT record at ${name}: ${publicRecordOf(key)}`;
  const [signing, sending] = [`.${key.domain}`, `.${senderDomain}`];
  const aligned = signing.endsWith(sending) || sending.endsWith(signing);
  const records = await lookUp(name);
  if (records === null)
    return finding(subject, 'unknown', 'DNS does not answer from here', 'Look it up from another machine.');
  switch (compareRecords(records, key)) {
    case 'matches':
      return aligned
        ? finding(subject, 'ok', 'published, and the key that signs here')
        : finding(
            subject,
            'warning',
            `published, but ${key.domain} may not speak for ${senderDomain}`,
            'For DMARC, DKIM_DOMAIN has to be of the same organisation as MAIL_FROM.',
          );
    case 'another-key':
      return finding(subject, 'problem', 'another key is published: every signature would fail', publish);
    case 'revoked':
      return finding(
        subject,
        'problem',
        'the published key is revoked (empty p=)',
        `Set another DKIM_SELECTOR. ${publish}`,
      );
    case 'absent':
      return finding(subject, 'problem', 'not published: no receiver can check a signature', publish);
  }
}

/** The TXT records under a name; null when no name server answers. */
async function lookUp(name: string): Promise<string[] | null> {
  const timeout = new Promise<null>((resolve) => setTimeout(resolve, dnsTimeoutMs, null).unref());
  const answer = await Promise.race([
    resolveTxt(name).catch((error: NodeJS.ErrnoException) =>
      error.code === 'ENOTFOUND' || error.code === 'ENODATA' ? [] : null,
    ),
    timeout,
  ]);
  return answer === null ? null : answer.map((parts) => parts.join(''));
}

function problemOf(subject: string, error: unknown): DoctorFinding {
  if (!(error instanceof CandorError)) throw error;
  return finding(subject, 'problem', error.message, error.help);
}

function holdHelp(reason: string | null): string | null {
  return Object.entries(holdTexts).find(([code]) => code === reason)?.[1].help ?? null;
}

function finding(
  subject: string,
  verdict: DoctorFinding['verdict'],
  text: string,
  help: string | null = null,
): DoctorFinding {
  return { subject, verdict, finding: text, help };
}
