// Reads the sources as text: which files there are and what each imports. For the tests of the structure;
// TypeScript 7 has no compiler API to ask.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's folder, with a slash at its end. */
export const repository = fileURLToPath(new URL('../../', import.meta.url));

export interface Import {
  /** As written: `./x.ts`, `pg`, `node:fs`. */
  readonly specifier: string;
  /** True for `import type` and `export type`: gone at run time. */
  readonly typeOnly: boolean;
}

export interface SourceFile {
  /** Path within `src/`, with forward slashes. */
  readonly path: string;
  /** Name of the folder; a file directly in `src/` belongs to the room of its name (`app.ts` to `app`). */
  readonly room: string;
  readonly text: string;
  /** The text with comments blanked out; strings are kept. */
  readonly code: string;
  readonly imports: readonly Import[];
}

/** Text of a file of the repository. */
export function readText(path: string): string {
  return readFileSync(join(repository, path), 'utf8');
}

/** All TypeScript files below `src/`, sorted by path. */
export function sourceFiles(): SourceFile[] {
  const root = join(repository, 'src');
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.d.ts'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .toSorted()
    .map((path) => {
      const text = readFileSync(join(root, path), 'utf8');
      const code = withoutComments(text);
      return { path, room: roomOf(path), text, code, imports: importsOf(code) };
    });
}

/** The room of a path within `src/`. */
export function roomOf(path: string): string {
  return (path.split('/')[0] ?? path).replace(/\.ts$/, '');
}

/** The path within `src/` that a relative import of the file means. */
export function importedPath(from: SourceFile, specifier: string): string {
  return join(dirname(from.path), specifier);
}

/** Static, re-exporting, side-effect and dynamic imports of a text without comments. */
export function importsOf(code: string): Import[] {
  const statement = /(?:^|[;}\n])\s*(?:import|export)\s+(type\s+)?(?:[\w*{][^'"`;]*?\bfrom\s*)?(['"])([^'"\n]+)\2/g;
  const dynamic = /\bimport\s*\(\s*(['"])([^'"\n]+)\1/g;
  return [
    ...[...code.matchAll(statement)].map((match) => ({ specifier: match[3] ?? '', typeOnly: match[1] !== undefined })),
    ...[...code.matchAll(dynamic)].map((match) => ({ specifier: match[2] ?? '', typeOnly: false })),
  ];
}

/** Blanks comments, keeping strings, template literals and regular expressions as they are. */
export function withoutComments(text: string): string {
  const token =
    /\/\/[^\n]*|\/\*[\s\S]*?\*\/|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`|(?<=[=(,:[!&|?{};\n]\s*)\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\/[a-z]*/g;
  return text.replace(token, (found) =>
    found.startsWith('//') || found.startsWith('/*') ? ' '.repeat(found.length) : found,
  );
}
