// What every way of talking to a relay must do, one sentence each. Run once per variant (with and
// without PIPELINING, STARTTLS, TLS from the first byte) by transport.test.ts.
import { afterEach, describe, expect, it } from 'vitest';
import type { RelayConnection } from '../../../src/delivery/connection.ts';
import { createRelay } from '../../../src/delivery/relay.ts';
import type { RelayConfig } from '../../../src/delivery/relay-config.ts';
import { classify } from '../../../src/domain/classify.ts';
import type { DeliveryResult } from '../../../src/domain/delivery-result.ts';
import { silentLogger } from '../../../src/runtime/logger.ts';
import { eventually } from '../../support/eventually.ts';
import { startRelay, type RelayOptions, type TestRelay } from '../../support/relay.ts';
import type { Step } from '../../support/relay-script.ts';

export interface Variant {
  readonly relay: RelayOptions;
  readonly config: Partial<RelayConfig>;
}

const envelope = { from: 'notice@example.com', to: 'jane@example.net' };
const letter = Buffer.from(
  'From: notice@example.com\r\nTo: jane@example.net\r\nMessage-ID: <1@example.com>\r\nX-Candor-Notice: n1\r\nSubject: a\r\n b\r\n\r\nHello\r\n',
);
const calm = { temporaryShare: { isThrottling: () => false } };

export function transportConformance(name: string, variant: Variant): void {
  const pipelining = variant.relay.pipelining !== false;
  const encrypted = variant.relay.tls !== undefined;

  describe(`transport, ${name}`, () => {
    const open: { relay: TestRelay; connections: RelayConnection[] } = { relay: null as never, connections: [] };

    afterEach(async () => {
      for (const connection of open.connections.splice(0)) connection.destroy();
      await open.relay.stop();
    });

    async function relayWith(script: readonly Step[] = [], options: RelayOptions = {}): Promise<TestRelay> {
      open.relay = await startRelay({ ...variant.relay, ...options, script });
      return open.relay;
    }

    async function connect(config: Partial<RelayConfig> = {}): Promise<RelayConnection> {
      const { host, port } = open.relay;
      const connected = await createRelay(
        { host, port, secure: false, tls: 'off', replyTimeoutMs: 5000, ...variant.config, ...config },
        silentLogger,
      ).connect();
      if (!connected.ok) throw new Error(`not connected: ${JSON.stringify(connected.failure)}`);
      open.connections.push(connected.connection);
      return connected.connection;
    }

    /** One letter over one new connection to a relay with this script. */
    async function deliver(
      script: readonly Step[],
      config: Partial<RelayConfig> = {},
    ): Promise<{ result: DeliveryResult; connection: RelayConnection; relay: TestRelay }> {
      const relay = await relayWith(script);
      const connection = await connect(config);
      return { result: await connection.deliver(envelope, letter), connection, relay };
    }

    const replied = (stage: string, code: number): object => ({ kind: 'replied', stage, reply: { code } });

    it('hands a letter over and takes the 2yz after it for acceptance', async () => {
      const { result, connection, relay } = await deliver([]);
      expect(result).toMatchObject(replied('after-body', 250));
      expect(classify(result, calm).kind).toBe('accepted');
      expect(connection.usable).toBe(true);
      expect(connection.encrypted).toBe(encrypted);
      expect(relay.record.letters).toMatchObject([
        { from: 'notice@example.com', to: 'jane@example.net', messageId: '<1@example.com>', notice: 'n1' },
      ]);
      expect(relay.record.letters[0]?.raw.equals(letter)).toBe(true);
    });

    it('sends one MAIL FROM, one RCPT TO and the size, and says when MAIL FROM goes', async () => {
      const relay = await relayWith();
      const connection = await connect();
      let calls = 0;
      const startMs = performance.now();
      await connection.deliver(envelope, letter, { onMailFrom: () => (calls += 1) });
      expect(calls).toBe(1);
      expect(relay.record.commands.filter((line) => /^(MAIL|RCPT|DATA)/.test(line))).toEqual([
        `MAIL FROM:<notice@example.com> SIZE=${letter.length}`,
        'RCPT TO:<jane@example.net>',
        'DATA',
      ]);
      expect(relay.record.mailFromsMs[0]).toBeGreaterThanOrEqual(startMs);
    });

    it('takes hundreds of letters over one connection, refusals between them', async () => {
      const relay = await relayWith([
        { stage: 'rcpt', when: { to: /^bad/ }, do: 'reply', reply: '550 5.1.1 unknown' },
        { stage: 'after-body', when: { to: /^full/ }, do: 'reply', reply: '452 4.2.2 mailbox full' },
      ]);
      const connection = await connect();
      for (let i = 0; i < 300; i += 1) {
        const who = i % 3 === 0 ? 'bad' : i % 3 === 1 ? 'full' : 'ok';
        const result = await connection.deliver({ ...envelope, to: `${who}${i}@example.net` }, letter);
        expect(result).toMatchObject(
          who === 'bad' ? replied('rcpt', 550) : replied('after-body', who === 'full' ? 452 : 250),
        );
      }
      expect(relay.record.connectionsMs).toHaveLength(1);
      expect(relay.record.letters.map(({ to }) => to)).toEqual(
        Array.from({ length: 100 }, (_, i) => `ok${i * 3 + 2}@example.net`),
      );
    });

    it.each([
      ['dots at the beginning of lines', '.\r\n..\r\n.a\r\n\r\n.\r\n'],
      [
        'an end of data inside',
        'a\r\n.\r\nMAIL FROM:<mallory@example.org>\r\nRCPT TO:<x@example.org>\r\nDATA\r\nsmuggled\r\n.\r\n',
      ],
      ['long lines', `${'x'.repeat(50_000)}\r\n`],
      ['no line end at the end', 'Subject: a\r\n\r\nb'],
      ['octets above 127', 'Subject: ü\r\n\r\nü\r\n'],
      ['NUL octets', 'Subject: a\r\n\r\na\0b\r\n'],
    ])('brings a letter with %s over unchanged, as one letter', async (_, text) => {
      const relay = await relayWith();
      const connection = await connect();
      expect(await connection.deliver(envelope, Buffer.from(text))).toMatchObject(replied('after-body', 250));
      expect(relay.record.letters.map(({ raw }) => raw.toString())).toEqual([
        text.endsWith('\r\n') ? text : `${text}\r\n`,
      ]);
      expect(relay.record.mailFromsMs).toHaveLength(1);
    });

    it('takes letters in parts, and a body that many share', async () => {
      const relay = await relayWith();
      const connection = await connect();
      const body = Buffer.from(`.a\r\n${`${'z'.repeat(70)}\r\n`.repeat(2_000)}`);
      const heads = ['one', 'two'].map((subject) => Buffer.from(`Subject: ${subject}\r\n\r\n`));
      for (const head of heads)
        expect(await connection.deliver(envelope, [head, body])).toMatchObject(replied('after-body', 250));
      expect(relay.record.letters.map(({ raw }) => raw.toString())).toEqual(
        heads.map((head) => Buffer.concat([head, body]).toString()),
      );
      expect(relay.record.commands.filter((line) => line.startsWith('MAIL'))).toEqual(
        heads.map((head) => `MAIL FROM:<notice@example.com> SIZE=${head.length + body.length}`),
      );
    });

    it('turns bare line ends into CRLF, so that nothing can be smuggled', async () => {
      const relay = await relayWith();
      const connection = await connect();
      await connection.deliver(envelope, Buffer.from('a\n.\nMAIL FROM:<x@example.org>\r.\rb'));
      expect(relay.record.letters.map(({ raw }) => raw.toString())).toEqual([
        'a\r\n.\r\nMAIL FROM:<x@example.org>\r\n.\r\nb\r\n',
      ]);
    });

    it('brings a letter of ten megabytes over', async () => {
      const relay = await relayWith();
      const connection = await connect({ replyTimeoutMs: 30_000 });
      const big = Buffer.from(`Subject: big\r\n\r\n${`${'y'.repeat(998)}\r\n`.repeat(10_000)}`);
      expect(await connection.deliver(envelope, big)).toMatchObject(replied('after-body', 250));
      expect(relay.record.letters[0]?.raw.equals(big)).toBe(true);
    });

    it.each(['mail', 'rcpt', 'data', 'after-body'] as const)(
      'reports a 4yz and a 5yz to %s at that stage, resets, and goes on with the same connection',
      async (stage) => {
        const relay = await relayWith([
          { stage, when: { nth: 1 }, do: 'reply', reply: '451 4.3.0 later' },
          { stage, when: { nth: 1 }, do: 'reply', reply: '550 5.7.1 no' },
        ]);
        const connection = await connect();
        expect(await connection.deliver(envelope, letter)).toMatchObject(replied(stage, 451));
        expect(connection.usable).toBe(true);
        expect(await connection.settled()).toBe(true);
        expect(await connection.deliver(envelope, letter)).toMatchObject(replied(stage, 550));
        expect(await connection.deliver(envelope, letter)).toMatchObject(replied('after-body', 250));
        expect(relay.record.commands.filter((line) => line === 'RSET')).toHaveLength(2);
        expect(relay.record.connectionsMs).toHaveLength(1);
      },
    );

    it.each(['mail', 'rcpt', 'data', 'after-body'] as const)(
      'reports a 421 to %s and uses the connection no more',
      async (stage) => {
        const { result, connection } = await deliver([{ stage, do: 'reply-then-drop', reply: '421 4.7.0 closing' }]);
        expect(result).toMatchObject(replied(stage, 421));
        expect(connection.usable).toBe(false);
        expect(await connection.deliver(envelope, letter)).toEqual({
          kind: 'lost',
          stage: 'mail',
          loss: 'reset',
          mayHaveGone: false,
        });
      },
    );

    it.each([
      ['mail', false],
      ['rcpt', false],
      ['data', false],
      ['body', true],
      ['after-body', true],
    ] as const)(
      'knows whether the letter may have gone when the relay drops, resets or falls silent at %s: %s',
      async (stage, mayHaveGone) => {
        for (const [action, loss] of [
          ['drop', 'reset'],
          ['reset', 'reset'],
          ['silence', 'timeout'],
        ] as const) {
          const { result, connection, relay } = await deliver([{ stage, do: action }], { replyTimeoutMs: 150 });
          expect(result, action).toMatchObject({ kind: 'lost', loss, mayHaveGone });
          // RST discards replies that were on their way, so an earlier stage may be the last one known.
          if (action !== 'reset') expect(result).toHaveProperty('stage', stage === 'body' ? 'after-body' : stage);
          expect(connection.usable).toBe(false);
          await relay.stop();
        }
      },
    );

    it('knows that a letter may have gone when the relay drops in the middle of a long body', async () => {
      await relayWith([{ stage: 'body', do: 'reset' }]);
      const connection = await connect();
      const result = await connection.deliver(envelope, Buffer.alloc(16_000_000, 'x\r\n'));
      expect(result).toMatchObject({ kind: 'lost', stage: 'body', mayHaveGone: true });
    });

    it('takes a refusal in the middle of a body for a refusal, and closes', async () => {
      await relayWith([{ stage: 'body', do: 'reply-then-drop', reply: '552 5.3.4 too big' }]);
      const connection = await connect();
      const result = await connection.deliver(envelope, Buffer.alloc(16_000_000, 'x\r\n'));
      // The relay's close may overtake its answer (RST discards what was not read): then nothing is claimed.
      if (result.kind === 'replied') expect(result).toMatchObject(replied('body', 552));
      else expect(result).toMatchObject({ kind: 'lost', stage: 'body', mayHaveGone: true });
      expect(connection.usable).toBe(false);
    });

    it.each(['reply-then-drop', ...(encrypted ? [] : (['reply-then-reset'] as const))] as const)(
      'counts a 250 that was followed at once by the end of the connection (%s) as accepted',
      async (action) => {
        const { result, connection } = await deliver([{ stage: 'after-body', do: action }]);
        expect(result).toMatchObject(replied('after-body', 250));
        await eventually(() => !connection.usable);
      },
    );

    it('does not take a 250 that came before the body had left for acceptance', async () => {
      const { result, relay } = await deliver([{ stage: 'data', do: 'raw', reply: '354 go\r\n250 2.0.0 queued\r\n' }]);
      expect(result).toEqual({ kind: 'lost', stage: 'data', loss: 'protocol', mayHaveGone: false });
      expect(relay.record.begun).toBe(0);
    });

    it('does not take a 250 in the middle of a long body for acceptance', async () => {
      await relayWith([
        { stage: 'body', do: 'raw', reply: '250 2.0.0 queued\r\n' },
        { stage: 'after-body', do: 'silence' },
      ]);
      const connection = await connect();
      const result = await connection.deliver(envelope, Buffer.alloc(16_000_000, 'x\r\n'));
      expect(result).toEqual({ kind: 'lost', stage: 'body', loss: 'protocol', mayHaveGone: true });
      expect(connection.usable).toBe(false);
    });

    it('does not send the body on a 250 to DATA', async () => {
      const { result, relay } = await deliver([{ stage: 'data', do: 'reply', reply: '250 ok' }]);
      expect(result).toEqual({ kind: 'lost', stage: 'data', loss: 'protocol', mayHaveGone: false });
      expect(relay.record.begun).toBe(0);
    });

    it.each([
      ['mail', '354 go'],
      ['rcpt', '354 go'],
    ] as const)('does not go on when %s is answered with %s', async (stage, reply) => {
      const { result } = await deliver([{ stage, do: 'raw', reply: `${reply}\r\n` }]);
      expect(result).toMatchObject({ kind: 'lost', loss: 'protocol', mayHaveGone: false });
    });

    it('takes a 354 after the body for no answer to it', async () => {
      const { result } = await deliver([{ stage: 'after-body', do: 'raw', reply: '354 go\r\n' }]);
      expect(result).toEqual({ kind: 'lost', stage: 'after-body', loss: 'protocol', mayHaveGone: true });
    });

    it('never counts a reply given twice for the next letter', async () => {
      const { result, connection, relay } = await deliver([
        { stage: 'after-body', when: { nth: 1 }, do: 'raw', reply: '250 2.0.0 ok\r\n250 2.0.0 ok\r\n' },
      ]);
      expect(result).toMatchObject(replied('after-body', 250));
      await eventually(() => !connection.usable);
      expect(await connection.deliver(envelope, letter)).toMatchObject({ kind: 'lost', mayHaveGone: false });
      expect(relay.record.bodies).toHaveLength(1);
    });

    it('sends no body when a doubled reply arrives with the next letter under way', async () => {
      const relay = await relayWith([
        { stage: 'mail', when: { nth: 2 }, do: 'raw', reply: '250 2.0.0 the last one again\r\n250 2.1.0 ok\r\n' },
      ]);
      const connection = await connect();
      await connection.deliver(envelope, letter);
      expect(await connection.deliver(envelope, letter)).toMatchObject({
        kind: 'lost',
        loss: 'protocol',
        mayHaveGone: false,
      });
      expect(relay.record.begun).toBe(1);
    });

    it('notices a 421 in an idle session', async () => {
      const { connection } = await deliver([{ stage: 'after-body', do: 'raw', reply: '250 2.0.0 ok\r\n' }]);
      open.relay.dropConnections();
      await eventually(() => !connection.usable);
    });

    it.each([
      ['mail', false],
      ['after-body', true],
    ] as const)('takes garbage at %s for a loss', async (stage, mayHaveGone) => {
      for (const garbage of [
        '\u0000\u0001\u0002\r\n',
        'HTTP/1.1 400 Bad Request\r\n',
        '25 ok\r\n',
        '999 ok\r\n',
        '250ok\r\n',
      ]) {
        const { result, connection, relay } = await deliver([{ stage, do: 'raw', reply: garbage }]);
        expect(result, garbage).toMatchObject({ kind: 'lost', stage, loss: 'protocol', mayHaveGone });
        expect(connection.usable).toBe(false);
        await relay.stop();
      }
    });

    it('reads replies that come one octet at a time', async () => {
      const { result } = await deliver(
        (['greeting', 'ehlo', 'mail', 'rcpt', 'data', 'after-body'] as const).map((stage) => ({
          stage,
          do: 'reply',
          split: true,
        })),
      );
      expect(result).toMatchObject(replied('after-body', 250));
    });

    it('reads a refusal of one megabyte and keeps its codes', async () => {
      const { result, connection } = await deliver([
        {
          stage: 'rcpt',
          do: 'reply',
          reply: `${'550-5.1.1 blah blah blah blah blah blah\n'.repeat(26_000)}550 5.1.1 <{to}> unknown`,
        },
      ]);
      expect(result).toMatchObject({ kind: 'replied', stage: 'rcpt', reply: { code: 550, enhanced: '5.1.1' } });
      expect(await connection.settled()).toBe(true);
      expect(await connection.deliver({ ...envelope, to: 'jim@example.net' }, letter)).toMatchObject(
        replied('rcpt', 550),
      );
    });

    it('does not take a 250 without its line end for acceptance', async () => {
      const { result } = await deliver([{ stage: 'after-body', do: 'raw', reply: '250 2.0.0 queued' }], {
        replyTimeoutMs: 150,
      });
      expect(result).toEqual({ kind: 'lost', stage: 'after-body', loss: 'timeout', mayHaveGone: true });
    });

    it('waits for a slow relay as long as it is allowed to take', async () => {
      const { result } = await deliver(
        (['mail', 'rcpt', 'after-body'] as const).map((stage) => ({ stage, do: 'delay', delayMs: 200 })),
        { replyTimeoutMs: 2000 },
      );
      expect(result).toMatchObject(replied('after-body', 250));
    });

    it('does not wait longer because a reply trickles', async () => {
      const { result } = await deliver(
        [{ stage: 'mail', do: 'reply', reply: `${'250-still there\n'.repeat(20_000)}250 ok`, split: true }],
        { replyTimeoutMs: 200 },
      );
      expect(result).toEqual({ kind: 'lost', stage: 'mail', loss: 'timeout', mayHaveGone: false });
    });

    it('ends a body at once when it is told to, with nothing taken as a letter', async () => {
      const relay = await relayWith([{ stage: 'body', do: 'silence' }]);
      const connection = await connect();
      const running = connection.deliver(envelope, Buffer.alloc(16_000_000, 'x\r\n'));
      await eventually(() => relay.record.begun === 1);
      connection.destroy();
      expect(await running).toMatchObject({ kind: 'lost', mayHaveGone: true });
      expect(relay.record.bodies).toEqual([]);
    });

    it('answers that nothing has gone when it is ended before the body', async () => {
      const relay = await relayWith([{ stage: 'mail', do: 'silence' }]);
      const connection = await connect();
      const running = connection.deliver(envelope, letter);
      await eventually(() => relay.record.mailFromsMs.length === 1);
      connection.destroy();
      expect(await running).toEqual({ kind: 'lost', stage: 'mail', loss: 'reset', mayHaveGone: false });
    });

    it('survives a relay that wants a body for a refused recipient', async () => {
      const { result, connection, relay } = await deliver([
        { stage: 'rcpt', when: { nth: 1 }, do: 'reply', reply: '550 5.1.1 unknown' },
        { stage: 'data', when: { nth: 1 }, do: 'reply', reply: pipelining ? '354 go on' : '354 go' },
      ]);
      expect(result).toMatchObject(replied('rcpt', 550));
      expect(await connection.settled()).toBe(true);
      expect(await connection.deliver(envelope, letter)).toMatchObject(replied('after-body', 250));
      expect(relay.record.letters).toHaveLength(1);
    });

    it('uses a connection no more when it cannot be reset', async () => {
      const { result, connection } = await deliver([
        { stage: 'rcpt', do: 'reply', reply: '550 5.1.1 unknown' },
        { stage: 'rset', do: 'reply', reply: '500 5.5.1 what?' },
      ]);
      expect(result).toMatchObject(replied('rcpt', 550));
      expect(await connection.settled()).toBe(false);
    });

    it('says SMTPUTF8 for an address that needs it, and writes nothing where it is not offered', async () => {
      const relay = await relayWith([], { smtpUtf8: true });
      const connection = await connect();
      expect(connection.supportsSmtpUtf8).toBe(true);
      expect(await connection.deliver({ ...envelope, to: 'müller@bücher.example' }, letter)).toMatchObject(
        replied('after-body', 250),
      );
      expect(relay.record.commands.find((line) => line.startsWith('MAIL'))).toContain(' SMTPUTF8');
      expect(relay.record.letters[0]?.to).toBe('müller@xn--bcher-kva.example');
      await relay.stop();
      const plain = await relayWith();
      expect(await (await connect()).deliver({ ...envelope, to: 'müller@example.net' }, letter)).toEqual({
        kind: 'unsupported',
        reason: 'relay-without-smtputf8',
      });
      expect(plain.record.mailFromsMs).toEqual([]);
    });

    it('announces the size, so that a letter above the limit is refused before it goes', async () => {
      const relay = await relayWith([], { sizeLimit: 100 });
      const connection = await connect();
      const result = await connection.deliver(envelope, letter);
      expect(result).toMatchObject(replied('mail', 552));
      expect(classify(result, calm)).toMatchObject({ kind: 'hold', reason: 'letter-malformed' });
      expect(relay.record.begun).toBe(0);
    });

    it('writes nothing at all for an envelope with a line break', async () => {
      const relay = await relayWith();
      const connection = await connect();
      await expect(
        connection.deliver({ ...envelope, to: 'a@example.net>\r\nRCPT TO:<b@example.net' }, letter),
      ).rejects.toThrow(TypeError);
      expect(relay.record.mailFromsMs).toEqual([]);
      expect(connection.usable).toBe(true);
    });

    it('says QUIT when it closes, and is gone from the relay', async () => {
      const { connection, relay } = await deliver([]);
      await connection.close();
      expect(relay.record.commands.at(-1)).toBe('QUIT');
      expect(connection.usable).toBe(false);
      await eventually(() => relay.record.openConnections === 0);
    });
  });
}
