// `candor check` from file to report, and the file of invalid rows that a person mends.
import { spawnSync } from 'node:child_process';
import { createWriteStream, existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fileSource } from '../../../src/intake/recipient-source.ts';
import { checkRecipients } from '../../../src/intake/check-recipients.ts';
import { csvLine } from '../../../src/intake/invalid-file.ts';
import { readWhole, sampleFile, sampleLocales } from '../../support/recipient-file.ts';

const options = { locales: sampleLocales };
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'candor-check-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function fileOf(name: string, content: string | Buffer): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

describe('checkRecipients', () => {
  it('answers the whole account', async () => {
    const path = fileURLToPath(new URL('../../fixtures/csv/hazards.csv', import.meta.url));
    const report = await checkRecipients(fileSource(path), options);
    expect(report).toMatchObject({
      file: path,
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      rows: 13,
      valid: 5,
      invalid: 8,
      merged: 1,
      conflicts: 1,
      conflictRows: [4],
      notices: 4,
      audiences: { affected: 3, unaffected: 1 },
      locales: { en: 3, id: 1 },
      localeFallbacks: 2,
      columns: {
        email: 'e-mail',
        audience: 'Product',
        name: 'name',
        locale: 'language',
        organization_id: 'Organization ID',
        city: 'CITY',
      },
      ignoredColumns: ['Full Name', 'comment'],
      encoding: 'utf-8',
      delimiter: ',',
    });
    expect(report.problems).toHaveLength(8);
    expect(report.rows).toBe(report.invalid + report.merged + report.notices);
    expect(JSON.stringify(report)).not.toContain('@example.com"');
  });

  it('finds in a generated file what its generator counted', async () => {
    for (const seed of [1, 2, 3]) {
      const { account, octets } = sampleFile({ rows: 20_000, seed });
      const path = join(folder, `generated-${seed}.csv`);
      await pipeline(octets, createWriteStream(path));
      expect(await checkRecipients(fileSource(path), options)).toMatchObject({ ...account });
    }
  });

  it('reports the first 100 problems of many', async () => {
    const path = await fileOf('many.csv', `email,audience\n${'nobody,affected\n'.repeat(500)}`);
    const report = await checkRecipients(fileSource(path), options);
    expect(report.invalid).toBe(500);
    expect(report.problems).toHaveLength(100);
    expect(report.problems.at(-1)!.row).toBe(101);
  });

  it.each(['missing.csv', '.', 'many.csv/inside'])('refuses %s, which cannot be read', async (name) => {
    await expect(checkRecipients(fileSource(join(folder, name)), options)).rejects.toMatchObject({
      code: 'file-not-found',
      exit: 2,
    });
  });

  it('writes the invalid rows for the owner only, with row and reason, and a mended file reads back', async () => {
    const path = fileURLToPath(new URL('../../fixtures/csv/hazards.csv', import.meta.url));
    const invalidOut = join(folder, 'invalid.csv');
    const before = process.umask(0);
    try {
      await checkRecipients(fileSource(path), { ...options, invalidOut });
    } finally {
      process.umask(before);
    }
    expect((await stat(invalidOut)).mode & 0o777).toBe(0o600);
    const octets = await readFile(invalidOut);
    const [header, ...rows]: string[][] = parse(octets, { bom: true, relax_column_count: true });
    expect(header).toEqual([
      'row',
      'reason',
      'e-mail',
      'Product',
      'Full Name',
      'name',
      'language',
      'Organization ID',
      'CITY',
      'comment',
    ]);
    expect(rows.map((row) => row[0])).toEqual(['5', '6', '8', '10', '11', '12', '14', '15']);
    expect(rows.map((row) => row[1]!.split(':')[0])).toEqual([
      'address-list',
      'address-display-name',
      'address-line-break',
      'too-few-fields',
      'too-many-fields',
      'audience-empty',
      'audience-unknown',
      'address-no-at',
    ]);
    expect(rows[2]![2]).toBe('line\nbreak@example.com');
    expect(rows.at(-1)![2]).toBe("'=cmd|'/c calc'!A1");

    // Not mended: exactly as invalid as before. Mended: valid, and the added columns are ignored.
    const again = await readWhole(octets);
    expect(again.report).toMatchObject({ rows: 8, valid: 0, invalid: 8 });
    expect(again.invalid.map((row) => row.problems[0]!.code)).toEqual(rows.map((row) => row[1]!.split(':')[0]));
    const mended = await readWhole(
      octets.toString().replace('"noaudience@example.com",""', '"noaudience@example.com","api"'),
    );
    expect(mended.recipients.map((recipient) => recipient.address)).toEqual(['noaudience@example.com']);
    expect(mended.report.ignoredColumns).toEqual(['row', 'reason', 'Full Name', 'comment']);
  });

  it('keeps the address of a row that starts like a formula through the file of invalid rows', async () => {
    const path = await fileOf('plus.csv', 'email;audience\n+plus@example.com;\n-minus@example.com;\n');
    const invalidOut = join(folder, 'plus-invalid.csv');
    await checkRecipients(fileSource(path), { ...options, invalidOut });
    const text = (await readFile(invalidOut)).toString();
    expect(text).toContain(`"'+plus@example.com";`);
    const mended = await readWhole(text.replaceAll('@example.com";""', '@example.com";yes'));
    expect(mended.recipients.map((recipient) => recipient.address)).toEqual([
      '+plus@example.com',
      '-minus@example.com',
    ]);
  });

  it('writes nothing that runs where another delimiter counts, and reads it back as it was', async () => {
    const path = await fileOf(
      'across.csv',
      'email,audience,name,locale\nann@example.com,"\tyess",Ann;=HYPERLINK(1),"\tid"\n',
    );
    const invalidOut = join(folder, 'across-invalid.csv');
    await checkRecipients(fileSource(path), { ...options, invalidOut });
    const text = (await readFile(invalidOut)).toString();
    expect(text.split(';').filter((piece) => /^"*=/.test(piece))).toEqual([]);
    const mended = await readWhole(text.replace('yess', 'yes'));
    expect(mended.recipients).toMatchObject([{ audience: 'affected', name: '', locale: 'id' }]);
  });

  it('never writes over a file, not even its own input', async () => {
    const path = await fileOf('input.csv', 'email,audience\nnobody,yes\n');
    await expect(checkRecipients(fileSource(path), { ...options, invalidOut: path })).rejects.toMatchObject({
      code: 'file-exists',
      exit: 2,
    });
    expect(await readFile(path, 'utf8')).toBe('email,audience\nnobody,yes\n');
    await expect(
      checkRecipients(fileSource(path), { ...options, invalidOut: join(folder, 'nowhere', 'out.csv') }),
    ).rejects.toMatchObject({ code: 'file-not-writable' });
  });

  it('leaves no file of invalid rows of an unusable file', async () => {
    const path = await fileOf('broken.csv', 'email,audience\nnobody,yes\n"a@example.com,yes\n');
    const invalidOut = join(folder, 'broken-invalid.csv');
    await expect(checkRecipients(fileSource(path), { ...options, invalidOut })).rejects.toMatchObject({
      code: 'quote-unclosed',
    });
    expect(existsSync(invalidOut)).toBe(false);
  });

  it('makes the same file for the same seed', () => {
    const script = fileURLToPath(new URL('../../../scripts/make-recipients.mjs', import.meta.url));
    const made = ['one.csv', 'two.csv'].map((name) =>
      spawnSync(process.execPath, [script, '500', join(folder, name), '--seed', '9'], { encoding: 'utf8' }),
    );
    expect(made.map((run) => run.status)).toEqual([0, 0]);
    expect(JSON.parse(made[0]!.stdout)).toMatchObject({ rows: 500, invalid: 3 });
    expect(spawnSync(process.execPath, [script, 'many'], { encoding: 'utf8' }).status).toBe(2);
  });
});

describe('csvLine', () => {
  it.each([
    [['plain', 'two words', ''], ',', '"plain","two words",""\r\n'],
    [['a,b', 'say "x"', 'a\nb'], ',', '"a,b","say ""x""","a\nb"\r\n'],
    [['a;b', 'a,b'], ';', '"a;b";"a,b"\r\n'],
    [['a;=1', 'a,=1'], ',', `"'a;'=1","'a,'=1"\r\n`],
    [['=1+1', '+1', '-1', '@x', '\tx', '\rx', '＝x'], ',', `"'=1+1","'+1","'-1","'@x","'\tx","'\rx","'＝x"\r\n`],
    [[' padded '], ',', '" padded "\r\n'],
  ])('writes %j', (cells, delimiter, line) => {
    expect(csvLine(cells, delimiter)).toBe(line);
  });
});
