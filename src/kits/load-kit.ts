// Loads a kit: kit.yaml, an optional layout.mjml, and one <audience>.<locale>.mjml for every audience
// and locale. What it answers is complete and checked; whether the letters compile is rendering's to say.
import { parseDocument } from 'yaml';
import type { z } from 'zod';
import { audiences, type Audience } from '../domain/audience.ts';
import { CandorError } from '../domain/errors.ts';
import type { Kit, LetterSource } from '../domain/kit.ts';
import { composeLetter, holdsLetter } from './compose-letter.ts';
import { readKitFiles, type KitFiles } from './kit-files.ts';
import { outlineOf } from './kit-outline.ts';
import { kitSchema, type KitFile } from './kit-schema.ts';
import { rememberKit } from './seen-kits.ts';

/**
 * The kit in the folder.
 * Errors: `kit-not-found`; `kit-invalid`, which names the file, the place in it and what was expected.
 */
export async function loadKit(dir: string): Promise<Kit> {
  const files = await readKitFiles(dir);
  const kit = readKitYaml(files);
  const locales = Object.keys(kit.locales);
  refuseStrayLetters(files, locales);
  const byLocale = <T>(pick: (locale: KitFile['locales'][string]) => T): Record<string, T> =>
    Object.fromEntries(Object.entries(kit.locales).map(([tag, locale]) => [tag, pick(locale)]));
  const loaded: Kit = {
    id: kit.id,
    title: kit.title,
    digest: files.digest,
    outline: outlineOf(files.texts, kit),
    locales,
    defaultLocale: kit.defaultLocale,
    officialDomains: kit.officialDomains,
    letters: audiences.flatMap((audience) => locales.map((locale) => readLetter(files, kit, audience, locale))),
    facts: factsOf(kit),
    categoryWords: byLocale((locale) => locale.categoryWords),
    exposed: byLocale((locale) => locale.exposed.map(({ when = [], phrase }) => ({ when, phrase }))),
    testMarks: byLocale((locale) => locale.testMark),
  };
  rememberKit(loaded);
  return loaded;
}

function readKitYaml(files: KitFiles): KitFile {
  const file = `${files.folder}/kit.yaml`;
  const document = parseDocument(files.texts.get('kit.yaml') ?? '', { prettyErrors: true });
  const [problem] = document.errors;
  if (problem) {
    const line = problem.linePos?.[0].line;
    throw invalid(
      file,
      line === undefined ? '(file)' : `line ${line}`,
      `expected valid YAML (${problem.code})`,
      problem,
    );
  }
  const parsed = kitSchema.safeParse(toPlain(document, file));
  if (parsed.success) return parsed.data;
  const [first, ...others] = parsed.error.issues;
  throw invalid(
    file,
    pathOf(first),
    `${first?.message ?? 'expected a kit'}${others.length > 0 ? ` (and ${others.length} more)` : ''}`,
    parsed.error,
  );
}

// Aliases that expand beyond reason throw here ("billion laughs").
function toPlain(document: ReturnType<typeof parseDocument>, file: string): unknown {
  try {
    return document.toJS();
  } catch (cause) {
    throw invalid(file, '(file)', 'expected YAML without excessive aliases', cause);
  }
}

function readLetter(files: KitFiles, kit: KitFile, audience: Audience, locale: string): LetterSource {
  const name = `${audience}.${locale}.mjml`;
  const file = `${files.folder}/${name}`;
  const letter = files.texts.get(name);
  if (letter === undefined) throw invalid(file, '(file)', `expected the letter to the ${audience} in ${locale}`);
  const layout = files.texts.get('layout.mjml') ?? null;
  if (layout !== null && !holdsLetter(layout))
    throw invalid(`${files.folder}/layout.mjml`, '(file)', 'expected a place for the letter: {{letter}}');
  const words = kit.locales[locale]?.letters[audience];
  if (!words) throw new Error(`kit.yaml was checked, but has no ${audience} letter in ${locale}`);
  return { audience, locale, subject: words.subject, mjml: composeLetter(layout, { ...words, letter, locale }), file };
}

/** A letter in a language that kit.yaml does not name would silently reach nobody. */
function refuseStrayLetters(files: KitFiles, locales: readonly string[]): void {
  const expected = new Set([
    'layout.mjml',
    ...audiences.flatMap((audience) => locales.map((locale) => `${audience}.${locale}.mjml`)),
  ]);
  for (const name of files.texts.keys()) {
    if (name.endsWith('.mjml') && !expected.has(name)) {
      throw invalid(`${files.folder}/${name}`, '(file)', `expected one of ${[...expected].join(', ')}`);
    }
  }
}

function factsOf(kit: KitFile): Kit['facts'] {
  const facts: Record<string, Record<string, string>> = {};
  for (const [tag, locale] of Object.entries(kit.locales)) {
    for (const [name, words] of [...Object.entries(kit.facts), ...Object.entries(locale.facts)]) {
      facts[name] = { ...facts[name], [tag]: words };
    }
  }
  return facts;
}

function pathOf(issue: z.core.$ZodIssue | undefined): string {
  return issue === undefined || issue.path.length === 0 ? '(top)' : issue.path.join('.');
}

function invalid(file: string, path: string, expectation: string, cause?: unknown): CandorError {
  return new CandorError('kit-invalid', { file, path, expectation }, { cause });
}
