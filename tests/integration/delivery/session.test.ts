// Opening a session: where it can fail, what is said about it, and what never leaves this side.
import { createServer, type AddressInfo, type Server } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { RelayConnection } from '../../../src/delivery/connection.ts';
import { createRelay, qualifiedHostName, type Relay } from '../../../src/delivery/relay.ts';
import type { RelayConfig } from '../../../src/delivery/relay-config.ts';
import { verifyRelay } from '../../../src/delivery/verify-relay.ts';
import { classifyConnectFailure } from '../../../src/domain/classify.ts';
import type { ConnectFailure } from '../../../src/domain/delivery-result.ts';
import { describeFailure } from '../../../src/domain/describe-failure.ts';
import { holdText } from '../../../src/domain/hold-reasons.ts';
import { hasCode } from '../../../src/domain/errors.ts';
import { silentLogger } from '../../../src/runtime/logger.ts';
import { expiredCertificate, otherHostCertificate, testAuthority } from '../../support/relay-certificates.ts';
import type { RelayStage } from '../../support/relay-script.ts';
import { startRelay, type RelayOptions, type TestRelay } from '../../support/relay.ts';

const credentials = { user: 'relay-user', password: 'correct horse' };
let relay: TestRelay;
let odd: Server | undefined;

afterEach(async () => {
  await relay.stop();
  odd?.close();
  odd = undefined;
});

async function against(options: RelayOptions, config: Partial<RelayConfig> = {}): Promise<Relay> {
  relay = await startRelay(options);
  return createRelay(
    { host: relay.host, port: relay.port, secure: false, tls: 'off', replyTimeoutMs: 2000, ...config },
    silentLogger,
  );
}

async function failure(from: Relay): Promise<ConnectFailure> {
  const connected = await from.connect();
  if (connected.ok) throw new Error('connected');
  return connected.failure;
}

describe('opening a session', () => {
  it.each([['PLAIN'], ['LOGIN']])('logs in with %s', async (mechanism) => {
    const check = await verifyRelay(await against({ credentials, mechanisms: [mechanism] }, credentials));
    expect(check).toMatchObject({ ok: true, authenticated: true, encrypted: false });
    expect(relay.record.commands.at(-1)).toBe('QUIT');
    expect(relay.record.mailFromsMs).toEqual([]);
  });

  it('logs in over STARTTLS with a checked certificate', async () => {
    const check = await verifyRelay(
      await against({ credentials, tls: 'starttls' }, { ...credentials, tls: 'required', ca: testAuthority }),
    );
    expect(check).toEqual({ ok: true, encrypted: true, verified: true, authenticated: true, supportsSmtpUtf8: false });
    expect(relay.record.commands.filter((line) => line.startsWith('EHLO'))).toHaveLength(2);
  });

  it('holds for the login after one wrong password, having tried once', async () => {
    const refused = await failure(await against({ credentials }, { user: 'relay-user', password: 'wrong' }));
    expect(refused).toMatchObject({ stage: 'auth', reply: { code: 535, enhanced: '5.7.8' } });
    expect(classifyConnectFailure(refused)).toMatchObject({ kind: 'hold', reason: 'relay-auth' });
    expect(relay.record.commands.filter((line) => line.startsWith('AUTH'))).toHaveLength(1);
    expect(JSON.stringify(refused)).not.toContain('wrong');
  });

  it.each([
    ['no login is offered', {}, { stage: 'auth', loss: 'protocol' }, 'relay-auth'],
    [
      'no known mechanism is offered',
      { credentials, mechanisms: ['XOAUTH2'] },
      { stage: 'auth', loss: 'protocol' },
      'relay-auth',
    ],
  ] as const)('holds for the login when %s', async (_, options, expected, reason) => {
    const refused = await failure(await against(options, credentials));
    expect(refused).toMatchObject(expected);
    expect(classifyConnectFailure(refused)).toMatchObject({ kind: 'hold', reason });
  });

  it.each([
    ['STARTTLS is not offered', {}, { ca: testAuthority }],
    ['the authority is unknown', { tls: 'starttls' }, {}],
    ['the certificate has expired', { tls: 'starttls', certificate: expiredCertificate }, { ca: testAuthority }],
    [
      'the certificate is for another host',
      { tls: 'starttls', certificate: otherHostCertificate },
      { ca: testAuthority },
    ],
    ['the authority is unknown from the first byte', { tls: 'implicit' }, { secure: true }],
    ['the relay speaks plain SMTP where TLS is expected', {}, { secure: true }],
  ] as const)('holds for TLS, and sends no letter and no password, when %s', async (_, options, config) => {
    const refused = await failure(
      await against({ credentials, ...options }, { tls: 'required', ...credentials, ...config }),
    );
    expect(refused).toMatchObject({ stage: 'tls', loss: 'tls', reply: null });
    expect(classifyConnectFailure(refused)).toMatchObject({ kind: 'hold', reason: 'relay-tls' });
    expect(relay.record.commands.some((line) => /^(AUTH|MAIL)/.test(line))).toBe(false);
  });

  it('encrypts where it can and takes any certificate on loopback when TLS is opportunistic', async () => {
    const check = await verifyRelay(
      await against(
        { credentials, tls: 'starttls', certificate: expiredCertificate },
        { ...credentials, tls: 'opportunistic' },
      ),
    );
    expect(check).toMatchObject({ ok: true, encrypted: true, verified: false, authenticated: true });
  });

  it('goes on in the clear when opportunistic TLS is not offered, or refused', async () => {
    expect(await verifyRelay(await against({}, { tls: 'opportunistic' }))).toMatchObject({
      ok: true,
      encrypted: false,
    });
    await relay.stop();
    const script = [{ stage: 'starttls', do: 'reply', reply: '454 4.7.0 TLS not available' }] as const;
    expect(await verifyRelay(await against({ tls: 'starttls', script }, { tls: 'opportunistic' }))).toMatchObject({
      ok: true,
      encrypted: false,
    });
  });

  it('retries when required STARTTLS is refused for now', async () => {
    const script = [
      { stage: 'starttls', do: 'reply', reply: '454 4.7.0 TLS not available due to temporary reason' },
    ] as const;
    const refused = await failure(await against({ tls: 'starttls', script }, { tls: 'required', ca: testAuthority }));
    expect(classifyConnectFailure(refused)).toEqual({ kind: 'retry', rule: 'tls-not-now' });
  });

  it('breaks off when something was injected before the TLS handshake', async () => {
    const script = [{ stage: 'starttls', do: 'raw', reply: '220 go\r\n250 injected\r\n' }] as const;
    const refused = await failure(await against({ tls: 'starttls', script }, { tls: 'required', ca: testAuthority }));
    expect(refused).toMatchObject({ stage: 'tls', loss: 'protocol' });
  });

  it.each([
    [{ stage: 'greeting', do: 'silence' }, { stage: 'greeting', loss: 'timeout' }, 'retry'],
    [{ stage: 'greeting', do: 'drop' }, { stage: 'greeting', loss: 'reset' }, 'retry'],
    [
      { stage: 'greeting', do: 'reply', reply: '421 4.7.0 busy' },
      { stage: 'greeting', reply: { code: 421 } },
      'throttled',
    ],
    [{ stage: 'greeting', do: 'reply', reply: '554 5.7.1 no' }, { stage: 'greeting', reply: { code: 554 } }, 'hold'],
    [
      { stage: 'greeting', do: 'raw', reply: 'HTTP/1.1 400 Bad Request\r\n' },
      { stage: 'greeting', loss: 'protocol' },
      'retry',
    ],
    [{ stage: 'ehlo', do: 'drop' }, { stage: 'ehlo', loss: 'reset' }, 'retry'],
    [{ stage: 'ehlo', do: 'reply', reply: '421 4.3.0 later' }, { stage: 'ehlo', reply: { code: 421 } }, 'throttled'],
    [{ stage: 'auth', do: 'silence' }, { stage: 'auth', loss: 'timeout' }, 'retry'],
    [
      { stage: 'auth', do: 'reply', reply: '454 4.7.0 Temporary authentication failure' },
      { stage: 'auth', reply: { code: 454 } },
      'retry',
    ],
  ] as const)('knows where %j happened', async (step, expected, kind) => {
    const refused = await failure(
      await against({ credentials, script: [step] }, { ...credentials, replyTimeoutMs: 150 }),
    );
    expect(refused).toMatchObject(expected);
    expect(classifyConnectFailure(refused).kind).toBe(kind);
  });

  it('says HELO to a relay that does not know EHLO', async () => {
    const script = [{ stage: 'ehlo', when: { nth: 1 }, do: 'reply', reply: '502 5.5.1 what?' }] as const;
    const connected = await (await against({ script })).connect();
    if (!connected.ok) throw new Error('not connected');
    const result = await connected.connection.deliver(
      { from: 'a@example.com', to: 'b@example.net' },
      Buffer.from('x\r\n'),
    );
    expect(result).toMatchObject({ kind: 'replied', stage: 'after-body' });
    expect(relay.record.commands).toContain('MAIL FROM:<a@example.com>');
    connected.connection.destroy();
  });

  it('reports a closed port, and works when the relay is back on it', async () => {
    const client = await against({});
    await relay.stop();
    expect(await failure(client)).toMatchObject({ stage: 'connect', loss: 'refused' });
    await relay.start();
    expect(await verifyRelay(client)).toMatchObject({ ok: true });
  });

  it('reports a name that does not exist', async () => {
    await against({});
    const client = createRelay(
      { host: 'relay.invalid', port: 25, secure: false, tls: 'off', replyTimeoutMs: 500 },
      silentLogger,
    );
    expect(await failure(client)).toMatchObject({ stage: 'connect', loss: 'dns' });
  });

  it('does not wait longer than allowed for a TLS handshake', async () => {
    await against({});
    odd = createServer((socket) => socket.on('error', () => undefined).resume());
    await new Promise<void>((resolve) => odd?.listen(0, '127.0.0.1', resolve));
    const { port } = odd.address() as AddressInfo;
    const client = createRelay(
      { host: '127.0.0.1', port, secure: true, tls: 'required', replyTimeoutMs: 5000, connectTimeoutMs: 150 },
      silentLogger,
    );
    expect(await failure(client)).toMatchObject({ stage: 'tls', loss: 'timeout' });
  });
});

describe('createRelay', () => {
  const base = { host: 'relay.example', port: 587, secure: false, tls: 'required', replyTimeoutMs: 1000 } as const;

  it.each([
    [base, 'relay.example:587'],
    [{ ...base, host: '::1' }, '[::1]:587'],
    [{ ...base, user: 'a@b', password: 'secret' }, 'a%40b@relay.example:587'],
  ])('names the relay without the password', async (config, identity) => {
    await against({});
    expect(createRelay(config, silentLogger).identity).toBe(identity);
  });

  it.each(['', 'no certificate', '-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----'])(
    'refuses %j as SMTP_CA',
    async (ca) => {
      await against({});
      let thrown: unknown;
      try {
        createRelay({ ...base, ca }, silentLogger);
      } catch (error) {
        thrown = error;
      }
      expect(hasCode(thrown, 'relay-ca-invalid')).toBe(true);
    },
  );

  it('refuses an EHLO name that could hold a command', async () => {
    await against({});
    expect(() => createRelay({ ...base, name: 'x\r\nMAIL FROM:<a@example.com>' }, silentLogger)).toThrow(TypeError);
  });
});

describe('logging in', () => {
  const auths = (): string[] => relay.record.commands.filter((line) => line.startsWith('AUTH'));

  it.each(['502 5.5.1 no such command', '504 5.5.4 unrecognised type', '534 5.7.9 mechanism too weak'])(
    'tries the next mechanism after %s',
    async (refusal) => {
      const check = await verifyRelay(
        await against({ credentials, refusedMechanisms: { PLAIN: refusal } }, credentials),
      );
      expect(check).toMatchObject({ ok: true, authenticated: true });
      expect(auths()).toEqual([expect.stringMatching(/^AUTH PLAIN/), 'AUTH LOGIN']);
    },
  );

  it.each(['535 5.7.8 no', '454 4.7.0 not now', '550 no'])('does not try another one after %s', async (refusal) => {
    const refused = await failure(await against({ credentials, refusedMechanisms: { PLAIN: refusal } }, credentials));
    expect(refused.reply?.code).toBe(Number(refusal.slice(0, 3)));
    expect(auths()).toHaveLength(1);
  });

  it('says what the last one was told when none was judged, and holds', async () => {
    const refusedMechanisms = { PLAIN: '534 5.7.9 application password required', LOGIN: '504 5.5.4 no' };
    const refused = await failure(await against({ credentials, refusedMechanisms }, credentials));
    expect(describeFailure(refused)).toContain('application password required');
    expect(classifyConnectFailure(refused)).toMatchObject({ kind: 'hold', reason: 'relay-auth' });
  });

  it('uses the mechanism of SMTP_AUTH and no other', async () => {
    const check = await verifyRelay(await against({ credentials }, { ...credentials, auth: 'LOGIN' }));
    expect(check).toMatchObject({ ok: true, authenticated: true });
    expect(auths()).toEqual(['AUTH LOGIN']);
    await relay.stop();
    const refused = await failure(await against({ credentials }, { ...credentials, auth: 'CRAM-MD5' }));
    expect(refused.detail).toBe('SMTP_AUTH asks for CRAM-MD5, and the relay offers PLAIN, LOGIN');
    expect(auths()).toEqual([]);
  });

  it('names the mechanisms that it cannot use, and calls no password wrong', async () => {
    const refused = await failure(
      await against({ credentials, mechanisms: ['SCRAM-SHA-256', 'SCRAM-SHA-1'] }, credentials),
    );
    expect(refused.detail).toContain('offers only SCRAM-SHA-256, SCRAM-SHA-1');
    const verdict = classifyConnectFailure(refused);
    expect(holdText('relay-auth', verdict.rule).help).toContain('no password is wrong');
  });

  it('lets nothing of the login back in that the relay repeats', async () => {
    const echo = `535 5.7.8 no: ${Buffer.from('\0relay-user\0correct horse').toString('base64')} relay-user correct horse`;
    const refused = await failure(await against({ credentials, refusedMechanisms: { PLAIN: echo } }, credentials));
    for (const secret of ['correct horse', 'relay-user', Buffer.from('\0relay-user\0correct horse').toString('base64')])
      expect(JSON.stringify(refused)).not.toContain(secret);
  });
});

describe('a session between two letters', () => {
  /** A relay that takes the session and then says this, again and again, until it is hung up on; answers how much it could say. */
  async function talkative(
    words: string,
    most: number,
  ): Promise<{ connection: RelayConnection; said: Promise<number> }> {
    relay = await startRelay();
    const said = new Promise<number>((resolve) => {
      odd = createServer((socket) => {
        socket.on('error', () => undefined);
        socket.write('220 odd.example\r\n');
        let octets = 0;
        const talk = (): void => {
          if (socket.destroyed || octets >= most) return resolve(octets);
          octets += words.length;
          socket.write(words, () => setImmediate(talk));
        };
        socket.once('data', () => socket.write('250 odd.example\r\n', () => setImmediate(talk)));
        socket.on('close', () => resolve(octets));
      }).listen(0, '127.0.0.1');
    });
    await new Promise((resolve) => odd?.once('listening', resolve));
    const { port } = odd!.address() as AddressInfo;
    const opened = await createRelay(
      { host: '127.0.0.1', port, secure: false, tls: 'off', replyTimeoutMs: 2000 },
      silentLogger,
    ).connect();
    if (!opened.ok) throw new Error('not connected');
    return { connection: opened.connection, said };
  }

  it.each([
    ['replies', '250 still here\r\n'.repeat(4_000)],
    ['a reply without an end', '250-more\r\n'.repeat(6_000)],
    ['a line without an end', 'x'.repeat(60_000)],
    ['a 421', '421 4.4.2 idle for too long\r\n'],
  ])('is over when the relay says %s', async (_, words) => {
    const { connection, said } = await talkative(words, 5_000_000);
    expect(await said).toBeLessThan(5_000_000);
    expect(connection.usable).toBe(false);
    const result = await connection.deliver(
      { from: 'a@example.com', to: 'b@example.net' },
      Buffer.from('Subject: x\r\n\r\n'),
    );
    expect(result).toEqual({ kind: 'lost', stage: 'mail', loss: 'reset', mayHaveGone: false });
  });
});

describe('what the relay says before MAIL FROM', () => {
  it.each<[RelayStage, string, Partial<RelayOptions>, Partial<RelayConfig>]>([
    ['greeting', '554 5.7.1 no service for you', {}, {}],
    ['ehlo', '550 5.7.1 who are you?', {}, {}],
    ['starttls', '502 5.5.1 not here', { tls: 'starttls' }, { tls: 'required', ca: testAuthority }],
    ['auth', '535 5.7.8 expired last week', { credentials }, credentials],
  ])('at %s is quoted', async (stage, reply, options, config) => {
    const refused = await failure(await against({ ...options, script: [{ stage, do: 'reply', reply }] }, config));
    expect(describeFailure(refused)).toContain(reply);
  });

  it('tells that a port begins in plain text, where smtps was asked for', async () => {
    const refused = await failure(await against({}, { secure: true, tls: 'required' }));
    expect(refused).toMatchObject({ stage: 'tls', loss: 'tls' });
    expect(refused.detail).toContain('smtp:// instead of smtps://');
  });

  it('greets with SMTP_NAME', async () => {
    await verifyRelay(await against({}, { name: 'candor.example' }));
    expect(relay.record.commands[0]).toBe('EHLO candor.example');
  });
});

describe('qualifiedHostName', () => {
  it.each([
    ['mail.example.com', 'mail.example.com'],
    ['Mail.Example.com', 'mail.example.com'],
    ['3f2a9c01d3', null],
    ['localhost.localdomain', null],
    ['ip-10-0-0-1.ec2.internal', null],
    ['laptop.local', null],
    ['10.0.0.5', null],
    ['under_score.example.com', null],
    ['-x.example.com', null],
    ['', null],
  ])('of %j is %j', (host, name) => {
    expect(qualifiedHostName(host)).toBe(name);
  });
});
