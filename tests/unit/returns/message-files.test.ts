import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { messagesIn, messagesOf, type FoundMessage } from '../../../src/returns/message-files.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'candor-returns-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const all = async (messages: AsyncGenerator<FoundMessage>): Promise<[string, string][]> => {
  const found: [string, string][] = [];
  for await (const { id, raw } of messages) found.push([id, Buffer.from(raw).toString()]);
  return found;
};

const mbox = [
  'From a@x.example Tue Dec  1 09:00:00 2026',
  'Subject: one',
  '',
  '>From the beginning.',
  'From here on no separator.',
  '',
  'From b@x.example Tue Dec  1 09:00:01 2026',
  'Subject: two',
  '',
  'x',
  '',
].join('\n');

describe('messages', () => {
  it('are one of a file, named without its ending', async () => {
    await writeFile(join(folder, 'one.eml'), mbox);
    expect((await all(messagesIn(join(folder, 'one.eml')))).map(([id]) => id)).toEqual(['one']);
  });

  it('are those of an mbox, with what its writer quoted', async () => {
    await writeFile(join(folder, 'box'), mbox);
    const found = await all(messagesIn(join(folder, 'box')));
    expect(found.map(([id]) => id)).toEqual(['box:1', 'box:2']);
    expect(found[0]?.[1]).toContain('\nFrom the beginning.\nFrom here on');
  });

  it('are those of a Maildir, without what is being written, hidden or linked', async () => {
    for (const name of ['cur', 'new', 'tmp']) await mkdir(join(folder, name));
    await writeFile(join(folder, 'cur', '1.example:2,S'), 'Subject: read\n\nx');
    await writeFile(join(folder, 'new', '2.example'), 'Subject: new\n\nx');
    await writeFile(join(folder, 'tmp', '3.example'), 'Subject: half');
    await writeFile(join(folder, 'new', '.hidden'), 'Subject: hidden');
    await symlink('/etc/hostname', join(folder, 'new', 'link'));
    expect((await all(messagesIn(folder))).map(([id]) => id)).toEqual(['1.example', '2.example']);
  });

  it('come from a stream in any pieces', async () => {
    const pieces = [...mbox].map((octet) => Buffer.from(octet));
    expect(await all(messagesOf(Readable.from(pieces), 'stdin'))).toEqual(
      await all(messagesOf(Readable.from([Buffer.from(mbox)]), 'stdin')),
    );
  });

  it('are kept to their beginning when they are large', async () => {
    const [found] = await all(
      messagesOf(Readable.from([Buffer.from(`Subject: x\n\n${'y'.repeat(5_000_000)}`)]), 'big'),
    );
    expect(found?.[1].length).toBeLessThan(2_500_000);
    expect(found?.[1]).toMatch(/^Subject: x\n\ny/);
  });
});
