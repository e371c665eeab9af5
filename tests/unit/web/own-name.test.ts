// Which requests are led to the console's own name.
import { describe, expect, it } from 'vitest';
import { isAllowedHost } from '../../../src/web/allowed-hosts.ts';
import { isSharedDoor, ownPlace } from '../../../src/web/own-name.ts';

const own = `candor-${'0a'.repeat(16)}.localhost`;
const navigation = { 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
const asked = (headers: Record<string, string>, method = 'GET', url = '/inbox?before=3') => ({ method, url, headers });

describe('a browser', () => {
  it.each([
    ['127.0.0.1:3000', `http://${own}:3000/inbox?before=3`],
    ['localhost:3000', `http://${own}:3000/inbox?before=3`],
    ['127.0.0.2', `http://${own}/inbox?before=3`],
    ['[::1]:8080', `http://${own}:8080/inbox?before=3`],
    ['LOCALHOST:3000', `http://${own}:3000/inbox?before=3`],
  ])('that comes by %s is led to %s', (host, place) => {
    expect(ownPlace(asked({ host, ...navigation }), own)).toBe(place);
    expect(isSharedDoor(asked({ host, ...navigation }), own)).toBe(true);
  });

  it('without Fetch Metadata is known by what it asks for', () => {
    expect(ownPlace(asked({ host: 'localhost:1', 'upgrade-insecure-requests': '1' }), own)).toContain(own);
  });

  it.each([
    ['at its own name', asked({ host: `${own}:3000`, ...navigation })],
    ['by an address of the net', asked({ host: '192.168.1.5:3000', ...navigation })],
    ['that sends a form', asked({ host: '127.0.0.1', ...navigation }, 'POST')],
    ['that loads a part of a page', asked({ host: '127.0.0.1', ...navigation, 'sec-fetch-dest': 'iframe' })],
    ['behind a proxy', asked({ host: '127.0.0.1', ...navigation, 'x-forwarded-for': '192.0.2.1' })],
    ['with another scheme in its address', asked({ host: '127.0.0.1', ...navigation }, 'GET', 'http://evil.example/')],
  ])('%s stays', (_, request) => {
    expect(ownPlace(request, own)).toBeNull();
  });

  it('stays where there is no own name, as behind PUBLIC_URL', () => {
    expect(ownPlace(asked({ host: '127.0.0.1', ...navigation }), null)).toBeNull();
    expect(isSharedDoor(asked({ host: '127.0.0.1', ...navigation }), null)).toBe(false);
  });
});

describe('a program', () => {
  it.each([{ host: '127.0.0.1:3000' }, { host: 'localhost', 'sec-fetch-mode': 'cors' }])('stays: %j', (headers) => {
    expect(ownPlace(asked(headers), own)).toBeNull();
    expect(isSharedDoor(asked(headers), own)).toBe(false);
  });
});

describe('the own name', () => {
  const listening = { host: '127.0.0.1', publicUrl: null, ownName: own };
  it('is an allowed Host, and no other name under localhost is', () => {
    expect(isAllowedHost(`${own}:3000`, listening)).toBe(true);
    for (const host of ['evil.localhost:3000', `x.${own}`, `${own}.evil.example`, 'candor.localhost'])
      expect(isAllowedHost(host, listening)).toBe(false);
  });
});
