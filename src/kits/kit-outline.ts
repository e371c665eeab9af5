// What a kit is made of, piece by piece, so that two readings can be compared and the difference be named.
import { createHash } from 'node:crypto';
import type { KitOutline } from '../domain/kit.ts';

/** So many differences are named; of the others it is said how many there are. */
const namedChanges = 8;

/** The outline of a kit: of its files, and of the leaves of kit.yaml. */
export function outlineOf(texts: ReadonlyMap<string, string>, yaml: unknown): KitOutline {
  const outline: Record<string, string> = {};
  for (const [name, text] of texts) outline[name] = digestOf(text);
  for (const [path, leaf] of leavesOf(yaml, []))
    outline[`kit.yaml: ${path.join('.')}`] = digestOf(JSON.stringify(leaf));
  return outline;
}

/** What differs, in words: `affected.en.mjml`, `kit.yaml: facts.contact (new)`… */
export function changesBetween(shown: KitOutline, found: KitOutline): string {
  const names = [...new Set([...Object.keys(shown), ...Object.keys(found)])].sort();
  const changed = names.filter((name) => shown[name] !== found[name]);
  // Where a key of kit.yaml says it, the file as a whole adds nothing.
  const told = changed.some((name) => name.startsWith('kit.yaml: '))
    ? changed.filter((name) => name !== 'kit.yaml')
    : changed;
  const words = told.map((name) =>
    shown[name] === undefined ? `${name} (new)` : found[name] === undefined ? `${name} (gone)` : name,
  );
  const more = words.length - namedChanges;
  return `${words.slice(0, namedChanges).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function* leavesOf(value: unknown, path: readonly string[]): Generator<readonly [readonly string[], unknown]> {
  if (typeof value !== 'object' || value === null) {
    yield [path, value];
    return;
  }
  for (const [key, each] of Object.entries(value)) yield* leavesOf(each, [...path, key]);
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
