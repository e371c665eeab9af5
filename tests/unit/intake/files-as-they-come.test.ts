// Files as spreadsheets, databases and old systems write them: read for what they mean, and told where that is a guess.
import { describe, expect, it } from 'vitest';
import { readWhole, streamOf, type WholeReading } from '../../support/recipient-file.ts';

const bom = '\uFEFF';

/** Reads it whole, octet by octet and cut in two: what comes out must be the same. */
async function read(input: string | Buffer): Promise<WholeReading> {
  const octets = typeof input === 'string' ? Buffer.from(input) : input;
  const whole = await readWhole(octets);
  expect(await readWhole(streamOf(...[...octets].map((octet) => Uint8Array.of(octet))))).toEqual(whole);
  for (let cut = 0; cut <= octets.length; cut += 1)
    expect(await readWhole(streamOf(octets.subarray(0, cut), octets.subarray(cut)))).toEqual(whole);
  return whole;
}

const people = ({ recipients }: WholeReading): string[] =>
  recipients.map(({ row, address, audience, name }) => [row, address, audience, name].join(' ').trim());

describe('a file', () => {
  it.each<[string, string | Buffer]>([
    ['two marks', `${bom}${bom}"email","audience"\r\n"a@example.com","affected"\r\n`],
    ['five marks', `${bom.repeat(5)}email,audience\na@example.com,affected\n`],
    ['a mark that was read as Windows-1252 and written again', `ï»¿email,audience\na@example.com,affected\n`],
    ['both', `${bom}ï»¿"email","audience"\na@example.com,affected\n`],
    ['two marks in UTF-16', Buffer.from(`${bom}${bom}email\taudience\na@example.com\taffected\n`, 'utf16le')],
    ['a mark before and after a sep line', `${bom}sep=;\r\n${bom}"email";"audience"\r\na@example.com;affected\r\n`],
    ['a mark before a row', `email,audience\n${bom}"a@example.com","affected"\n`],
    ['a mark before an unquoted row', `email,audience\n${bom}a@example.com,affected\n`],
    ['marks around every cell', `${bom}email,${bom}"audience"${bom}\n${bom}"a@example.com"${bom},${bom}affected\n`],
    ['a mark at the end', `email,audience\na@example.com,affected\n${bom}`],
    ['a blank before each quotation mark', `"email", "audience"\n"a@example.com", "affected"\n`],
    ['blanks and tabs before quotation marks', `  "email" ,  "audience"\n \t"a@example.com" ,\t"affected"\t\n`],
    [
      'no-break spaces before quotation marks',
      `\u00a0"email",\u00a0"audience"\n\u00a0"a@example.com",\u00a0"affected"\n`,
    ],
    ['a Ctrl-Z at the end', 'email,audience\r\na@example.com,affected\r\n\x1a'],
    ['a Ctrl-Z behind the last cell', 'email,audience\r\na@example.com,affected\x1a'],
    ['a block that Ctrl-Z and zeros fill', `email,audience\r\na@example.com,affected\r\n\x1a${'\0'.repeat(83)}`],
    ['many Ctrl-Z', `email,audience\r\na@example.com,affected\r\n${'\x1a'.repeat(90)}\r\n`],
    ['the end of data of COPY', 'email\taudience\na@example.com\taffected\n\\.\n'],
    ['the end of data, blank lines and Ctrl-Z', 'email\taudience\na@example.com\taffected\n\\.\n\n\x1a'],
    ['a quoted sep line', '"sep=;"\nemail;audience\na@example.com;affected\n'],
    ['a sep line with cells of another delimiter', 'sep=;,,\nemail;audience\na@example.com;affected\n'],
    ['a sep line that spells a tab', 'sep=\\t\nemail\taudience\na@example.com\taffected\n'],
    ['a sep line with blanks', 'Sep = ;\nemail;audience\na@example.com;affected\n'],
    ['a no-break space in a header', 'email\u00a0address,audi\u00adence\na@example.com,affected\n'],
    ['a no-break hyphen in a header', 'E\u2011Mail,audience\na@example.com,affected\n'],
    ['any dash in a header', 'e\u2013mail,audience\na@example.com,affected\n'],
    ['a minus sign and a soft hyphen in a header', 'e\u2212mail,au\u00addi\u00adence\na@example.com,affected\n'],
    ['marks of required fields in a header', 'E-Mail*,Audience:\na@example.com,affected\n'],
    ['brackets of SQL tools around headers', '[email],`audience`\na@example.com,affected\n'],
    ['quotation marks within quotation marks', "'email',“audience”\na@example.com,affected\n"],
  ])('with %s is read', async (_, input) => {
    const whole = await read(input);
    expect([whole.report.rows, whole.report.invalid, whole.report.warnings]).toEqual([1, 0, []]);
    expect(people(whole)).toEqual(['2 a@example.com affected']);
  });

  it('keeps the delimiter in a quoted cell behind a blank', async () => {
    const whole = await read(
      'email, audience, name\n"a@example.com", "affected", "Doe, Jane"\nb@example.com, yes, J\n',
    );
    expect(people(whole)).toEqual(['2 a@example.com affected Doe, Jane', '3 b@example.com affected J']);
  });

  it('keeps blanks at the start of a cell that has no quotation mark there', async () => {
    expect(people(await read('email,audience,name\n a@example.com , affected ,  J "Ace" D\n'))).toEqual([
      '2 a@example.com affected J "Ace" D',
    ]);
  });

  it('takes Ctrl-Z and the end of data for what they are only at the end', async () => {
    const whole = await read(
      'email,audience,name\n\\.\na@example.com,affected,A\x1aB\n\x1a\nb@example.com,affected,B\n',
    );
    expect(whole.report).toMatchObject({ rows: 4, invalid: 2 });
    expect(whole.invalid.map(({ row }) => row)).toEqual([2, 4]);
    expect(people(whole)).toEqual(['3 a@example.com affected A B', '5 b@example.com affected B']);
  });

  it('takes cells that a spreadsheet left out at the end of rows for empty, and says so', async () => {
    const whole = await read(
      'email,audience,name,city,os\na@example.com,affected,Ann,Oslo\nb@example.com,yes\nc@example.com\nd@example.com,no,,,\n',
    );
    expect(whole.report).toMatchObject({ rows: 4, valid: 3, invalid: 1 });
    expect(whole.invalid.map(({ row, problems }) => [row, problems[0]?.code])).toEqual([[4, 'too-few-fields']]);
    expect(whole.report.warnings).toMatchObject([{ code: 'cells-missing', column: null, rows: 2 }]);
    expect(whole.recipients.map(({ categories }) => categories)).toEqual([0b1001, 0, 0]);
  });

  it('does not fill up a row that ends before its address or audience, wherever these stand', async () => {
    const whole = await read('city,email,audience\nOslo,a@example.com\nOslo\nOslo,b@example.com,affected\n');
    expect(whole.report).toMatchObject({ rows: 3, valid: 1, invalid: 2, warnings: [] });
  });

  it('leaves out one empty cell too many, and says so', async () => {
    const whole = await read(
      'email,audience\na@example.com,affected,\nb@example.com,no, \nc@example.com,no,,\nd@example.com,no,x\n',
    );
    expect(whole.report).toMatchObject({ rows: 4, valid: 2, invalid: 2 });
    expect(whole.report.warnings).toMatchObject([{ code: 'cells-extra', column: null, rows: 2 }]);
  });

  it('says of addresses that begin with the apostrophe of a spreadsheet', async () => {
    const whole = await read("email,audience\no'neil@example.com,yes\n'jane@example.com,yes\n`kim@example.com,yes\n");
    expect(whole.report.warnings).toMatchObject([{ code: 'address-doubtful', column: 'email', rows: 2 }]);
  });

  it('takes POSIX locales and Accept-Language lists for languages', async () => {
    const whole = await read(
      'email,audience,locale\na@example.com,yes,es_ES.UTF-8\nb@example.com,yes,"fr-FR,fr;q=0.9,id;q=0.8,en;q=0.7"\nc@example.com,no,C.UTF-8\n',
    );
    expect(whole.recipients.map(({ locale, localeFallback }) => [locale, localeFallback])).toEqual([
      ['es', false],
      ['id', false],
      ['en', true],
    ]);
  });
});
