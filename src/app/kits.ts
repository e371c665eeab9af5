// The kits of this installation, with their letters. Loaded only by what shows or sends letters: YAML,
// Handlebars and the schema of kits take a fifth of a second of CPU to load, what compiles letters five times as much.
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CandorError } from '../domain/errors.ts';
import type { CompiledLetter, Kit, KitShown } from '../domain/kit.ts';
import { readCompiledLetters, writeCompiledLetters } from '../kits/compiled-letters.ts';
import { installedKitFolder, listKits, resolveKitFolder, type KitHeading } from '../kits/list-kits.ts';
import { loadKit } from '../kits/load-kit.ts';
import { isIntact } from '../rendering/letter-digest.ts';
import { shownKit } from '../rendering/shown-kit.ts';

/** The kits that come with the program, beside `src/` and beside `dist/`. */
const kitFolder = fileURLToPath(new URL('../../templates', import.meta.url));
/** Where the build puts their letters; beside `src/` there is none. */
const lettersFolder = fileURLToPath(new URL('../letters', import.meta.url));

export interface KitWithLetters {
  readonly kit: Kit;
  readonly letters: readonly CompiledLetter[];
  /** The folder that it was read from, absolute. */
  readonly path: string;
  /** The same, as every door shows it. */
  readonly shown: KitShown;
}

export function installedKits(): Promise<KitHeading[]> {
  return listKits(kitFolder);
}

/** A kit by its path or by its name, as it is on disk now. Throws `kit-ambiguous`, `kit-not-found`, `kit-invalid`. */
export async function kitWithLetters(nameOrPath: string): Promise<KitWithLetters> {
  return kitIn(await resolveKitFolder(kitFolder, nameOrPath));
}

/** An installed kit by its id alone, as it is on disk now: what comes over the web names no paths. Throws `kit-not-found`. */
export async function installedKit(id: string): Promise<KitWithLetters> {
  return kitIn(await installedKitFolder(kitFolder, id));
}

async function kitIn(folder: string): Promise<KitWithLetters> {
  const kit = await loadKit(folder);
  const letters = await lettersOf(kit);
  const path = resolve(folder);
  return { kit, letters, path, shown: shownKit(kit, path, letters) };
}

/** A check asks a kit for its locales, and says what is to be looked at in its letters; with one kit at hand it is that one. Throws `kit-required`. */
export async function kitForCheck(named: string | undefined): Promise<KitWithLetters> {
  const [only, another] = await installedKits();
  if (named === undefined && (only === undefined || another !== undefined))
    throw new CandorError('kit-required', { kits: '' });
  const folder =
    named === undefined
      ? await installedKitFolder(kitFolder, only?.id ?? '')
      : await resolveKitFolder(kitFolder, named);
  return kitIn(folder);
}

/** For the build: compiles every kit that comes with the program, so that no start has to. */
export async function compileInstalledKits(): Promise<void> {
  for (const { id } of await installedKits()) {
    const { kit, letters } = await installedKit(id);
    await writeCompiledLetters(lettersFolder, kit.digest, letters);
  }
}

/** The kits whose letters this process has compiled, newest last: a console shows one many times. */
const compiledHere = new Map<string, Promise<readonly CompiledLetter[]>>();
const mostCompiled = 20;

/** As compiled by the build, or compiled once here: the same letters, 1.1 s of CPU later (2026-11: MJML's start and six letters). */
async function lettersOf(kit: Kit): Promise<readonly CompiledLetter[]> {
  const known = compiledHere.get(kit.digest);
  if (known !== undefined) return known;
  const built = await readCompiledLetters(lettersFolder, kit.digest);
  if (built?.length === kit.letters.length && built.every(isIntact)) return built;
  const compiled = import('../rendering/compile-letters.ts').then(({ compileLetters }) => compileLetters(kit));
  compiledHere.set(kit.digest, compiled);
  compiled.catch(() => compiledHere.delete(kit.digest));
  for (const oldest of [...compiledHere.keys()].slice(0, -mostCompiled)) compiledHere.delete(oldest);
  return compiled;
}
