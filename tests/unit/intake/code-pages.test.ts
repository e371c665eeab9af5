// Files in code pages of all kinds: doubt is said, nobody is warned without cause, and a page that is named is read.
import { describe, expect, it } from 'vitest';
import { codePages, encodingNamed, type EncodingName } from '../../../src/domain/encoding.ts';
import { CandorError } from '../../../src/domain/errors.ts';
import type { FileWarning } from '../../../src/domain/check-report.ts';
import { pageDecoder } from '../../../src/intake/page-decoder.ts';
import { looksWestern } from '../../../src/intake/western-text.ts';
import { namesOfLanguages, octetsIn, westernNames, writable } from '../../support/names-of-languages.ts';
import { readWhole } from '../../support/recipient-file.ts';

const fileOf = (names: readonly string[]): string =>
  `email;audience;name\n${names.map((name, index) => `p${index}@example.com;yes;${name}\n`).join('')}`;

/** What is said of the names of a file: the warning, or the code with which it is refused. */
async function said(octets: Buffer): Promise<FileWarning | string | undefined> {
  try {
    return (await readWhole(octets)).report.warnings.find(
      ({ code, column }) => code === 'encoding-doubtful' && column === 'name',
    );
  } catch (error) {
    if (error instanceof CandorError) return error.code;
    throw error;
  }
}

const others = namesOfLanguages.flatMap(({ language, pages, names }) =>
  pages.filter((page) => page !== 'windows-1252').map((page) => ({ language, page, names: writable(page, names) })),
);

describe('a file in a code page that nobody named', () => {
  // Estonian is written the same in both but for š and ž.
  it.each(others.filter(({ page, language }) => !(language === 'et' && page === 'windows-1257')))(
    'is told as doubtful or refused: $language in $page',
    async ({ page, names }) => {
      const answer = await said(octetsIn(page, fileOf(names)));
      if (typeof answer === 'string') expect(answer).toMatch(/^encoding-(?:unknown|mixed)$/);
      else {
        expect(answer).toMatchObject({ code: 'encoding-doubtful', column: 'name' });
        expect(answer!.rows).toBeGreaterThan(names.length / 3);
      }
    },
  );

  it.each(others.filter(({ page, language }) => !['et', 'vi', 'sk'].includes(language) && page !== 'x-mac-ce'))(
    'is told by its first five names: $language in $page',
    async ({ page, names }) => {
      expect(await said(octetsIn(page, fileOf(names.slice(0, 5))))).toBeDefined();
    },
  );

  it.each(namesOfLanguages.filter(({ pages }) => pages.includes('windows-1252')))(
    'is not told where it is Windows-1252: $language',
    async ({ names }) => {
      const { report, recipients } = await readWhole(octetsIn('windows-1252', fileOf(names)));
      expect(report.warnings).toEqual([]);
      expect(recipients.map(({ name }) => name)).toEqual(names);
    },
  );

  it('does not warn of names in languages of Western Europe', () => {
    expect(westernNames.filter((name) => !looksWestern(name))).toEqual([]);
  });

  it('tells addresses that another page would spell otherwise, whatever they look like', async () => {
    const { report } = await readWhole(octetsIn('windows-1250', 'email,audience\nzieliński@example.com,yes\n'));
    expect(report.warnings).toMatchObject([{ code: 'encoding-doubtful', column: 'email', rows: 1 }]);
  });
});

describe('a header in a code page that nobody named', () => {
  it.each<[EncodingName, string]>([
    ['windows-1251', 'почта'],
    ['koi8-r', 'почта'],
    ['ibm866', 'эл. почта'],
    ['shift_jis', 'メールアドレス'],
    ['euc-jp', '電子メール'],
    ['gbk', '邮箱'],
    ['big5', '電子郵件'],
    ['euc-kr', '이메일'],
    ['windows-1253', 'ηλεκτρονικό ταχυδρομείο'],
    ['macintosh', 'adresse électronique'],
  ])('is refused with a word on how to name it, and read when it is named: %s', async (page, email) => {
    const octets = octetsIn(page, `${email};audience\na@example.com;yes\n`);
    const refused: unknown = await readWhole(octets).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'columns-no-email', help: expect.stringContaining('--encoding') });
    expect((await readWhole(octets, { encoding: page })).recipients).toHaveLength(1);
  });
});

describe('a file in a code page that somebody named', () => {
  it.each(namesOfLanguages.flatMap(({ language, pages, names }) => pages.map((page) => ({ language, page, names }))))(
    'is read: $language in $page',
    async ({ page, names }) => {
      const usable = writable(page, names);
      const octets = octetsIn(page, fileOf(usable));
      const { recipients, report } = await readWhole(octets, { encoding: page });
      expect(report).toMatchObject({ encoding: page, warnings: [] });
      expect(recipients.map(({ name }) => name)).toEqual(usable);
      for (const cut of [7, 31, octets.length - 2]) {
        async function* pieces(): AsyncGenerator<Uint8Array, void> {
          for (let at = 0; at < octets.length; at += cut) yield octets.subarray(at, at + cut);
        }
        expect((await readWhole(pieces(), { encoding: page })).recipients).toEqual(recipients);
      }
    },
  );

  it.each<[EncodingName, number[]]>([
    ['windows-1251', [0x98]],
    ['windows-1253', [0xd2]],
    ['iso-8859-2', [0x9c]],
    ['cp857', [0xd5]],
    ['shift_jis', [0x81, 0x20]],
    ['gbk', [0xff]],
    ['big5', [0xff]],
    ['gb18030', [0x81, 0x20]],
    ['euc-kr', [0xc8]],
    ['utf-8', [0xe9, 0x20]],
    ['windows-1252', [0x81]],
  ])('is refused where it holds what %s does not have', async (encoding, octets) => {
    const file = Buffer.concat([
      Buffer.from('email,audience,name\na@example.com,yes,A\nb@example.com,yes,'),
      Buffer.from(octets),
      Buffer.from('\n'),
    ]);
    await expect(readWhole(file, { encoding })).rejects.toMatchObject({
      code: 'encoding-mismatch',
      values: { encoding },
    });
  });

  it('is refused where its mark says otherwise, and told where it is UTF-8 all over', async () => {
    await expect(
      readWhole(`\uFEFFemail,audience\na@example.com,yes\n`, { encoding: 'windows-1251' }),
    ).rejects.toMatchObject({
      code: 'encoding-mismatch',
    });
    const { report } = await readWhole(fileOf(['Иван', 'Ольга']), {
      encoding: 'koi8-r',
    });
    expect(report.warnings).toMatchObject([{ code: 'encoding-doubtful', column: null, rows: 2 }]);
  });

  it('may be UTF-8, UTF-16 and Windows-1252, too', async () => {
    for (const [encoding, octets] of [
      ['utf-8', Buffer.from(fileOf(['Zoë']))],
      ['utf-8', Buffer.from(`\uFEFF${fileOf(['Zoë'])}`)],
      ['utf-16le', Buffer.from(fileOf(['Zoë']), 'utf16le')],
      ['utf-16be', Buffer.from(`\uFEFF${fileOf(['Zoë'])}`, 'utf16le').swap16()],
      ['windows-1252', Buffer.from(fileOf(['Zoë']), 'latin1')],
    ] as const) {
      const { recipients, report } = await readWhole(octets, { encoding });
      expect([recipients[0]?.name, report.warnings]).toEqual(['Zoë', []]);
    }
  });
});

describe('UTF-8 after Windows-1252', () => {
  it.each([
    ['René', 'Zoë'],
    ['Müller', 'Иван Петров'],
    ['Müller', '王小明'],
    ['Müller', 'O’Neil'],
    ['Éric', 'Łukasz'],
  ])('is refused with its row: %s, then %s', async (first, second) => {
    const file = Buffer.concat([
      octetsIn('windows-1252', fileOf([first, 'Ann', 'Bob'])),
      Buffer.from(`z@example.com;yes;${second}\n`),
    ]);
    await expect(readWhole(file)).rejects.toMatchObject({ code: 'encoding-mixed', values: { row: 5 } });
  });

  it('is seen in any column', async () => {
    const file = Buffer.concat([
      Buffer.from('email,audience,city\na@example.com,yes,M\xfcnchen\n', 'latin1'),
      Buffer.from('b@example.com,yes,Málaga\n'),
    ]);
    await expect(readWhole(file)).rejects.toMatchObject({ code: 'encoding-mixed', values: { row: 3 } });
  });

  it('is not seen where punctuation follows a capital', async () => {
    const names = ['CAFÉ “ZOÉ”', 'ANDRÉ…', '«ANDRÉ»', 'ANDRÉ\u00a0MARTIN', 'FRANÇOIS–RENÉ'];
    expect((await readWhole(octetsIn('windows-1252', fileOf(names)))).report.valid).toBe(names.length);
  });
});

describe('a name that was garbled before', () => {
  it.each(['RenÃ©', 'MÃ¼ller', 'Ren\ufffd', 'J?rgen', 'I??? P?????', 'ZieliÅ„ski', 'Ð˜Ð²Ð°Ð½'])(
    'is told: %s',
    async (name) => {
      for (const octets of [Buffer.from(fileOf([name])), Buffer.from(fileOf([name]), 'utf16le')]) {
        const { report } = await readWhole(octets);
        expect(report.warnings).toMatchObject([{ code: 'encoding-doubtful', column: 'name', rows: 1 }]);
      }
    },
  );

  it('is not printed where a letter of it could not be read', async () => {
    expect((await readWhole(fileOf(['Ren\ufffd']))).recipients[0]?.name).toBe('');
  });

  it('is not seen in names of any language', async () => {
    const all = [...westernNames, ...namesOfLanguages.flatMap(({ names }) => names)];
    expect((await readWhole(fileOf(all.map((name) => `"${name}"`)))).report.warnings).toEqual([]);
  });
});

describe('encodingNamed', () => {
  it.each([
    ['windows-1251', 'windows-1251'],
    ['Windows 1251', 'windows-1251'],
    ['CP1251', 'windows-1251'],
    ['1251', 'windows-1251'],
    ['win1251', 'windows-1251'],
    ['cp-1250', 'windows-1250'],
    ['latin1', 'windows-1252'],
    ['ISO-8859-1', 'windows-1252'],
    ['latin2', 'iso-8859-2'],
    ['ISO_8859-2', 'iso-8859-2'],
    ['KOI8-R', 'koi8-r'],
    ['koi8r', 'koi8-r'],
    ['cp437', 'cp437'],
    ['IBM850', 'cp850'],
    ['866', 'ibm866'],
    ['MacRoman', 'macintosh'],
    ['mac', 'macintosh'],
    ['x-mac-ce', 'x-mac-ce'],
    ['SJIS', 'shift_jis'],
    ['shift-jis', 'shift_jis'],
    ['cp932', 'shift_jis'],
    ['GB2312', 'gbk'],
    ['cp936', 'gbk'],
    ['GB18030', 'gb18030'],
    ['Big5', 'big5'],
    ['EUC-KR', 'euc-kr'],
    ['cp949', 'euc-kr'],
    ['utf8', 'utf-8'],
    ['UTF-16', 'utf-16le'],
    ['tis-620', 'windows-874'],
  ])('takes %s for %s', (text, name) => {
    expect(encodingNamed(text)).toBe(name);
  });

  it.each(['', 'klingon', 'replacement', 'x-user-defined', '__proto__', 'constructor', '12', 'ebcdic'])(
    'knows no %j',
    (text) => {
      expect(encodingNamed(text)).toBeNull();
    },
  );

  it('knows every name that is offered, and every one can be read', () => {
    for (const name of Object.keys(codePages) as EncodingName[]) {
      expect(encodingNamed(name)).toBe(name);
      if (!name.startsWith('utf') && name !== 'windows-1252')
        expect(pageDecoder(name).decode(Buffer.from('email'), true)).toEqual({ text: 'email', fault: false });
    }
  });
});
