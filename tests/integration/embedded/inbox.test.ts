// The built-in inbox over a real connection: what it takes, when it says 250, and what it refuses.
import { createServer } from 'node:net';
import nodemailer from 'nodemailer';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  asPortProblem,
  noticeTokenOf,
  startInbox,
  type Inbox,
  type ReceivedLetter,
} from '../../../src/embedded/inbox.ts';
import { silentLogger } from '../../../src/runtime/logger.ts';
import { eventually } from '../../support/eventually.ts';

const receivedAt = new Date('2026-11-22T10:00:00Z');
let letters: ReceivedLetter[];
let put: (letter: ReceivedLetter) => Promise<void>;
let inbox: Inbox;

beforeEach(async () => {
  letters = [];
  put = (letter) => {
    letters.push(letter);
    return Promise.resolve();
  };
  inbox = await startInbox({ store: { put: (letter) => put(letter) }, logger: silentLogger, now: () => receivedAt });
});
afterEach(() => inbox.close());

async function send(raw: string, to = 'someone@example.org'): Promise<void> {
  const transport = nodemailer.createTransport({ host: '127.0.0.1', port: inbox.port, ignoreTLS: true });
  try {
    await transport.sendMail({ envelope: { from: 'notices@example.com', to }, raw });
  } finally {
    transport.close();
  }
}

describe('where the inbox listens', () => {
  const start = (options: { addresses?: string[]; port?: number }): Promise<Inbox> =>
    startInbox({ store: { put: () => Promise.resolve() }, logger: silentLogger, ...options });

  it('is 127.0.0.1, or the other loopback address on a machine without it', async () => {
    expect(inbox.host).toBe('127.0.0.1');
    // 192.0.2.0/24 is for documentation: no machine has it.
    const other = await start({ addresses: ['192.0.2.1', '127.0.0.2'] });
    expect([other.host, other.port > 0]).toEqual(['127.0.0.2', true]);
    const transport = nodemailer.createTransport({ host: other.host, port: other.port, ignoreTLS: true });
    await transport.verify();
    transport.close();
    await other.close();
  });

  it('is told when there is no such address, or the port is not this user’s', async () => {
    await expect(start({ addresses: ['192.0.2.1'] })).rejects.toMatchObject({
      code: 'inbox-port-unusable',
      values: { reason: 'EADDRNOTAVAIL' },
    });
    await expect(start({ port: inbox.port })).rejects.toMatchObject({ code: 'inbox-port-taken' });
  });

  it('is told for a port that only root may use, whoever runs this', () => {
    const refused = Object.assign(new Error('listen EACCES'), { code: 'EACCES' });
    expect(asPortProblem(refused, '127.0.0.1', 25)).toMatchObject({
      code: 'inbox-port-unusable',
      values: { port: 25, reason: 'EACCES' },
    });
  });
});

describe('the inbox', () => {
  it('keeps a letter byte for byte, with its notice and the time', async () => {
    const raw = 'Subject: Hello\r\nX-Candor-Notice: n0-tice_7\r\n\r\n.dots\r\n..stay\r\n.\r\n\u{1F600} ends\r\n';
    await send(raw);
    expect(letters.map((letter) => ({ ...letter, raw: letter.raw.toString('utf8') }))).toEqual([
      { receivedAt, noticeToken: 'n0-tice_7', raw },
    ]);
  });

  it('says 250 only once the store has the letter', async () => {
    let stored = (): void => undefined;
    let answered = false;
    put = (letter) => {
      letters.push(letter);
      return new Promise<void>((resolve) => (stored = resolve));
    };
    const sending = send('Subject: Hello\r\n\r\nText\r\n').then(() => (answered = true));
    await eventually(() => letters.length === 1);
    expect(answered).toBe(false);
    stored();
    await sending;
    expect(answered).toBe(true);
  });

  it('refuses for now when the store fails, and goes on', async () => {
    put = () => Promise.reject(new Error('down'));
    await expect(send('Subject: Hello\r\n\r\nText\r\n')).rejects.toMatchObject({ responseCode: 451 });
    put = (letter) => {
      letters.push(letter);
      return Promise.resolve();
    };
    await send('Subject: Hello\r\n\r\nText\r\n');
    expect(letters).toHaveLength(1);
  });

  it('refuses a letter over 1 MB for good and keeps nothing of it', async () => {
    await expect(send(`Subject: Hello\r\n\r\n${`${'x'.repeat(70)}\r\n`.repeat(15_000)}`)).rejects.toMatchObject({
      responseCode: 552,
    });
    expect(letters).toEqual([]);
  });

  it('takes addresses that are not ASCII', async () => {
    await send('Subject: Hello\r\n\r\nText\r\n', 'jos\u00e9@example.org');
    expect(letters).toHaveLength(1);
  });

  it('takes many letters at once over many connections', async () => {
    const transport = nodemailer.createTransport({
      host: '127.0.0.1',
      port: inbox.port,
      ignoreTLS: true,
      pool: true,
      maxConnections: 8,
      maxMessages: Infinity,
    });
    await Promise.all(
      Array.from({ length: 400 }, (_, n) =>
        transport.sendMail({
          envelope: { from: 'notices@example.com', to: `r${n}@example.org` },
          raw: `Subject: ${n}\r\n\r\nText\r\n`,
        }),
      ),
    );
    transport.close();
    expect(new Set(letters.map((letter) => letter.raw.toString())).size).toBe(400);
  });

  it('listens on loopback only, and says so when its port is taken', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const address = other.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    await expect(startInbox({ port, store: { put }, logger: silentLogger })).rejects.toMatchObject({
      code: 'inbox-port-taken',
    });
    await new Promise((resolve) => other.close(resolve));
  });
});

describe('noticeTokenOf', () => {
  it.each([
    ['X-Candor-Notice: abc\r\n\r\n', 'abc'],
    ['Subject: a\r\nx-candor-notice:abc \r\nTo: b\r\n\r\n', 'abc'],
    ['Subject: a\r\n\r\nX-Candor-Notice: abc\r\n', null],
    ['Subject: X-Candor-Notice: abc\r\n\r\n', null],
    ['X-Candor-Notice: a b\r\n\r\n', null],
    ['', null],
  ])('reads %j as %j', (raw, token) => {
    expect(noticeTokenOf(Buffer.from(raw))).toBe(token);
  });
});
