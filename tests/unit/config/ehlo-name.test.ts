import { expect, it } from 'vitest';
import { parseEhloName } from '../../../src/config/ehlo-name.ts';

it.each([
  ['mail.example.com', 'mail.example.com'],
  ['MAIL.example.com', 'mail.example.com'],
  ['bücher.example', 'xn--bcher-kva.example'],
  ['[192.0.2.1]', '[192.0.2.1]'],
  ['[IPv6:2001:DB8::1]', '[IPv6:2001:db8::1]'],
])('reads %j as %j', (text, value) => {
  expect(parseEhloName(text)).toEqual({ ok: true, value });
});

it.each([
  '',
  'localhost',
  'relay',
  '192.0.2.1',
  '2001:db8::1',
  '[192.0.2.999]',
  '[2001:db8::1]',
  '[IPv6:fe80::1%eth0]',
  'under_score.example.com',
  'two words.example',
  'a.example\r\nMAIL FROM:<x@example.com>',
  '-x.example',
])('refuses %j', (text) => {
  expect(parseEhloName(text).ok).toBe(false);
});
