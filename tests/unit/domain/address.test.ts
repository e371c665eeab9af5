// What is one plain address, which spellings are the same, and what is refused for which reason.
import { describe, expect, it } from 'vitest';
import { addressProblems, canonicalDomain, parseAddress, type AddressProblem } from '../../../src/domain/address.ts';
import { isBlank, trimInvisible } from '../../../src/domain/invisible.ts';

const local64 = 'a'.repeat(64);
const label63 = 'b'.repeat(63);

function accepted(cell: string): { address: string; key: string; domain: string } {
  const parsed = parseAddress(cell);
  if (!parsed.ok) throw new Error(`refused with ${parsed.code}`);
  return parsed;
}

describe('parseAddress', () => {
  it.each([
    ['jane@example.com', 'jane@example.com', 'jane@example.com', 'example.com'],
    ['Jane.Doe@Example.COM', 'Jane.Doe@Example.COM', 'jane.doe@example.com', 'example.com'],
    ['a+tag@example.com', 'a+tag@example.com', 'a+tag@example.com', 'example.com'],
    [
      "!#$%&'*+-/=?^_`{|}~@example.com",
      "!#$%&'*+-/=?^_`{|}~@example.com",
      "!#$%&'*+-/=?^_`{|}~@example.com",
      'example.com',
    ],
    ['  jane@example.com\t', 'jane@example.com', 'jane@example.com', 'example.com'],
    ['\uFEFF\u200Bjane@example.com\u00A0\u2060\r\n', 'jane@example.com', 'jane@example.com', 'example.com'],
    ['jane@bücher.example', 'jane@xn--bcher-kva.example', 'jane@xn--bcher-kva.example', 'xn--bcher-kva.example'],
    ['jane@BU\u0308CHER.example', 'jane@xn--bcher-kva.example', 'jane@xn--bcher-kva.example', 'xn--bcher-kva.example'],
    ['jane@XN--BCHER-KVA.example', 'jane@XN--BCHER-KVA.example', 'jane@xn--bcher-kva.example', 'xn--bcher-kva.example'],
    ['jane@faß.example', 'jane@xn--fa-hia.example', 'jane@xn--fa-hia.example', 'xn--fa-hia.example'],
    ['jane@例え。テスト', 'jane@xn--r8jz45g.xn--zckzah', 'jane@xn--r8jz45g.xn--zckzah', 'xn--r8jz45g.xn--zckzah'],
    ['jane@ｅｘａｍｐｌｅ.com', 'jane@example.com', 'jane@example.com', 'example.com'],
    ['Jürgen@example.com', 'Jürgen@example.com', 'jürgen@example.com', 'example.com'],
    ['Ju\u0308rgen@example.com', 'Jürgen@example.com', 'jürgen@example.com', 'example.com'],
    ['иван@пример.example', 'иван@xn--e1afmkfd.example', 'иван@xn--e1afmkfd.example', 'xn--e1afmkfd.example'],
    ['用户@example.com', '用户@example.com', '用户@example.com', 'example.com'],
    ['ΟΔΥΣΣΕΥΣ@example.com', 'ΟΔΥΣΣΕΥΣ@example.com', 'οδυσσευσ@example.com', 'example.com'],
    ['a@r3---sn-x.example', 'a@r3---sn-x.example', 'a@r3---sn-x.example', 'r3---sn-x.example'],
    ['a@1.example', 'a@1.example', 'a@1.example', '1.example'],
    [`${local64}@example.com`, `${local64}@example.com`, `${local64}@example.com`, 'example.com'],
    [`a@${label63}.example`, `a@${label63}.example`, `a@${label63}.example`, `${label63}.example`],
  ])('reads %j', (cell, address, key, domain) => {
    expect(parseAddress(cell)).toEqual({ ok: true, address, key, domain });
  });

  it.each<[string, AddressProblem]>([
    ['', 'address-empty'],
    [' \u200B\uFEFF ', 'address-empty'],
    ['jane', 'address-no-at'],
    ['@example.com', 'address-local-empty'],
    ['jane@', 'address-domain'],
    ['jane@@example.com', 'address-two-ats'],
    ['jane@a@example.com', 'address-two-ats'],
    ['a@example.com,b@example.com', 'address-list'],
    ['a@example.com;b@example.com', 'address-list'],
    ['a@example.com b@example.com', 'address-list'],
    ['A <a@example.com>, B <b@example.com>', 'address-list'],
    ['Jane <jane@example.com>', 'address-display-name'],
    ['<jane@example.com>', 'address-display-name'],
    ['"Jane" <jane@example.com>', 'address-display-name'],
    ['"jane"@example.com', 'address-quoted'],
    ['"a@b"@example.com', 'address-quoted'],
    ['ja\\ne@example.com', 'address-quoted'],
    ['jane(comment)@example.com', 'address-comment'],
    ['jane@example.com(comment)', 'address-comment'],
    ['jane@(attacker.test)example.com', 'address-comment'],
    ['team:jane@example.com;', 'address-character'],
    ['mailto:jane@example.com', 'address-character'],
    ['jane,doe@example.com', 'address-character'],
    ['jane[1]@example.com', 'address-character'],
    ['jane doe@example.com', 'address-space'],
    ['jane@exam ple.com', 'address-space'],
    ['jane\u00A0doe@example.com', 'address-space'],
    ['jane@example.com\r\nBcc: all@example.com', 'address-line-break'],
    ['jane\n@example.com', 'address-line-break'],
    ['jane\u2028@example.com', 'address-line-break'],
    ['jane\tdoe@example.com', 'address-invisible'],
    ['ja\0ne@example.com', 'address-invisible'],
    ['jane\u200B@example.com', 'address-invisible'],
    ['jane@exam\u00ADple.com', 'address-invisible'],
    ['jane@exam\u200Dple.com', 'address-invisible'],
    ['\u202Eenaj\u202Cx@example.com', 'address-invisible'],
    ['j\u3164ane@example.com', 'address-invisible'],
    ['a\u2800b@example.com', 'address-invisible'],
    ['.jane@example.com', 'address-dots'],
    ['jane.@example.com', 'address-dots'],
    ['ja..ne@example.com', 'address-dots'],
    ['jané..x@example.com', 'address-dots'],
    ['jane@example..com', 'address-domain'],
    ['jane@.example.com', 'address-domain'],
    ['jane@example.com.', 'address-domain'],
    ['jane@-example.com', 'address-domain'],
    ['jane@example-.com', 'address-domain'],
    ['jane@exa_mple.com', 'address-domain'],
    ['jane@exam%70le.com', 'address-domain'],
    ['jane@example.com:25', 'address-domain'],
    ['jane@example.com/path', 'address-domain'],
    ['jane@example.com,', 'address-domain'],
    ['jane@example.123', 'address-domain'],
    ['jane@0x7f.1', 'address-domain'],
    ['jane@xn--a.example', 'address-domain'],
    ['jane@xn--a-.example', 'address-domain'],
    ['jane@a.xn--.example', 'address-domain'],
    ['jane@xn--ü.example', 'address-domain'],
    ['jane@exa％6dple.com', 'address-domain'],
    ['jane@℀.example', 'address-domain'],
    ['jane@１.２', 'address-domain-literal'],
    [`jane@${label63}b.example`, 'address-domain'],
    ['jane@[192.0.2.1]', 'address-domain-literal'],
    ['jane@[IPv6:2001:db8::1]', 'address-domain-literal'],
    ['jane@192.0.2.1', 'address-domain-literal'],
    ['jane@１９２.0.2.1', 'address-domain-literal'],
    ['jane@localhost', 'address-domain-single'],
    ['jane@bücher', 'address-domain-single'],
    [`${local64}a@example.com`, 'address-local-too-long'],
    [`${'é'.repeat(33)}@example.com`, 'address-local-too-long'],
    [`${local64}@${label63}.${label63}.${label63}.com`, 'address-too-long'],
    ['evil＠example.net@example.com', 'address-character'],
    ['a，b@example.com', 'address-character'],
    ['＜a＞@example.com', 'address-character'],
    ['ja\uFFFDne@example.com', 'address-character'],
    ['ja\uD800ne@example.com', 'address-character'],
    ['ja\uE000ne@example.com', 'address-character'],
  ])('refuses %j', (cell, code) => {
    expect(parseAddress(cell)).toEqual({ ok: false, code, message: addressProblems[code] });
  });

  // What word processors, spreadsheets and a wrong code page leave in a cell. Each would be mail to somebody else's domain.
  it.each([
    'jane@example.com”',
    'jane@example.com²',
    'jane@example.coº',
    'jane@example.com™',
    'jane@my‐shop.example',
    'jane@x⁄y.example',
    'jane@example.com…',
    'jane@example.com、',
    'jane@ﬁrma.example',
    'jane@☃.example',
    'jane@½.example',
  ])('takes %j for no domain name', (cell) => {
    expect(parseAddress(cell)).toMatchObject({ ok: false, code: 'address-domain' });
  });

  it.each([
    '“jane@example.com',
    '“jane”@example.com',
    '«jane@example.com',
    '‘jane@example.com',
    'o’brien@example.com',
    '→jane@example.com',
    '•jane@example.com',
    'jane²@example.com',
    'janeª@example.com',
    '©jane@example.com',
    '¿jane@example.com',
    '³ukasz@example.com',
    '𝐣𝐚𝐧𝐞@example.com',
  ])('takes %j for no mailbox', (cell) => {
    expect(parseAddress(cell)).toMatchObject({ ok: false, code: 'address-character' });
  });

  it.each([
    'col·lega@example.com',
    'ジョン・スミス@example.com',
    'שמע״ה@example.com',
    'สมชาย@example.com',
    '📧@example.com',
    'josé@l·l.example',
    'a@ジョン・スミス.example',
    'ｊａｎｅ@example.com',
    'a@สมชาย.example',
    'a@شبكة.example',
    'a@xn--n3h.example',
  ])('takes %j', (cell) => {
    expect(parseAddress(cell)).toMatchObject({ ok: true });
  });

  it('refuses a cell of any size at once', () => {
    expect(parseAddress('a'.repeat(70_000))).toMatchObject({ code: 'address-no-at' });
    expect(parseAddress(`a@${'b'.repeat(70_000)}`)).toMatchObject({ code: 'address-too-long' });
    expect(parseAddress(`${'é'.repeat(70_000)}@example.com`)).toMatchObject({ code: 'address-too-long' });
  });

  it('takes 254 octets and no more', () => {
    const domain = (octets: number): string => `${label63}.${label63}.${'c'.repeat(octets - 128 - 4)}.com`;
    expect(parseAddress(`${'a'.repeat(64)}@${domain(189)}`).ok).toBe(true);
    expect(Buffer.byteLength(`${'a'.repeat(64)}@${domain(189)}`)).toBe(254);
    expect(parseAddress(`${'a'.repeat(64)}@${domain(190)}`)).toMatchObject({ code: 'address-too-long' });
  });

  it.each([
    ['Jane@Example.com', ' jane@example.COM\u200B'],
    ['jane@bücher.example', 'jane@xn--bcher-kva.example'],
    ['JÜRGEN@example.com', 'ju\u0308rgen@example.com'],
    ['ΣΑΣ@example.com', 'σας@example.com'],
  ])('takes %j and %j for the same address', (one, other) => {
    expect(accepted(one).key).toBe(accepted(other).key);
  });

  it.each([
    ['jane@example.com', 'ja.ne@example.com'],
    ['jane@example.com', 'jane+a@example.com'],
    ['jane@example.com', 'jane@www.example.com'],
    ['straße@example.com', 'strasse@example.com'],
    ['jürgen@example.com', 'jurgen@example.com'],
    ['jane@faß.example', 'jane@fass.example'],
  ])('keeps %j and %j apart', (one, other) => {
    expect(accepted(one).key).not.toBe(accepted(other).key);
  });

  it('reads its own answers to the same answer', () => {
    for (const cell of ['Jane@Example.com', 'Jürgen@bücher.example', '用户@例え.テスト', 'ΣΑΣ@example.com']) {
      const first = accepted(cell);
      expect(accepted(first.address)).toEqual(first);
      expect(accepted(first.key).key).toBe(first.key);
    }
  });

  it('never lets through what could end a header or a command, whatever the neighbours', () => {
    for (let code = 0; code < 0x3000; code += 1) {
      const char = String.fromCharCode(code);
      for (const cell of [`a${char}b@example.com`, `a@exam${char}ple.com`]) {
        const parsed = parseAddress(cell);
        if (!parsed.ok) continue;
        expect(parsed.address).toMatch(/^[^\s\p{C}\p{Z}<>()[\]\\,:;"@]+@[A-Za-z0-9.-]+$/u);
        expect(parsed.domain).toMatch(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/);
      }
    }
  });

  it('never quotes the cell in a message', () => {
    for (const message of Object.values(addressProblems)) expect(message).toMatch(/[;,] [a-z ]+/);
  });
});

describe('canonicalDomain', () => {
  it.each([
    ['Example.COM', 'example.com'],
    ['bücher.example', 'xn--bcher-kva.example'],
    ['bu\u0308cher.example', 'xn--bcher-kva.example'],
  ])('answers %s as an address with it is kept', (text, domain) => {
    expect(canonicalDomain(text)).toBe(domain);
    const address = parseAddress(`a@${text}`);
    expect(address.ok && address.domain).toBe(domain);
  });

  it.each([
    '',
    'localhost',
    '1.2',
    '192.0.2.1',
    '[192.0.2.1]',
    'example%2ecom',
    'a b.example',
    'example.com:25',
    '-a.example',
    'ana@example.com',
  ])('knows no domain in %j', (text) => {
    expect(canonicalDomain(text)).toBeNull();
  });
});

describe('trimInvisible and isBlank', () => {
  it('trims only the ends', () => {
    expect(trimInvisible('\u00A0\u200Ba\u200Bb\u3164\u2800 ')).toBe('a\u200Bb');
    expect(trimInvisible('plain')).toBe('plain');
    expect(trimInvisible('\u{E0001}😀\u{E0020} ')).toBe('😀');
    expect(trimInvisible(' \uDC00 ')).toBe('\uDC00');
    expect(trimInvisible('\u200B')).toBe('');
  });

  it('is not slowed down by blanks inside', () => {
    const text = `é${' '.repeat(2_000_000)}é`;
    expect(trimInvisible(` ${text} `)).toBe(text);
  });

  it('knows a blank cell', () => {
    for (const text of ['', ' ', '\t\r\n', '\u200B\u00AD', '\uFEFF']) expect(isBlank(text)).toBe(true);
    for (const text of ['a', ' a', 'é', '0']) expect(isBlank(text)).toBe(false);
  });
});
