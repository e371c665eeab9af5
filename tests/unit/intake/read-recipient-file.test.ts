// Whole files: what comes out, in which account, and which files are unusable.
import { readFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../../src/domain/error-registry.ts';
import { CandorError } from '../../../src/domain/errors.ts';
import { createMergeAccount } from '../../../src/intake/merge-account.ts';
import { readRecipientFile, type ReadOptions } from '../../../src/intake/read-recipient-file.ts';
import { liveOctets } from '../../support/live-memory.ts';
import { readWhole, sampleFile, sampleLocales, streamOf } from '../../support/recipient-file.ts';

const fixture = (name: string): Promise<Buffer> => readFile(new URL(`../../fixtures/csv/${name}`, import.meta.url));

async function codeOf(input: Buffer | string, options: Partial<ReadOptions> = {}): Promise<CandorError> {
  try {
    await readWhole(input, options);
  } catch (error) {
    if (error instanceof CandorError) return error;
    throw error;
  }
  throw new Error('the file was readable');
}

describe('readRecipientFile', () => {
  it.each([
    ['excel-europe-windows-1252.csv', 'windows-1252', ';'],
    ['excel-unicode-text-utf-16.txt', 'utf-16le', '\t'],
    ['excel-utf-8-with-mark.csv', 'utf-8', ','],
    ['excel-sep-line.csv', 'utf-8', ';'],
    ['old-mac-carriage-return.csv', 'utf-8', ','],
    ['pipes.csv', 'utf-8', '|'],
  ])('reads %s', async (name, encoding, delimiter) => {
    const octets = await fixture(name);
    const { recipients, report } = await readWhole(octets);
    expect(report).toMatchObject({
      encoding,
      delimiter,
      rows: 2,
      valid: 2,
      invalid: 0,
      columns: { email: 'Email', audience: 'Audience', name: 'Name', locale: 'Locale' },
      sha256: createHash('sha256').update(octets).digest('hex'),
    });
    expect(recipients.map(({ row, address, name, locale }) => [row, address, name, locale])).toEqual([
      [2, 'zoe@example.com', 'Zoë Muestra', 'es'],
      [3, 'rene@example.org', 'René Contoh', 'id'],
    ]);
  });

  it('accounts for every row of a file full of hazards', async () => {
    const { recipients, invalid, report } = await readWhole(await fixture('hazards.csv'));
    expect(report).toMatchObject({
      rows: 13,
      valid: 5,
      invalid: 8,
      ignoredColumns: ['Full Name', 'comment'],
      missingCategories: ['user_id', 'region', 'country', 'os', 'browser', 'referrer'],
    });
    expect(recipients.map(({ row, address }) => [row, address])).toEqual([
      [2, 'plain@example.com'],
      [3, 'Twice@Example.com'],
      [4, 'twice@example.com'],
      [9, 'plus+tag@example.com'],
      [16, 'jürgen@xn--bcher-kva.example'],
    ]);
    expect(invalid.map(({ row, problems }) => [row, problems.map((problem) => problem.code).join()])).toEqual([
      [5, 'address-list'],
      [6, 'address-display-name'],
      [8, 'address-line-break'],
      [10, 'too-few-fields'],
      [11, 'too-many-fields'],
      [12, 'audience-empty'],
      [14, 'audience-unknown'],
      [15, 'address-no-at'],
    ]);
  });

  it('gives the same for a file cut anywhere', async () => {
    for (const name of [
      'hazards.csv',
      'excel-unicode-text-utf-16.txt',
      'excel-sep-line.csv',
      'excel-europe-windows-1252.csv',
    ]) {
      const octets = await fixture(name);
      const whole = await readWhole(octets);
      expect(await readWhole(streamOf(...[...octets].map((octet) => Uint8Array.of(octet))))).toEqual(whole);
      for (let cut = 0; cut <= octets.length; cut += 1) {
        expect(await readWhole(streamOf(octets.subarray(0, cut), octets.subarray(cut)))).toEqual(whole);
      }
    }
  });

  it.each<[string, string | Buffer, ErrorCode, Partial<ReadOptions>?]>([
    ['an empty file', '', 'file-empty'],
    ['a mark and nothing else', '\uFEFF', 'file-empty'],
    ['blank lines only', '\r\n \r\n,,\n', 'file-empty'],
    ['a sep line only', 'sep=;\r\n', 'file-empty'],
    ['a header only', 'email,audience', 'file-header-only'],
    ['a header and blank rows', 'email,audience\n,\n\n  \n', 'file-header-only'],
    ['a zip', Buffer.from([0x50, 0x4b, 3, 4, ...Array.from({ length: 100 }, () => 7)]), 'file-not-text'],
    ['gzip', Buffer.from([0x1f, 0x8b, 8, 0, 1, 2, 3]), 'file-not-text'],
    ['binary', Buffer.from(Array.from({ length: 2_000 }, (_, i) => (i * 7919) % 251)), 'file-not-text'],
    ['a header with a NUL', 'email\0,audience\na@example.com,affected\n', 'file-not-text'],
    ['no email column', 'audience,name\naffected,Jane\n', 'columns-no-email'],
    ['two email columns', 'email,mail,audience\na@example.com,b@example.com,affected\n', 'columns-two-emails'],
    ['no audience', 'email\na@example.com\n', 'columns-no-audience'],
    ['the audience twice', 'email,audience\na@example.com,affected\n', 'audience-twice', { audience: 'affected' }],
    ['no header', 'a@example.com,affected\nb@example.com,affected\n', 'header-missing'],
    ['an unknown sep line', 'sep=:\nemail:audience\n', 'delimiter-unknown'],
    [
      'an unclosed quote',
      'email,audience\na@example.com,affected\n"b@example.com,affected\nc@example.com,affected\n',
      'quote-unclosed',
    ],
    ['an unclosed quote in the header', 'email,"audience\na@example.com,affected\n', 'quote-unclosed'],
    [
      'a quote that swallows rows',
      'email,audience\n"a@example.com,affected\nb@example.com,"affected"\n',
      'quote-unclosed',
    ],
    [
      'mixed encodings',
      Buffer.concat([
        Buffer.from('email,audience,name\na@example.com,affected,Zoë\nb@example.com,affected,Ren'),
        Buffer.from([0xe9, 0x0a]),
      ]),
      'encoding-mixed',
    ],
    [
      'an unknown code page',
      Buffer.concat([Buffer.from('email,audience,name\na@example.com,affected,'), Buffer.from([0x81, 0x0a])]),
      'encoding-unknown',
    ],
    ['a header without end', `email,audience,"${'x'.repeat(300_000)}`, 'header-too-long'],
    ['a header with a huge cell', `email,audience,${'x'.repeat(70_000)}\na@example.com,affected,\n`, 'header-too-long'],
    ['a header with too many cells', `email,audience${',x'.repeat(5_000)}\na@example.com,yes\n`, 'header-too-long'],
    ['one line without end', 'x'.repeat(300_000), 'header-too-long'],
  ])('refuses %s', async (_, input, code, options) => {
    const error = await codeOf(input, options);
    expect(error.code).toBe(code);
    expect(error.exit).toBe(2);
    expect(`${error.message} ${error.help}`).not.toMatch(/\{\w+\}|@example/);
  });

  it('names the row of a fault', async () => {
    const rows = Array.from({ length: 5 }, (_, i) => `p${i}@example.com,affected,Zoë\n`).join('');
    const mixed = Buffer.concat([
      Buffer.from(`email,audience,name\n${rows}x@example.com,affected,Ren`),
      Buffer.from([0xe9]),
      Buffer.from('e\n'),
    ]);
    expect((await codeOf(mixed)).values).toEqual({ row: 7 });
    expect((await codeOf(`email,audience,name\n${rows}x@example.com,"affected,x\n`)).values).toEqual({ row: 7 });
  });

  it('knows the header before the first row, and throws there what the header shows', async () => {
    const file = readRecipientFile(streamOf('E-Mail;Segment\n', 'a@example.com;yes\n'), { locales: sampleLocales });
    expect(await file.header()).toMatchObject({
      header: ['E-Mail', 'Segment'],
      delimiter: ';',
      columns: { email: 'E-Mail', audience: 'Segment' },
    });
    expect(() => file.report()).toThrow('has not been read to its end');
    const unusable = readRecipientFile(streamOf('name\nJane\n'), { locales: sampleLocales });
    await expect(unusable.header()).rejects.toMatchObject({ code: 'columns-no-email' });
    await expect(async () => {
      for await (const batch of unusable) expect(batch).toBeUndefined();
    }).rejects.toMatchObject({ code: 'columns-no-email' });
  });

  it('lets the header choose the delimiter, whatever the data hold', async () => {
    const { report, recipients } = await readWhole(
      'email;audience;name, given, family\na@example.com;yes;x,y,z|,,,,\n',
    );
    expect(report).toMatchObject({ delimiter: ';', ignoredColumns: ['name, given, family'] });
    expect(recipients).toHaveLength(1);
    expect((await readWhole('email\na@example.com\n', { audience: 'affected' })).report.delimiter).toBe(',');
    expect((await readWhole('"email","audi""ence","audience"\na@example.com,x,yes\n')).report.valid).toBe(1);
  });

  it('does not count a sep line as a row, and counts blank lines before the header', async () => {
    expect((await readWhole('sep=;\nemail;audience\na@example.com;yes\n')).recipients[0]!.row).toBe(2);
    expect((await readWhole('"SEP=\t"\r\nemail\taudience\r\na@example.com\tyes\r\n')).recipients[0]!.row).toBe(2);
    expect((await readWhole('\n\nemail,audience\na@example.com,yes\n')).recipients[0]!.row).toBe(4);
  });

  it('hands over batches of at most 1,000 rows', async () => {
    const { octets } = sampleFile({ rows: 5_000 });
    let batches = 0;
    const file = readRecipientFile(octets, { locales: sampleLocales });
    for await (const { recipients, invalid } of file) {
      batches += 1;
      expect(recipients.length + invalid.length).toBeGreaterThan(0);
      expect(recipients.length + invalid.length).toBeLessThanOrEqual(1_000);
    }
    expect(batches).toBeGreaterThanOrEqual(5);
    expect(file.report().rows).toBe(5_000);
  });

  it('keeps no more of 200,000 rows than of 20,000', async () => {
    const { octets, account } = sampleFile({ rows: 200_000, seed: 4 });
    const file = readRecipientFile(octets, { locales: sampleLocales });
    const merge = createMergeAccount();
    let rows = 0;
    let early = 0;
    for await (const { recipients, invalid } of file) {
      for (const recipient of recipients) merge.add(recipient);
      const before = rows;
      rows += recipients.length + invalid.length;
      if (before < 20_000 && rows >= 20_000) early = liveOctets();
      // The digests of the merge account grow by steps to some 6 MB; the rows alone would be 60.
      if (before < 190_000 && rows >= 190_000) expect(liveOctets() - early).toBeLessThan(20_000_000);
    }
    expect(early).toBeGreaterThan(0);
    expect(file.report()).toMatchObject({ rows: account.rows, valid: account.valid, invalid: account.invalid });
    expect(merge.totals()).toMatchObject({ notices: account.notices, conflicts: account.conflicts });
  });

  it('keeps little of a cell that never ends', async () => {
    async function* endless(): AsyncGenerator<Uint8Array, void> {
      yield Buffer.from('email,audience,note\na@example.com,yes,"');
      const before = liveOctets();
      const chunk = Buffer.from('no end in sight, "" '.repeat(5_000));
      for (let count = 0; count < 300; count += 1) yield chunk;
      expect(liveOctets() - before).toBeLessThan(8_000_000);
    }
    await expect(readWhole(endless())).rejects.toMatchObject({ code: 'quote-unclosed', values: { row: 2 } });
  });

  it('closes its input when the reader stops early', async () => {
    let closed = false;
    async function* input(): AsyncGenerator<Uint8Array, void> {
      try {
        yield Buffer.from('email,audience\n');
        for (;;) yield Buffer.from('a@example.com,yes\n'.repeat(1_000));
      } finally {
        closed = true;
      }
    }
    for await (const batch of readRecipientFile(input(), { locales: sampleLocales })) {
      expect(batch.recipients.length).toBeGreaterThan(0);
      break;
    }
    expect(closed).toBe(true);
    closed = false;
    const headerOnly = readRecipientFile(input(), { locales: sampleLocales });
    await headerOnly.header();
    await headerOnly.close();
    expect(closed).toBe(true);
  });
});
