// Environment → Config: typed, grouped, complete, or one error that names every problem.
import { resolve } from 'node:path';
import { domainToASCII } from 'node:url';
import type { UnconfirmedPolicy } from '../domain/campaign-state.ts';
import { CandorError } from '../domain/errors.ts';
import type { SigningKey } from '../domain/signing-key.ts';
import type { DomainLimit } from '../domain/domain-turn.ts';
import type { RefusalLimit } from '../domain/refusals.ts';
import type { RetrySchedule } from './duration.ts';
import type { Environment } from './environment.ts';
import { isLoopback } from './host-name.ts';
import type { Mailbox } from './mailbox.ts';
import type { RelayAddress } from './relay-url.ts';
import { expectation, readSettingFile, readValues, type ReadFile } from './read-values.ts';
import { weakKeyWarning } from './signing.ts';
import { strayNames } from './stray-names.ts';
import type { logLevelNames, TlsMode, Values } from './variables.ts';

/** The relay of SMTP_URL, in the shape that delivery takes. */
export interface RelayConfig {
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte (smtps). */
  readonly secure: boolean;
  readonly user?: string;
  readonly password?: string;
  readonly tls: TlsMode;
  /** SMTP_NAME, for EHLO. */
  readonly name?: string;
  /** SMTP_AUTH, as SASL writes it. */
  readonly auth?: (typeof loginMechanism)[keyof typeof loginMechanism];
  /** PEM text of SMTP_CA. */
  readonly ca?: string;
  readonly replyTimeoutMs: number;
  /** The most connections of this process; null: as many as the rate needs. */
  readonly connections: number | null;
  /** True when what is handed over stays on this machine, as far as its address tells. */
  readonly loopback: boolean;
}

/** The settings of one process. docs/CONFIG.md tells what each is for. */
export interface Config {
  /** `url` null: the embedded Postgres. */
  readonly ledger: { readonly url: string | null };
  /** `url` null: a queue on the ledger's Postgres. */
  readonly queue: { readonly url: string | null; readonly sliceSize: number };
  /** Null: the built-in inbox, and every campaign is a rehearsal. */
  readonly relay: RelayConfig | null;
  readonly mail: {
    readonly from: Mailbox;
    /** An address; its local part may hold `{notice}`. */
    readonly envelopeFrom: string;
    readonly replyTo: Mailbox | null;
    readonly autoSubmitted: boolean;
    /** Signs every letter; null: nobody here does. */
    readonly signingKey: SigningKey | null;
  };
  /** The most MAIL FROM per second and relay; null: not stated. */
  readonly ratePerSecond: number | null;
  /** Limits of receiving domains; null: not stated. */
  readonly domainLimits: readonly DomainLimit[] | null;
  readonly retry: RetrySchedule & { readonly giveUpAfterMs: number };
  readonly unconfirmed: UnconfirmedPolicy;
  /** Null: a campaign is never held for its refusals. */
  readonly refusalLimit: RefusalLimit | null;
  /** A worker without a heartbeat for this long counts as gone. */
  readonly recoveryMs: number;
  /** Absolute path. */
  readonly dataDir: string;
  /** CANDOR_KEY (32 bytes); null: not set. `loadKey` answers the key to use. */
  readonly key: Buffer | null;
  readonly web: {
    readonly host: string;
    /** 0: a free one. */
    readonly port: number;
    /** SMTP port of the built-in inbox; 0: a free one. */
    readonly inboxPort: number;
    /** Origin without a trailing slash; null: where it listens. */
    readonly publicUrl: string | null;
    /** As fastify's trustProxy takes it. */
    readonly trustProxy: boolean | readonly string[];
  };
  readonly alertWebhook: string | null;
  readonly logLevel: (typeof logLevelNames)[number];
  /** Lines for the person at the terminal: names that look like typos. Without values. */
  readonly warnings: readonly string[];
}

/** Reserved by RFC 2606: a rehearsal's letters can never come from a real domain. */
const rehearsalSender: Mailbox = {
  name: 'Rehearsal',
  address: 'notices@example.org',
  text: 'Rehearsal <notices@example.org>',
};

export interface ReadConfigOptions {
  /** Start of a relative CANDOR_DATA; default: the working directory. */
  readonly cwd?: string;
  readonly readFile?: ReadFile;
}

/**
 * The configuration of this process. Reads the environment it is given and the files that it names
 * (`*_FILE`, SMTP_CA); writes nothing.
 *
 * @throws CandorError `config-invalid` with every problem: name, expectation and value, secrets masked.
 */
export function readConfig(env: Environment, options: ReadConfigOptions = {}): Config {
  const readFile = options.readFile ?? readSettingFile;
  const { values, problems: found } = readValues(env, readFile);
  const problems = [...found];
  const ca = readAuthorities(values, readFile, problems);
  if (values.SMTP_URL !== null) {
    if (env['MAIL_FROM'] === undefined)
      problems.push('MAIL_FROM: expected an address, or Name <address>, because SMTP_URL is set; found nothing');
    if (values.SMTP_URL.secure && values.SMTP_TLS === 'off')
      problems.push('SMTP_TLS: expected required or opportunistic, because SMTP_URL begins with smtps; found "off"');
  }
  problems.push(...signingProblems(env, values));
  if (problems.length > 0) {
    throw new CandorError('config-invalid', {
      count: problems.length,
      problems: problems.map((line) => `  - ${line}`).join('\n'),
    });
  }
  return group(values, ca, options.cwd ?? process.cwd(), [...strayNames(env), ...signingWarnings(values)]);
}

function group(values: Values, ca: string | null, cwd: string, warnings: readonly string[]): Config {
  const from = values.MAIL_FROM ?? rehearsalSender;
  return {
    ledger: { url: values.DATABASE_URL },
    queue: { url: values.REDIS_URL, sliceSize: values.CANDOR_SLICE_SIZE },
    relay: values.SMTP_URL === null ? null : relayConfig(values.SMTP_URL, values, ca),
    mail: {
      from,
      envelopeFrom: values.MAIL_ENVELOPE_FROM ?? from.address,
      replyTo: values.MAIL_REPLY_TO,
      autoSubmitted: values.MAIL_AUTO_SUBMITTED,
      signingKey: signingKeyOf(values, from),
    },
    ratePerSecond: values.RATE_PER_SECOND,
    domainLimits: values.RATE_PER_DOMAIN,
    retry: { ...values.RETRY_SCHEDULE, giveUpAfterMs: values.RETRY_FOR },
    unconfirmed: values.CANDOR_UNCONFIRMED,
    refusalLimit: values.CANDOR_HOLD_REFUSED,
    recoveryMs: Math.round(values.RECOVERY_SECONDS * 1000),
    dataDir: resolve(cwd, values.CANDOR_DATA),
    key: values.CANDOR_KEY,
    web: {
      host: values.HOST,
      port: values.PORT,
      inboxPort: values.INBOX_PORT,
      publicUrl: values.PUBLIC_URL,
      trustProxy: values.TRUST_PROXY,
    },
    alertWebhook: values.ALERT_WEBHOOK,
    logLevel: values.LOG_LEVEL,
    warnings,
  };
}

const loginMechanism = { plain: 'PLAIN', login: 'LOGIN', 'cram-md5': 'CRAM-MD5' } as const;

function relayConfig(address: RelayAddress, values: Values, ca: string | null): RelayConfig {
  const { host, port, secure, login } = address;
  const loopback = isLoopback(host);
  return {
    host,
    port,
    secure,
    ...login,
    tls: values.SMTP_TLS ?? (loopback ? 'opportunistic' : 'required'),
    ...(ca === null ? {} : { ca }),
    ...(values.SMTP_NAME === null ? {} : { name: values.SMTP_NAME }),
    ...(values.SMTP_AUTH === null ? {} : { auth: loginMechanism[values.SMTP_AUTH] }),
    replyTimeoutMs: values.SMTP_REPLY_TIMEOUT,
    connections: values.SMTP_CONNECTIONS,
    loopback,
  };
}

/** A key alone signs for nobody, and a name without a key would be a signature that is silently missing. */
function signingProblems(env: Environment, values: Values): string[] {
  const given = (name: 'DKIM_KEY' | 'DKIM_SELECTOR' | 'DKIM_DOMAIN'): boolean =>
    env[name] !== undefined || env[`${name}_FILE`] !== undefined;
  if (given('DKIM_KEY'))
    return given('DKIM_SELECTOR')
      ? []
      : ['DKIM_SELECTOR: expected a DNS name such as candor2025, because DKIM_KEY is set; found nothing'];
  const name = given('DKIM_SELECTOR') ? 'DKIM_SELECTOR' : 'DKIM_DOMAIN';
  return values[name] === null ? [] : [`DKIM_KEY: expected a private key, because ${name} is set; found nothing`];
}

function signingWarnings(values: Values): string[] {
  const warning = values.DKIM_KEY === null ? null : weakKeyWarning(values.DKIM_KEY);
  return warning === null ? [] : [warning];
}

function signingKeyOf(values: Values, from: Mailbox): SigningKey | null {
  if (values.DKIM_KEY === null || values.DKIM_SELECTOR === null) return null;
  const domain = values.DKIM_DOMAIN ?? domainToASCII(from.address.slice(from.address.lastIndexOf('@') + 1));
  return { domain, selector: values.DKIM_SELECTOR, privateKey: values.DKIM_KEY };
}

function readAuthorities(values: Values, readFile: ReadFile, problems: string[]): string | null {
  const path = values.SMTP_CA;
  if (path === null) return null;
  try {
    const pem = readFile(path);
    if (pem.includes('-----BEGIN CERTIFICATE-----')) return pem;
    problems.push(expectation('SMTP_CA', path, 'no certificate in it'));
  } catch (error) {
    problems.push(
      expectation('SMTP_CA', path, error instanceof Error && 'code' in error ? String(error.code) : 'unreadable'),
    );
  }
  return null;
}
