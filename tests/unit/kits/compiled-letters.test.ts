// What the build compiles is what a start would compile, and nothing depends on its being there.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readCompiledLetters, writeCompiledLetters } from '../../../src/kits/compiled-letters.ts';
import { loadKit } from '../../../src/kits/load-kit.ts';
import { compileLetters } from '../../../src/rendering/compile-letters.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'candor-letters-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('the build has compiled the kit that comes with the program, and its letters are the same', async () => {
  const kit = await loadKit('templates/mixpanel-2025-11');
  expect(await readCompiledLetters('dist/letters', kit.digest)).toEqual(await compileLetters(kit));
});

it('keeps letters under the digest of their kit: a changed kit has none', async () => {
  const kit = await loadKit('templates/mixpanel-2025-11');
  const letters = await compileLetters(kit);
  await writeCompiledLetters(folder, kit.digest, letters);
  expect(await readCompiledLetters(folder, kit.digest)).toEqual(letters);
  expect(
    await readCompiledLetters(
      folder,
      kit.digest.replace(/^./, (first) => (first === '0' ? '1' : '0')),
    ),
  ).toBeNull();
});

it.each(['', '[{"audience":', '{"letters":[]}'])('takes a damaged file for none (%s)', async (content) => {
  writeFileSync(join(folder, 'abc.json'), content);
  expect(await readCompiledLetters(folder, 'abc')).toBeNull();
});
