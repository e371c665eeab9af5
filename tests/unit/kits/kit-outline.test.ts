// What changed between two readings of a kit, by files and keys; and that another kit than the one shown is refused.
import { describe, expect, it } from 'vitest';
import { changesBetween } from '../../../src/kits/kit-outline.ts';
import { loadKit } from '../../../src/kits/load-kit.ts';
import { expectShownKit } from '../../../src/kits/seen-kits.ts';
import { builtInKit, changedKit } from '../../support/kit-folder.ts';

describe('a kit that changed', () => {
  it('is told by the letters and keys that differ', async () => {
    const before = await loadKit(builtInKit);
    const after = await loadKit(
      await changedKit({
        'affected.en.mjml': (text) => `${text}\n`,
        'kit.yaml': (text) => text.replace(/^title: .*$/m, 'title: Another title'),
        'notes.txt': 'new',
      }),
    );
    expect(changesBetween(before.outline, after.outline)).toBe('affected.en.mjml, kit.yaml: title, notes.txt (new)');
    expect(changesBetween(after.outline, before.outline)).toContain('notes.txt (gone)');
    expect(() => expectShownKit(after, before.digest)).toThrow(
      expect.objectContaining({ code: 'kit-changed', message: expect.stringContaining('kit.yaml: title') }) as Error,
    );
    expect(() => expectShownKit(after, after.digest)).not.toThrow();
  });

  it('is told by kit.yaml as a whole where only a comment or the order differs', async () => {
    const before = await loadKit(builtInKit);
    const after = await loadKit(await changedKit({ 'kit.yaml': (text) => `${text}# a comment\n` }));
    expect(changesBetween(before.outline, after.outline)).toBe('kit.yaml');
  });

  it('is refused too where the one that was shown is not known any more', async () => {
    expect(() => expectShownKit({ digest: 'b'.repeat(64), outline: {} }, 'a'.repeat(64))).toThrow(
      expect.objectContaining({ code: 'kit-changed' }) as Error,
    );
    await Promise.resolve();
  });
});
