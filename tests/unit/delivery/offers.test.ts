import { describe, expect, it } from 'vitest';
import { isLoopback } from '../../../src/delivery/loopback.ts';
import { readOffers } from '../../../src/delivery/offers.ts';

const ehlo = (...lines: string[]): ReturnType<typeof readOffers> =>
  readOffers({
    code: 250,
    enhanced: null,
    text: ['250-relay.example', ...lines.map((line) => `250-${line}`)].join('\n'),
  });

describe('readOffers', () => {
  it('reads keywords in any case and ignores their parameters', () => {
    expect(ehlo('pipelining', '8BITMIME', 'SMTPUTF8', 'STARTTLS', 'SIZE 10', 'AUTH LOGIN plain', 'AUTH=LOGIN')).toEqual(
      {
        pipelining: true,
        eightBitMime: true,
        smtpUtf8: true,
        startTls: true,
        size: true,
        auth: ['LOGIN', 'PLAIN'],
      },
    );
  });

  it('takes no part of a word, and not the greeting line, for an offer', () => {
    expect(
      readOffers({ code: 250, enhanced: null, text: '250-STARTTLS PIPELINING\n250-XSTARTTLS\n250 NOPIPELINING' }),
    ).toMatchObject({ startTls: false, pipelining: false });
  });
});

describe('isLoopback', () => {
  it.each(['localhost', 'LOCALHOST.', 'mail.localhost', '127.0.0.1', '127.8.9.1', '::1'])('knows %s', (host) => {
    expect(isLoopback(host)).toBe(true);
  });

  it.each(['localhost.example.com', '128.0.0.1', '::2', '127.0.0.1.example.com', 'relay.example', '0.0.0.0'])(
    'does not take %s for it',
    (host) => {
      expect(isLoopback(host)).toBe(false);
    },
  );
});
