// FIFOs are real: what they do to a process that has to end is the kernel's doing.
import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { expectRegularFile } from '../../../src/intake/open-file.ts';
import { openInput } from '../../../src/runtime/open-input.ts';

const folder = mkdtempSync(join(tmpdir(), 'candor-input-'));
afterAll(() => rmSync(folder, { recursive: true }));

function fifo(name: string): string {
  const path = join(folder, name);
  execFileSync('mkfifo', [path]);
  return path;
}

it('reads a file of several chunks to its end', async () => {
  const path = join(folder, 'large');
  writeFileSync(path, Buffer.alloc(700_000, 'a'));
  let octets = 0;
  for await (const chunk of await openInput(path)) octets += (chunk as Buffer).length;
  expect(octets).toBe(700_000);
});

it('reads a FIFO whose writer comes after its reader', async () => {
  const path = fifo('late');
  const input = await openInput(path);
  let text = '';
  const read = (async () => {
    for await (const chunk of input) text += String(chunk);
  })();
  // A turn of the loop in which there is nobody at the other end.
  await stat(path);
  appendFileSync(path, 'email,audience\n');
  await read;
  expect(text).toBe('email,audience\n');
});

it('holds no thread while it waits for writers', async () => {
  // More than Node has threads: were they held, nothing of the file system would answer any more.
  const inputs = await Promise.all(Array.from({ length: 6 }, (_, index) => openInput(fifo(`silent-${index}`))));
  for (const input of inputs) input.resume();
  await stat(folder);
  for (const input of inputs) input.destroy();
});

it('says why it cannot be opened', async () => {
  await expect(openInput(join(folder, 'missing'))).rejects.toMatchObject({ code: 'ENOENT' });
});

it('takes only a regular file for what is read twice', async () => {
  const path = join(folder, 'regular.csv');
  writeFileSync(path, 'email,audience\n');
  await expect(expectRegularFile(path)).resolves.toBeUndefined();
  await expect(expectRegularFile(fifo('twice'))).rejects.toMatchObject({ code: 'file-not-regular', exit: 2 });
  await expect(expectRegularFile('/dev/null')).rejects.toMatchObject({ code: 'file-not-regular' });
  await expect(expectRegularFile(folder)).rejects.toMatchObject({ code: 'file-not-found' });
  await expect(expectRegularFile(join(folder, 'missing'))).rejects.toMatchObject({ code: 'file-not-found' });
});
