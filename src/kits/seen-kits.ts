// The kits that this process has read, so that it can say what changed between the one that was shown and the one on disk.
import { CandorError } from '../domain/errors.ts';
import type { Kit, KitOutline } from '../domain/kit.ts';
import { changesBetween } from './kit-outline.ts';

const outlines = new Map<string, KitOutline>();
const mostSeen = 100;

export function rememberKit({ digest, outline }: Pick<Kit, 'digest' | 'outline'>): void {
  outlines.delete(digest);
  outlines.set(digest, outline);
  for (const oldest of [...outlines.keys()].slice(0, -mostSeen)) outlines.delete(oldest);
}

/**
 * Throws `kit-changed` unless the kit is the one that was shown, by its digest. The error names the files and keys that
 * changed, where this process has read both.
 */
export function expectShownKit(kit: Pick<Kit, 'digest' | 'outline'>, shown: string): void {
  if (kit.digest === shown) return;
  const before = outlines.get(shown);
  throw new CandorError('kit-changed', {
    shown: shown.slice(0, 12),
    found: kit.digest.slice(0, 12),
    changes: before === undefined ? 'not known to this process' : changesBetween(before, kit.outline),
  });
}
