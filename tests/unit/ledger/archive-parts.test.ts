// The form of a backup: whatever is not the file that was made is found, and told for what it is.
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { gunzipSync, gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { countLines } from '../../../src/ledger/archive-format.ts';
import { openArchive } from '../../../src/ledger/archive-opening.ts';
import { backupOctets, partSealer, type BackupKey } from '../../../src/ledger/archive-parts.ts';
import { createKeyring, type Keyring } from '../../../src/ledger/keyring.ts';
import { withPartChanged } from '../../support/archive-parts.ts';

const keyring = createKeyring(Buffer.alloc(32, 7));
const stranger = createKeyring(Buffer.alloc(32, 9));
const content = ['{"table":"a"}\n1\tone\n', '2\ttwo\n\\.\n', '{"table":"b"}\n', '3\tthree\n\\.\n'];

let parts: Buffer[];
let whole: Buffer;
let others: Buffer[];

beforeAll(async () => {
  parts = await aBackup('00000000-0000-4000-8000-000000000001', keyring);
  whole = Buffer.concat(parts);
  others = await aBackup('00000000-0000-4000-8000-000000000002', keyring);
});

function aHeader(backup: string, keyCheck: Buffer): string {
  return `${JSON.stringify({
    format: 'candor-ledger-archive',
    version: 2,
    program: '1.2.3',
    schema: 7,
    ledger: '00000000-0000-4000-8000-0000000000aa',
    backup,
    keyCheck: keyCheck.toString('hex'),
    createdAt: '2026-12-01T09:30:00.000Z',
    tables: [
      { name: 'a', columns: ['x', 'y'] },
      { name: 'b', columns: ['x', 'y'] },
    ],
    rows: { a: 2, b: 1 },
  })}\n`;
}

async function aBackup(
  backup: string,
  { backupKey, checkValue }: Keyring,
  keyOf: BackupKey = backupKey,
): Promise<Buffer[]> {
  const seal = partSealer(backupOctets(backup), keyOf);
  return Promise.all([
    seal('header', Buffer.from(aHeader(backup, checkValue))),
    ...content.map((text, at) => seal(at === content.length - 1 ? 'last' : 'content', Buffer.from(text))),
  ]);
}

/** Reads all of it, as a restore would, and answers its rows; or the code of what was wrong. */
async function read(
  file: Buffer | readonly Buffer[],
  { unauthenticated = false, ring = keyring, chunk = Infinity } = {},
): Promise<unknown> {
  const octets = Buffer.isBuffer(file) ? file : Buffer.concat(file);
  const chunks = [];
  for (let at = 0; at < octets.length; at += chunk) chunks.push(octets.subarray(at, at + chunk));
  try {
    const archive = await openArchive(Readable.from(chunks), ring, {
      unauthenticated,
      expectHeader: async () => undefined,
    });
    const rows: Record<string, number> = {};
    for (const { name } of archive.header.tables) {
      await archive.content.json();
      rows[name] = 0;
      for await (const piece of archive.content.rows()) rows[name] += countLines(piece);
    }
    return { rows, ...(await archive.end(rows)) };
  } catch (error) {
    return (error as { code?: string }).code ?? error;
  }
}

describe('a backup', () => {
  it.each([1, 7, 4_096, Infinity])('is read from chunks of %d octets, and summed as sha256sum does', async (chunk) => {
    const sha256 = createHash('sha256').update(whole).digest('hex');
    expect(await read(whole, { chunk })).toEqual({ rows: { a: 2, b: 1 }, authenticated: true, sha256 });
    expect(await read(whole, { chunk, unauthenticated: true })).toMatchObject({ authenticated: true });
  });

  it('is unzipped by anything that unzips', () => {
    expect(gunzipSync(whole).toString()).toBe(
      aHeader('00000000-0000-4000-8000-000000000001', keyring.checkValue) + content.join(''),
    );
  });

  it('is found changed whichever of its octets is changed', async () => {
    const found = new Map<unknown, number>();
    for (let at = 0; at < whole.length; at += 1) {
      const changed = Buffer.from(whole);
      changed[at]! ^= 1 << (at % 8);
      const code = await read(changed);
      found.set(code, (found.get(code) ?? 0) + 1);
    }
    expect([...found]).toEqual([['archive-changed', whole.length]]);
  });

  it('is found cut wherever it is cut', async () => {
    const found = new Set<unknown>();
    for (let length = 0; length < whole.length; length += 1) found.add(await read(whole.subarray(0, length)));
    expect([...found]).toEqual(['archive-cut']);
  });

  it('is found changed when parts of it are left out, doubled or exchanged', async () => {
    const [header, one, two, three, last] = parts as [Buffer, Buffer, Buffer, Buffer, Buffer];
    const arrangements = [
      [header, two, three, last],
      [header, one, two, last],
      [header, one, one, two, three, last],
      [header, two, one, three, last],
      [header, last],
      [header, one, two, three, last, last],
      [header, header, one, two, three, last],
      [one, two, three, last],
    ];
    expect(await Promise.all(arrangements.map((each) => read(each)))).toEqual(
      arrangements.map(() => 'archive-changed'),
    );
  });

  it('is found mixed when any part of it is of another backup', async () => {
    for (let at = 0; at < parts.length; at += 1) {
      expect([at, await read(parts.with(at, others[at]!))]).toEqual([at, 'archive-mixed']);
    }
    expect(await read([...parts, ...others])).toBe('archive-mixed');
    expect(await read([...parts.slice(0, -1), ...others.slice(1)])).toBe('archive-mixed');
  });

  it('is found changed when something follows it', async () => {
    for (const more of [Buffer.from('x'), Buffer.alloc(64), Buffer.alloc(4_096), gzipSync('more')])
      expect(await read([...parts, more])).toBe('archive-changed');
  });

  it('is of another key when its header says so, and changed when only the header does', async () => {
    const foreign = await aBackup('00000000-0000-4000-8000-000000000003', stranger);
    expect(await read(foreign)).toBe('key-wrong');
    expect(await read(foreign, { unauthenticated: true })).toBe('key-wrong');
    expect(await read([foreign[0]!, ...parts.slice(1)])).toBe('archive-changed');
    expect(await read(parts.with(2, foreign[2]!))).toBe('archive-changed');
  });

  it('is foreign when it is something else', async () => {
    for (const other of ['email,audience\n', 'PK\u0003\u0004', '{"format":"candor-ledger-archive","version":2}\n'])
      expect(await read(Buffer.from(other))).toBe('archive-foreign');
    expect(await read(gzipSync('{"a":1}\n'))).toBe('archive-foreign');
  });
});

describe('a forger without the key', () => {
  it('is found whatever is summed anew', async () => {
    const other = withPartChanged(parts[1]!, (plain) => plain.replace('one', 'two'));
    expect(await read(parts.with(1, other))).toBe('archive-changed');
    expect(await read(await aBackup('00000000-0000-4000-8000-000000000001', keyring, stranger.backupKey))).toBe(
      'archive-changed',
    );
  });

  it('gets through where somebody said --unauthenticated, which is told; damage does not', async () => {
    const forged = parts.with(
      1,
      withPartChanged(parts[1]!, (plain) => plain.replace('one', 'two')),
    );
    expect(await read(forged, { unauthenticated: true })).toMatchObject({ rows: { a: 2, b: 1 }, authenticated: false });
    const damaged = Buffer.concat(forged);
    damaged[damaged.length - 12]! ^= 1;
    expect(await read(damaged, { unauthenticated: true })).toBe('archive-changed');
    expect(await read(forged.slice(0, -1), { unauthenticated: true })).toBe('archive-cut');
    const rowsShort = parts.with(
      2,
      withPartChanged(parts[2]!, (plain) => plain.replace('2\ttwo\n', '')),
    );
    expect(await read(rowsShort, { unauthenticated: true })).toBe('archive-damaged');
  });

  it('gains nothing by the first form, which carries no MAC', async () => {
    const {
      program: _,
      backup: __,
      rows,
      ...known
    } = JSON.parse(aHeader('00000000-0000-4000-8000-000000000001', keyring.checkValue)) as Record<string, unknown>;
    const text = `${JSON.stringify({ ...known, version: 1 })}\n${content.join('')}`;
    const sha256 = createHash('sha256').update(text).digest('hex');
    const first = gzipSync(`${text}${JSON.stringify({ rows, sha256 })}\n`);
    expect(await read(first)).toBe('archive-unauthenticated');
    expect(await read(first, { unauthenticated: true })).toMatchObject({ rows: { a: 2, b: 1 }, authenticated: false });
    expect(await read(first, { unauthenticated: true, ring: stranger })).toBe('key-wrong');
    const unsummed = gzipSync(`${text.replace('one', 'two')}${JSON.stringify({ rows, sha256 })}\n`);
    expect(await read(unsummed, { unauthenticated: true })).toBe('archive-damaged');
  });
});
