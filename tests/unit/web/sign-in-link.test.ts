// The link that sets the first password, and what else sign-in is made of.
import { describe, expect, it } from 'vitest';
import { passwordProblem } from '../../../src/domain/password.ts';
import { localPath } from '../../../src/web/routes/sign-in-routes.ts';
import { cookieValue, SignInLink } from '../../../src/web/sign-in-link.ts';
import { networkOf, SignInThrottle } from '../../../src/web/sign-in-throttle.ts';

function aLink(): SignInLink {
  let next = 0;
  return new SignInLink((size) => Buffer.alloc(size, ++next));
}

describe('SignInLink', () => {
  it('works once, and looking at it spends nothing', () => {
    const link = aLink();
    const token = link.renew();
    expect(link.fits(token)).toBe(true);
    expect(link.spend('guess')).toBe(false);
    expect(link.spend(token)).toBe(true);
    expect(link.fits(token)).toBe(false);
    expect(link.spend(token)).toBe(false);
  });

  it('knows no link before one was made, and not the empty one', () => {
    const link = aLink();
    expect(link.spend('')).toBe(false);
    link.renew();
    expect(link.spend('')).toBe(false);
  });

  it('replaces a link that nobody used', () => {
    const link = aLink();
    const [first, second] = [link.renew(), link.renew()];
    expect(link.spend(first)).toBe(false);
    expect(link.spend(second)).toBe(true);
  });
});

describe('SignInThrottle', () => {
  const throttle = (): { one: SignInThrottle; pass: (ms: number) => void } => {
    let now = 0;
    return { one: new SignInThrottle(() => now), pass: (ms) => (now += ms) };
  };

  it('lets a name be tried five times from an address, then again after a quarter of an hour', () => {
    const { one, pass } = throttle();
    for (let tries = 0; tries < 5; tries += 1) {
      expect(one.waitMs('Robin', '192.0.2.1')).toBe(0);
      one.failed('robin', '192.0.2.1');
      pass(1_000);
    }
    expect(one.waitMs('ROBIN', '192.0.2.1')).toBe(15 * 60_000 - 5_000);
    pass(15 * 60_000 - 5_000);
    expect(one.waitMs('robin', '192.0.2.1')).toBe(0);
  });

  it('does not let a stranger lock the operator out', () => {
    const { one } = throttle();
    for (let tries = 0; tries < 30; tries += 1) one.failed('robin', '192.0.2.66');
    expect(one.waitMs('robin', '192.0.2.66')).toBeGreaterThan(0);
    expect(one.waitMs('robin', '192.0.2.1')).toBe(0);
  });

  it('slows an address down that tries many names, and leaves a name that many addresses guess one try of each', () => {
    const { one } = throttle();
    for (let tries = 0; tries < 20; tries += 1) one.failed(`name${tries}`, '192.0.2.66');
    expect(one.waitMs('another', '192.0.2.66')).toBeGreaterThan(0);
    for (let tries = 0; tries < 100; tries += 1) one.failed('robin', `198.51.100.${tries}`);
    expect(one.waitMs('robin', '203.0.113.1')).toBe(0);
    one.failed('robin', '203.0.113.1');
    expect(one.waitMs('robin', '203.0.113.1')).toBeGreaterThan(0);
    expect(one.waitMs('robin', '203.0.113.2')).toBe(0);
    expect([one.failuresOf('203.0.113.1'), one.failuresOf('203.0.113.2')]).toEqual([1, 0]);
  });

  it('takes the network of an IPv6 address for the address: whoever has one has all of it', () => {
    const { one } = throttle();
    for (let tries = 0; tries < 5; tries += 1) one.failed('robin', `2001:db8:1:2::${tries}`);
    expect(one.waitMs('robin', '2001:db8:1:2:ffff::9')).toBeGreaterThan(0);
    expect(one.waitMs('robin', '2001:db8:1:3::1')).toBe(0);
  });

  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::1', '0:0:0:0::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['2001:0DB8:0:0:1:2:3:4', '2001:db8:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['1:2:3:4:5:6:7::', '1:2:3:4::/64'],
    ['64:ff9b::192.0.2.1', '64:ff9b:0:0::/64'],
  ])('%s belongs to %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });

  it('locks no address out by right passwords, however many', () => {
    const { one } = throttle();
    for (let times = 0; times < 200; times += 1) {
      expect(one.waitMs(`name${times}`, '192.0.2.1')).toBe(0);
      one.failed(`name${times}`, '192.0.2.1');
      one.succeeded(`name${times}`, '192.0.2.1');
    }
  });

  it.each([
    ['a dot above', '\u0130lker', 'i\u0307lker'],
    ['full width', '\uff32obin', 'robin'],
    ['a composed accent', 'Ren\u00e9', 'rene\u0301'],
    ['a Kelvin sign', '\u212aim', 'kim'],
  ])('has one count for the spellings of a name: %s', (_, typed, also) => {
    const { one } = throttle();
    for (let tries = 0; tries < 5; tries += 1) one.failed(typed, '192.0.2.1');
    expect(one.waitMs(also, '192.0.2.1')).toBeGreaterThan(0);
  });

  it('lets two passwords of an address be looked at together, and of every other address, too', () => {
    const { one } = throttle();
    expect([one.enter('192.0.2.1'), one.enter('192.0.2.1'), one.enter('192.0.2.1')]).toEqual([true, true, false]);
    expect(one.enter('192.0.2.2')).toBe(true);
    one.leave('192.0.2.1');
    expect(one.enter('192.0.2.1')).toBe(true);
  });

  it('does not count a password that nobody looked at', () => {
    const { one } = throttle();
    for (let tries = 0; tries < 30; tries += 1) {
      one.failed('robin', '192.0.2.1');
      one.withdraw('robin', '192.0.2.1');
    }
    expect(one.waitMs('robin', '192.0.2.1')).toBe(0);
  });

  it('forgives what was failed once the password was right', () => {
    const { one } = throttle();
    for (let tries = 0; tries < 4; tries += 1) one.failed('robin', '192.0.2.1');
    one.succeeded('robin', '192.0.2.1');
    one.failed('robin', '192.0.2.1');
    expect(one.waitMs('robin', '192.0.2.1')).toBe(0);
  });
});

describe('passwordProblem', () => {
  it.each(['short', 'aaaaaaaaaaaaaaaa', 'password123456', 'Robin-Robin-Robin', 'candorcandor1', 'x'.repeat(2_000)])(
    'refuses %s',
    (password) => {
      expect(passwordProblem(password, 'Robin')).not.toBeNull();
    },
  );

  it.each(['correct horse battery staple', 'пароль из шести слов', 'hujan-kopi-sepeda-biru'])(
    'takes %s',
    (password) => {
      expect(passwordProblem(password, 'Robin')).toBeNull();
    },
  );
});

describe('localPath', () => {
  it.each([
    '//evil.example',
    'https://evil.example',
    '/\\evil.example',
    '\\evil',
    '/a b',
    '',
    '/sign-in?next=/',
    'javascript:alert(1)',
  ])('takes %s for the start page', (next) => {
    expect(localPath(next)).toBe('/');
  });

  it('keeps a path with its query', () => {
    expect(localPath('/campaigns/abc?page=2')).toBe('/campaigns/abc?page=2');
  });
});

describe('cookieValue', () => {
  it.each([
    ['a=1; b=2', 'b', '2'],
    ['b=2', 'b', '2'],
    ['bb=2; ab=3', 'b', null],
    ['b', 'b', null],
    [undefined, 'b', null],
  ])('reads from %j the value of %j: %j', (header, name, value) => {
    expect(cookieValue(header, name)).toBe(value);
  });
});
