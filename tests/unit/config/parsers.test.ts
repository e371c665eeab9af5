// The parsers of single settings, case by case.
import { describe, expect, it } from 'vitest';
import { parseDuration, parseRetrySchedule } from '../../../src/config/duration.ts';
import { isLoopback, normalHost } from '../../../src/config/host-name.ts';
import { parseEnvelopeSender, parseMailbox } from '../../../src/config/mailbox.ts';
import { maskUrl, shownValue } from '../../../src/config/mask.ts';
import { nearestName } from '../../../src/config/nearest-name.ts';
import type { Reading } from '../../../src/config/reading.ts';
import { parseRelayUrl } from '../../../src/config/relay-url.ts';

function valueOf<T>(reading: Reading<T>): T | null {
  return reading.ok ? reading.value : null;
}

describe('durations', () => {
  it.each([
    ['500ms', 500],
    ['90s', 90_000],
    ['5m', 300_000],
    ['48h', 172_800_000],
    ['2d', 172_800_000],
    ['24d', 2_073_600_000],
    ['25d', null],
    ['0s', null],
    ['5', null],
    ['1.5h', null],
    ['-5m', null],
    ['5 m', null],
    ['5M', null],
    ['', null],
  ])('%s is %s ms', (text, ms) => {
    expect(valueOf(parseDuration(text))).toBe(ms);
  });

  it.each([
    ['1m,5m,4h…', { delaysMs: [60_000, 300_000, 14_400_000], repeatLast: true }],
    ['1m,5m,4h...', { delaysMs: [60_000, 300_000, 14_400_000], repeatLast: true }],
    ['10s', { delaysMs: [10_000], repeatLast: false }],
    [' 1s , 2s … ', null],
    ['1s, 2s …', { delaysMs: [1000, 2000], repeatLast: true }],
    ['…', null],
    ['1m,,2m', null],
    ['1m…,2m', null],
    ['', null],
    [Array.from({ length: 101 }, () => '1s').join(','), null],
  ])('the schedule %s is read', (text, schedule) => {
    expect(valueOf(parseRetrySchedule(text))).toEqual(schedule);
  });
});

describe('relay addresses', () => {
  const plain = { host: 'relay.example', port: 587, secure: false, login: null };
  it.each([
    ['smtp://relay.example', plain],
    ['smtp://RELAY.example/', plain],
    ['smtps://relay.example', { ...plain, port: 465, secure: true }],
    ['smtp://relay.example:25', { ...plain, port: 25 }],
    ['smtp://[2001:DB8::1]:26', { ...plain, host: '2001:db8::1', port: 26 }],
    ['smtp://192.0.2.1', { ...plain, host: '192.0.2.1' }],
    ['smtp://bücher.example', { ...plain, host: 'xn--bcher-kva.example' }],
    ['smtp://u:p@relay.example', { ...plain, login: { user: 'u', password: 'p' } }],
    [
      'smtp://me%40x.example:a%2Fb%3A%25%23@relay.example',
      { ...plain, login: { user: 'me@x.example', password: 'a/b:%#' } },
    ],
    ['smtp://me@x.example:p@relay.example', { ...plain, login: { user: 'me@x.example', password: 'p' } }],
    ['smtp://u:p%C3%A4ss@relay.example', { ...plain, login: { user: 'u', password: 'päss' } }],
    ['relay.example', null],
    ['smtp:relay.example', null],
    ['smtp://', null],
    ['smtp:///path', null],
    ['smtp://relay.example:0', null],
    ['smtp://relay.example:99999', null],
    ['smtp://relay.example/path', null],
    ['smtp://relay.example?tls=no', null],
    ['smtp://u@relay.example', null],
    ['smtp://:p@relay.example', null],
    ['smtp://u:100%@relay.example', null],
    ['smtp://u:a%0D%0Ab@relay.example', null],
    ['smtp://u:a%00b@relay.example', null],
    ['smtp://relay..example', null],
    ['smtp://-relay.example', null],
    ['smtp://0x7f.1', null],
    ['smtp://127.1', null],
    ['imap://relay.example', null],
  ])('%s is read', (text, address) => {
    expect(valueOf(parseRelayUrl(text))).toEqual(address);
  });
});

describe('hosts', () => {
  it.each([
    ['localhost', true],
    ['a.localhost', true],
    ['127.0.0.1', true],
    ['127.255.0.9', true],
    ['::1', true],
    ['localhost.example', false],
    ['127.example', false],
    ['10.0.0.1', false],
    ['0.0.0.0', false],
    ['::', false],
  ])('%s is on loopback: %s', (host, expected) => {
    expect(isLoopback(host)).toBe(expected);
  });

  it('brings names into one form', () => {
    expect(['Relay.Example.', 'a%41', 'a b', '[::1', 'x'.repeat(64), ''].map(normalHost)).toEqual([
      'relay.example',
      null,
      null,
      null,
      null,
      null,
    ]);
  });
});

describe('mailboxes', () => {
  it.each([
    ['a@example.org', 'a@example.org'],
    ['<a@example.org>', 'a@example.org'],
    ['Name <a@example.org>', 'Name <a@example.org>'],
    ['"Name, Inc." <a@Example.ORG>', '"Name, Inc." <a@example.org>'],
    ['Name, Inc. <a@example.org>', '"Name, Inc." <a@example.org>'],
    ['"A \\"B\\"" <a@example.org>', '"A \\"B\\"" <a@example.org>'],
    ['Équipe sécurité <a@bücher.example>', 'Équipe sécurité <a@xn--bcher-kva.example>'],
    ['a.b+c@mail.example.org', 'a.b+c@mail.example.org'],
  ])('%s is written as %s', (text, written) => {
    expect(valueOf(parseMailbox(text))?.text).toBe(written);
  });

  it.each([
    'Name <a@example.org>\r\nBcc: b@example.org',
    'Name\n <a@example.org>',
    'a@example.org, b@example.org',
    'Name <a@example.org>, <b@example.org>',
    'Name <a@example.org> <b@example.org>',
    'group: a@example.org;',
    'a@example.org (comment)',
    '"a b"@example.org',
    'a..b@example.org',
    '.a@example.org',
    'a@[192.0.2.1]',
    'a@192.0.2.1',
    'a@localhost',
    'a@-example.org',
    'ä@example.org',
    'security@bank.example <a@example.org>',
    'Name\u202e <a@example.org>',
    'Na"me <a@example.org>',
    `${'x'.repeat(65)}@example.org`,
    `${'N'.repeat(101)} <a@example.org>`,
    'Name',
    '',
  ])('refuses %j', (text) => {
    expect(parseMailbox(text).ok).toBe(false);
  });

  it.each([
    ['bounces@example.org', 'bounces@example.org'],
    ['b+{notice}@Example.org', 'b+{notice}@example.org'],
    ['{notice}@example.org', '{notice}@example.org'],
    ['b+{notice}-{notice}@example.org', null],
    ['b@{notice}.example.org', null],
    ['b+{token}@example.org', null],
    ['b+{notice@example.org', null],
    [`${'b'.repeat(32)}{notice}@example.org`, `${'b'.repeat(32)}{notice}@example.org`],
    [`${'b'.repeat(33)}{notice}@example.org`, null],
    ['Name <b@example.org>', null],
    ['', null],
  ])('the envelope sender %s is read as %s', (text, expected) => {
    expect(valueOf(parseEnvelopeSender(text))).toBe(expected);
  });
});

describe('masking', () => {
  it.each([
    ['smtp://u:p@relay.example:25/x', 'smtp://u:***@relay.example:25/x'],
    ['postgres://u@db.example/x?password=p', 'postgres://u@db.example/x?***'],
    ['smtp://u:1/p@relay.example', 'smtp://***'],
    ['no scheme p', '***'],
  ])('%s is shown as %s', (value, shown) => {
    expect(maskUrl(value)).toBe(shown);
  });

  it('quotes control characters and cuts long values', () => {
    expect(shownValue('a\r\nb', 'open')).toBe(String.raw`"a\r\nb"`);
    expect(shownValue('x'.repeat(500), 'open')).toHaveLength(83);
  });
});

describe('the nearest name', () => {
  it.each([
    ['pubilc', 'public'],
    ['publi', 'public'],
    ['xyz', null],
    ['private', 'private'],
  ])('of %s is %s', (word, expected) => {
    expect(nearestName(word, ['public', 'private'], 2)).toBe(expected);
  });
});
