// The configuration as a whole: defaults, groups, all problems at once, nothing secret in any text.
import { describe, expect, it } from 'vitest';
import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { CandorError } from '../../../src/domain/errors.ts';
import { logLevels } from '../../../src/runtime/logger.ts';
import { readConfig, type Config, type ReadConfigOptions } from '../../../src/config/read-config.ts';
import { logLevelNames } from '../../../src/config/variables.ts';

const key = Buffer.alloc(32, 7);
const noFiles: ReadConfigOptions = { cwd: '/srv/candor', readFile: missing };

function missing(): string {
  throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
}

function files(content: Record<string, string>): ReadConfigOptions {
  return { cwd: '/srv/candor', readFile: (path) => content[path] ?? missing() };
}

function read(env: Record<string, string>, options: ReadConfigOptions = noFiles): Config {
  return readConfig(env, options);
}

function problemsOf(env: Record<string, string>, options: ReadConfigOptions = noFiles): string[] {
  try {
    readConfig(env, options);
  } catch (error) {
    if (!(error instanceof CandorError)) throw error;
    expect(error.code).toBe('config-invalid');
    expect(error.exit).toBe(2);
    const lines = String(error.values['problems']).split('\n');
    expect(error.values['count']).toBe(lines.length);
    return lines.map((line) => line.replace(/^ {2}- /, ''));
  }
  return [];
}

describe('readConfig', () => {
  it('needs nothing: the defaults are an embedded ledger and a rehearsal into the inbox', () => {
    expect(read({})).toEqual({
      ledger: { url: null },
      queue: { url: null, sliceSize: 100 },
      relay: null,
      mail: {
        from: { name: 'Rehearsal', address: 'notices@example.org', text: 'Rehearsal <notices@example.org>' },
        envelopeFrom: 'notices@example.org',
        replyTo: null,
        autoSubmitted: true,
        signingKey: null,
      },
      ratePerSecond: null,
      domainLimits: null,
      retry: {
        delaysMs: [60_000, 300_000, 900_000, 1_800_000, 3_600_000, 7_200_000, 14_400_000],
        repeatLast: true,
        giveUpAfterMs: 172_800_000,
      },
      unconfirmed: 'resend',
      refusalLimit: { share: 0.8, answers: 100 },
      recoveryMs: 60_000,
      dataDir: '/srv/candor/data',
      key: null,
      web: { host: '127.0.0.1', port: 3000, inboxPort: 0, publicUrl: null, trustProxy: false },
      alertWebhook: null,
      logLevel: 'info',
      warnings: [],
    });
  });

  it('groups what is set', () => {
    const config = read({
      DATABASE_URL: 'postgres://candor:secret@db.example:5432/candor',
      REDIS_URL: 'redis://:secret@queue.example:6379/1',
      SMTP_URL: 'smtp://user:p%40ss@Relay.example',
      MAIL_FROM: 'OpenAI <noreply@mail.example.org>',
      MAIL_ENVELOPE_FROM: 'bounces+{notice}@example.org',
      MAIL_REPLY_TO: 'help@example.org',
      MAIL_AUTO_SUBMITTED: 'no',
      RATE_PER_SECOND: '0.5',
      RETRY_SCHEDULE: '500ms, 2s',
      RETRY_FOR: '1h',
      RECOVERY_SECONDS: '1.5',
      CANDOR_DATA: '/var/lib/x',
      CANDOR_KEY: key.toString('base64'),
      CANDOR_UNCONFIRMED: 'keep',
      PORT: '0',
      PUBLIC_URL: 'https://console.example/',
      TRUST_PROXY: '10.0.0.0/8, ::1',
    });
    expect(config).toMatchObject({
      relay: {
        host: 'relay.example',
        port: 587,
        secure: false,
        user: 'user',
        password: 'p@ss',
        tls: 'required',
        replyTimeoutMs: 300_000,
        connections: null,
        loopback: false,
      },
      mail: { envelopeFrom: 'bounces+{notice}@example.org', autoSubmitted: false },
      ratePerSecond: 0.5,
      retry: { delaysMs: [500, 2000], repeatLast: false, giveUpAfterMs: 3_600_000 },
      unconfirmed: 'keep',
      recoveryMs: 1500,
      dataDir: '/var/lib/x',
      web: { port: 0, publicUrl: 'https://console.example', trustProxy: ['10.0.0.0/8', '::1'] },
    });
    expect(config.key).toEqual(key);
    expect(config.mail.replyTo?.address).toBe('help@example.org');
  });

  it.each([
    ['smtp://127.0.0.1:2525', undefined, 'opportunistic'],
    ['smtp://[::1]:2525', undefined, 'opportunistic'],
    ['smtp://localhost', undefined, 'opportunistic'],
    ['smtp://127.0.0.1:2525', 'required', 'required'],
    ['smtp://relay.example', undefined, 'required'],
    ['smtp://localhost.example', undefined, 'required'],
    ['smtp://relay.example', 'off', 'off'],
  ] as const)('%s with SMTP_TLS=%s means TLS %s', (url, tls, expected) => {
    expect(
      read({ SMTP_URL: url, MAIL_FROM: 'a@example.org', ...(tls === undefined ? {} : { SMTP_TLS: tls }) }).relay?.tls,
    ).toBe(expected);
  });

  it('reports every problem at once, with name, expectation and value', () => {
    const problems = problemsOf({
      PORT: '70000',
      SMTP_TLS: 'requierd',
      RETRY_FOR: '48',
      LOG_LEVEL: '',
      MAIL_FROM: 'nobody',
    });
    expect(problems).toEqual([
      'SMTP_TLS: expected one of required, opportunistic, off; found "requierd" (did you mean required?)',
      'MAIL_FROM: expected an address, or Name <address>; found "nobody" (no address)',
      'RETRY_FOR: expected a duration such as 48h; found "48" (the unit is missing)',
      'PORT: expected a port from 0 to 65535 (0: a free one); found "70000"',
      'LOG_LEVEL: expected one of silent, fatal, error, warn, info, debug, trace; found nothing',
    ]);
  });

  it.each(['DATABASE_URL', 'REDIS_URL', 'SMTP_URL', 'CANDOR_KEY', 'CANDOR_DATA', 'PORT', 'RATE_PER_SECOND', 'HOST'])(
    'takes an empty %s for a mistake, not for the default',
    (name) => {
      expect(problemsOf({ [name]: '', MAIL_FROM: 'a@example.org' }).join()).toContain(`${name}: expected`);
    },
  );

  it.each([
    ['RATE_PER_SECOND', '0'],
    ['RATE_PER_SECOND', '-1'],
    ['RATE_PER_SECOND', '1e3'],
    ['RATE_PER_SECOND', 'Infinity'],
    ['RATE_PER_SECOND', '20/s'],
    ['RECOVERY_SECONDS', '0'],
    ['SMTP_CONNECTIONS', '0'],
    ['RATE_PER_DOMAIN', 'example.com'],
    ['RATE_PER_DOMAIN', 'example.com=0'],
    ['RATE_PER_DOMAIN', 'example.com=5/m'],
    ['RATE_PER_DOMAIN', 'example.com=5,EXAMPLE.com=6'],
    ['RATE_PER_DOMAIN', 'localhost=5'],
    ['RATE_PER_DOMAIN', 'gmail%2ecom=5'],
    ['RATE_PER_DOMAIN', '1.2=5'],
    ['RATE_PER_DOMAIN', '192.0.2.1=5'],
    ['RATE_PER_DOMAIN', '-example.com=5'],
    ['CANDOR_HOLD_REFUSED', '80%'],
    ['CANDOR_HOLD_REFUSED', '120% of 100'],
    ['SMTP_CONNECTIONS', '2.5'],
    ['CANDOR_SLICE_SIZE', '101'],
    ['PORT', ' 3000'],
    ['PORT', '0x50'],
    ['MAIL_AUTO_SUBMITTED', 'true'],
    ['CANDOR_KEY', 'short'],
    ['CANDOR_KEY', 'A'.repeat(64)],
    ['CANDOR_KEY', `${key.toString('base64')}\n`],
    ['TRUST_PROXY', '10.0.0.0/33'],
    ['TRUST_PROXY', 'proxy.example'],
    ['PUBLIC_URL', 'https://console.example/path'],
    ['PUBLIC_URL', 'console.example'],
    ['REDIS_URL', 'http://queue.example'],
    ['REDIS_URL', 'redis://queue.example/one'],
    ['DATABASE_URL', 'mysql://db.example/x'],
    ['DATABASE_URL', 'postgres:db'],
    ['DATABASE_URL', 'postgres://user:100%@db.example/x'],
    ['ALERT_WEBHOOK', 'ftp://hook.example'],
    ['HOST', 'local host'],
    ['SMTP_CA', '/no/such/file'],
  ])('refuses %s=%s', (name, value) => {
    expect(problemsOf({ [name]: value })).toHaveLength(1);
  });

  it('needs a sender when there is a relay', () => {
    expect(problemsOf({ SMTP_URL: 'smtp://relay.example' }).join()).toMatch(/^MAIL_FROM: expected/);
  });

  it('refuses TLS off for smtps', () => {
    expect(
      problemsOf({ SMTP_URL: 'smtps://relay.example', MAIL_FROM: 'a@example.org', SMTP_TLS: 'off' }).join(),
    ).toMatch(/^SMTP_TLS/);
  });

  it.each([
    ['DATABASE_URL', 'postgres://candor:hunter2@db.example:99999/x'],
    ['DATABASE_URL', 'mysql://candor:hunter2@db.example/x?password=hunter2'],
    ['DATABASE_URL', 'candor:hunter2@db.example'],
    ['REDIS_URL', 'redis://:hunter2@queue.example/one'],
    ['SMTP_URL', 'smtp://user:hunter2@relay.example/path'],
    ['SMTP_URL', 'smtp://user:1/hunter2@relay.example'],
    ['SMTP_URL', 'smtp://user:1#hunter2@relay.example'],
    ['SMTP_URL', 'smtp://user:hunter2'],
    ['SMTP_URL', 'user:hunter2@relay.example:587'],
    ['SMTP_URL', 'http://user:hunter2@relay.example'],
    ['CANDOR_KEY', 'hunter2'],
    ['ALERT_WEBHOOK', 'ftp://hook.example/hunter2'],
  ])('never shows the secret of %s=%s', (name, value) => {
    const problems = problemsOf({ [name]: value, MAIL_FROM: 'a@example.org' });
    expect(problems).toHaveLength(1);
    expect(problems.join()).not.toContain('hunter2');
  });

  it('reads secrets from files, without the line break at the end', () => {
    const options = files({
      '/run/secrets/smtp': 'smtp://u:p@relay.example\n',
      '/run/secrets/key': `${key.toString('base64')}\r\n`,
    });
    const config = read(
      { SMTP_URL_FILE: '/run/secrets/smtp', CANDOR_KEY_FILE: '/run/secrets/key', MAIL_FROM: 'a@example.org' },
      options,
    );
    expect(config.relay?.password).toBe('p');
    expect(config.key).toEqual(key);
    expect(config.warnings).toEqual([]);
  });

  it('refuses a secret given twice, and a file that cannot be read', () => {
    const both = problemsOf(
      { CANDOR_KEY: key.toString('base64'), CANDOR_KEY_FILE: '/key' },
      files({ '/key': key.toString('base64') }),
    );
    expect(both).toEqual(['CANDOR_KEY: expected either CANDOR_KEY or CANDOR_KEY_FILE; found both']);
    expect(problemsOf({ REDIS_URL_FILE: '/nowhere' })).toEqual([
      'REDIS_URL_FILE: expected a readable file; found "/nowhere" (ENOENT)',
    ]);
    expect(problemsOf({ REDIS_URL_FILE: '/secret' }, files({ '/secret': 'http://x:hunter2@y' })).join()).not.toContain(
      'hunter2',
    );
  });

  it('takes certificates from SMTP_CA', () => {
    const pem = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';
    const env = { SMTP_URL: 'smtp://relay.example', MAIL_FROM: 'a@example.org', SMTP_CA: '/ca.pem' };
    expect(read(env, files({ '/ca.pem': pem })).relay?.ca).toBe(pem);
    expect(problemsOf(env, files({ '/ca.pem': 'text' })).join()).toContain('no certificate in it');
  });

  it('accepts a socket folder in DATABASE_URL', () => {
    expect(read({ DATABASE_URL: 'postgres:///candor?host=/run/postgresql' }).ledger.url).toBe(
      'postgres:///candor?host=/run/postgresql',
    );
  });

  it('knows the same log levels as the logger', () => {
    expect(logLevelNames).toEqual(logLevels);
  });
});

describe('characters that nobody can see or read', () => {
  const given = { SMTP_URL: 'smtp://relay.example' };
  const spoiled = {
    MAIL_FROM: (sign: string) => `Caf${sign}Inc <notices@example.org>`,
    MAIL_REPLY_TO: (sign: string) => `Caf${sign}Inc <help@example.org>`,
    MAIL_ENVELOPE_FROM: (sign: string) => `bounces@exam${sign}ple.org`,
    SMTP_URL: (sign: string) => `smtp://user:pass${sign}word@relay.example`,
    DATABASE_URL: (sign: string) => `postgres://user:pass${sign}word@db.example/candor`,
    REDIS_URL: (sign: string) => `redis://:pass${sign}word@queue.example`,
    ALERT_WEBHOOK: (sign: string) => `https://chat.example/${sign}`,
    HOST: (sign: string) => `candor${sign}.example`,
    PUBLIC_URL: (sign: string) => `https://candor${sign}.example`,
    DKIM_SELECTOR: (sign: string) => `candor${sign}2025`,
  };

  it.each(
    Object.entries(spoiled).flatMap(([name, of]) =>
      ['\uFFFD', '\u200B', '\u00AD', '\u202E', '\u2060', '\u3164', '\u007F', '\t', '\uE000'].map(
        (sign) => [name, sign, of(sign)] as const,
      ),
    ),
  )('are refused in %s: %j', (name, _sign, value) => {
    const found = problemsOf({ MAIL_FROM: 'notices@example.org', ...given, [name]: value });
    expect(found).toEqual([expect.stringMatching(new RegExp(`^${name}: `))]);
  });

  it('are called unreadable where the octets were no UTF-8', () => {
    expect(problemsOf({ ...given, MAIL_FROM: 'Caf\uFFFD <notices@example.org>' })[0]).toContain('as UTF-8');
    const latin = files({ '/password': 'smtp://user:p\uFFFDss@relay.example' });
    expect(problemsOf({ SMTP_URL_FILE: '/password', MAIL_FROM: 'n@example.org' }, latin)[0]).toContain('as UTF-8');
    expect(problemsOf({ CANDOR_DATA: '/srv/Caf\uFFFD' })[0]).toContain('as UTF-8');
  });

  it('are no part of a file that begins with a byte-order mark', () => {
    const { relay } = read(
      { SMTP_URL_FILE: '/url', MAIL_FROM: 'n@example.org' },
      files({ '/url': '\uFEFFsmtp://relay.example\r\n' }),
    );
    expect(relay?.host).toBe('relay.example');
  });

  it('take nothing from names in any script', () => {
    for (const name of ['Équipe sécurité', 'Служба безопасности', 'セキュリティ', '안전팀', 'กลุ่ม', 'فريق'])
      expect(read({ ...given, MAIL_FROM: `${name} <n@example.org>` }).mail.from.name).toBe(name);
  });
});

describe('names that nobody reads', () => {
  it.each([
    ['SMTP_ULR', 'SMTP_ULR is not read; did you mean SMTP_URL?'],
    ['SMTP_URL_FLIE', 'SMTP_URL_FLIE is not read; did you mean SMTP_URL_FILE?'],
    ['smtp_url', 'smtp_url is not read; did you mean SMTP_URL?'],
    ['DATABASE_URI', 'DATABASE_URI is not read; did you mean DATABASE_URL?'],
    ['RATE_PER_SECONDS', 'RATE_PER_SECONDS is not read; did you mean RATE_PER_SECOND?'],
    ['CANDOR_KEYS', 'CANDOR_KEYS is not read; did you mean CANDOR_KEY?'],
    ['CANDOR_DATABASE_URL', 'CANDOR_DATABASE_URL is not read; docs/CONFIG.md lists the variables.'],
    ['MAIL_FROM_FILE', 'MAIL_FROM_FILE is not read: only secrets can stand in a file; set MAIL_FROM.'],
  ])('warns about %s', (name, warning) => {
    expect(read({ [name]: 'hunter2' }).warnings).toEqual([warning]);
  });

  it.each(['PATH', 'HOME', 'POST', 'HOSTS', 'MAIL', 'HOSTNAME', 'PORTS', 'NODE_ENV', 'SMTP_HOST', 'LANG'])(
    'is quiet about %s',
    (name) => {
      expect(read({ [name]: 'x' }).warnings).toEqual([]);
    },
  );
});

describe('the DKIM settings', () => {
  const rsa = (bits: number): string =>
    generateKeyPairSync('rsa', { modulusLength: bits }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const good = rsa(2048);
  const given = { MAIL_FROM: 'Notices <notices@Bücher.example>', DKIM_SELECTOR: 'Candor1', DKIM_KEY: good };

  it('are off by default, and sign for the domain of MAIL_FROM when a key is given', () => {
    expect(read({}).mail.signingKey).toBeNull();
    expect(read(given).mail.signingKey).toMatchObject({
      domain: 'xn--bcher-kva.example',
      selector: 'candor1',
      privateKey: { asymmetricKeyType: 'rsa' },
    });
    expect(read({ ...given, DKIM_DOMAIN: 'mail.example' }).mail.signingKey?.domain).toBe('mail.example');
  });

  it('take the key from a file, on one line, in both forms of PEM, and as Ed25519', () => {
    const { DKIM_KEY: _, ...rest } = given;
    expect(
      read({ ...rest, DKIM_KEY_FILE: '/run/dkim' }, files({ '/run/dkim': `${good}\n` })).mail.signingKey,
    ).not.toBeNull();
    expect(read({ ...given, DKIM_KEY: good.replaceAll(/-----[^-]+-----|\s/g, '') }).mail.signingKey).not.toBeNull();
    expect(
      read({ ...given, DKIM_KEY: createPrivateKey(good).export({ type: 'pkcs1', format: 'pem' }).toString() }).mail
        .signingKey,
    ).not.toBeNull();
    const ed25519 = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    expect(read({ ...given, DKIM_KEY: ed25519 }).mail.signingKey?.privateKey.asymmetricKeyType).toBe('ed25519');
  });

  it('warn about a short RSA key', () => {
    expect(read({ ...given, DKIM_KEY: rsa(1024) }).warnings).toEqual([
      'DKIM_KEY has 1024 bits; receivers advise against RSA keys below 2048.',
    ]);
    expect(read(given).warnings).toEqual([]);
  });

  it.each<[string, Record<string, string>, RegExp]>([
    [
      'a key without a selector',
      { DKIM_KEY: good },
      /^DKIM_SELECTOR: expected .*because DKIM_KEY is set; found nothing$/,
    ],
    [
      'a selector without a key',
      { DKIM_SELECTOR: 'a' },
      /^DKIM_KEY: expected .*because DKIM_SELECTOR is set; found nothing$/,
    ],
    [
      'a domain without a key',
      { DKIM_DOMAIN: 'example.org' },
      /^DKIM_KEY: expected .*because DKIM_DOMAIN is set; found nothing$/,
    ],
    [
      'no key at all',
      { ...given, DKIM_KEY: 'secret words' },
      /^DKIM_KEY: .*found \*\*\* \(hidden\) \(it cannot be read as a private key\)$/,
    ],
    [
      'a public key',
      { ...given, DKIM_KEY: createPublicKey(good).export({ type: 'spki', format: 'pem' }).toString() },
      /\(it is a public key\)$/,
    ],
    [
      'a locked key',
      {
        ...given,
        DKIM_KEY: createPrivateKey(good)
          .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' })
          .toString(),
      },
      /\(it has a passphrase\)$/,
    ],
    [
      'a key of another kind',
      {
        ...given,
        DKIM_KEY: generateKeyPairSync('ec', { namedCurve: 'P-256' })
          .privateKey.export({ type: 'pkcs8', format: 'pem' })
          .toString(),
      },
      /\(it is of type ec\)$/,
    ],
    ['a key that receivers refuse', { ...given, DKIM_KEY: rsa(768) }, /\(it has 768 bits\)$/],
    [
      'a selector that is no name',
      { ...given, DKIM_SELECTOR: 'a; s=b' },
      /^DKIM_SELECTOR: expected a DNS name.*\(not a DNS name/,
    ],
    [
      'a domain that is no name',
      { ...given, DKIM_DOMAIN: 'bücher.example' },
      /^DKIM_DOMAIN: expected a DNS name.*A-labels/,
    ],
  ])('refuse %s, with one problem and without showing the key', (_, env, expected) => {
    const problems = problemsOf(env);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(expected);
    expect(problems[0]).not.toContain('MII');
  });
});
