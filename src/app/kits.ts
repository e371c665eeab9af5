// The kits of this installation, with their letters. Loaded only by what shows or sends letters: YAML,
// Handlebars and the schema of kits take a fifth of a second of CPU to load, what compiles letters five times as much.
import { fileURLToPath } from 'node:url';
import { CandorError } from '../domain/errors.ts';
import type { CompiledLetter, Kit } from '../domain/kit.ts';
import { readCompiledLetters, writeCompiledLetters } from '../kits/compiled-letters.ts';
import { listKits, resolveKitFolder, type KitHeading } from '../kits/list-kits.ts';
import { loadKit } from '../kits/load-kit.ts';
import { isIntact } from '../rendering/letter-digest.ts';

/** The kits that come with the program, beside `src/` and beside `dist/`. */
const kitFolder = fileURLToPath(new URL('../../templates', import.meta.url));
/** Where the build puts their letters; beside `src/` there is none. */
const lettersFolder = fileURLToPath(new URL('../letters', import.meta.url));

export interface KitWithLetters {
  readonly kit: Kit;
  readonly letters: readonly CompiledLetter[];
}

export function installedKits(): Promise<KitHeading[]> {
  return listKits(kitFolder);
}

/** A kit by its name (`templates/<name>`, as the list of kits prints it, is found from any working directory) or by its path. */
export async function kitWithLetters(nameOrPath: string): Promise<KitWithLetters> {
  const name = nameOrPath.replace(/^templates\//, '').replace(/\/$/, '');
  const kit = await loadKit(await resolveKitFolder(kitFolder, name === nameOrPath ? nameOrPath : name));
  return { kit, letters: await lettersOf(kit) };
}

/** A kit by its name alone: what comes over the web names no paths. Throws `kit-not-found`. */
export async function installedKit(id: string): Promise<KitWithLetters> {
  if (!(await installedKits()).some((kit) => kit.id === id))
    throw new CandorError('kit-not-found', { path: id.replaceAll(/[^\w-]/g, '') });
  return kitWithLetters(id);
}

/** A check needs a kit only for its locales; with one kit at hand it is that one. Throws `kit-required`. */
export async function kitForCheck(named: string | undefined): Promise<Pick<Kit, 'locales' | 'defaultLocale'>> {
  const [only, another] = await installedKits();
  const name = named ?? (another === undefined ? only?.id : undefined);
  if (name === undefined) throw new CandorError('kit-required', { kits: '' });
  return loadKit(await resolveKitFolder(kitFolder, name));
}

/** For the build: compiles every kit that comes with the program, so that no start has to. */
export async function compileInstalledKits(): Promise<void> {
  for (const { id } of await installedKits()) {
    const { kit, letters } = await kitWithLetters(id);
    await writeCompiledLetters(lettersFolder, kit.digest, letters);
  }
}

/** As compiled by the build, or compiled now: the same letters, 1.1 s of CPU later (2026-11: MJML's start and six letters). */
async function lettersOf(kit: Kit): Promise<readonly CompiledLetter[]> {
  const built = await readCompiledLetters(lettersFolder, kit.digest);
  if (built?.length === kit.letters.length && built.every(isIntact)) return built;
  const { compileLetters } = await import('../rendering/compile-letters.ts');
  return compileLetters(kit);
}
