// Which Host headers the console answers to.
import { describe, expect, it } from 'vitest';
import { isAllowedHost } from '../../../src/web/allowed-hosts.ts';

describe('isAllowedHost', () => {
  const local = { host: '127.0.0.1', publicUrl: null };
  const open = { host: '0.0.0.0', publicUrl: 'https://notices.example.com' };

  it.each([
    ['127.0.0.1:3000', local, true],
    ['127.0.0.1', local, true],
    ['localhost:8080', local, true],
    ['LOCALHOST', local, true],
    ['[::1]:3000', local, true],
    ['127.0.0.1:3000', open, true],
    ['notices.example.com', open, true],
    ['Notices.Example.com:443', open, true],
    ['console.test:3000', { host: 'console.test', publicUrl: null }, true],
    [undefined, local, false],
    ['', local, false],
    ['attacker.example', local, false],
    ['attacker.example:3000', open, false],
    ['localhost.attacker.example', local, false],
    ['127.0.0.1.attacker.example', local, false],
    ['127.0.0.1@attacker.example', local, false],
    ['attacker.example, 127.0.0.1', local, false],
    ['0.0.0.0:3000', open, false],
    ['192.0.2.7:3000', open, false],
    ['notices.example.com', local, false],
  ])('%j with %j: %j', (header, listening, allowed) => {
    expect(isAllowedHost(header, listening)).toBe(allowed);
  });
});
