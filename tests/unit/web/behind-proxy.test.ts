// What is said at the start to whoever publishes the console through a proxy.
import { describe, expect, it } from 'vitest';
import { proxyWarning } from '../../../src/web/behind-proxy.ts';

describe('a public address', () => {
  it.each([
    ['https://notices.example.org', false, true],
    ['http://10.0.0.5:3000', false, true],
    ['https://notices.example.org', true, false],
    ['https://notices.example.org', ['10.0.0.1'], false],
    ['http://localhost:3000', false, false],
    ['http://127.0.0.1:3000', false, false],
    ['http://[::1]:3000', false, false],
    [null, false, false],
  ] as const)('%s with the proxies %j is worth a warning: %s', (publicUrl, trustProxy, warned) => {
    expect(proxyWarning({ publicUrl, trustProxy }) !== null).toBe(warned);
  });
});
