// Enforces docs/ARCHITECTURE.md: who may import whom, which vendor lives where, and how files are named.
import { describe, expect, it } from 'vitest';
import {
  importedPath,
  importsOf,
  readText,
  roomOf,
  sourceFiles,
  withoutComments,
  type SourceFile,
} from '../support/source-files.ts';

const files = sourceFiles();
const rooms = [
  'domain',
  'config',
  'runtime',
  'intake',
  'kits',
  'rendering',
  'delivery',
  'ledger',
  'dispatch',
  'queue',
  'embedded',
  'returns',
  'web',
  'campaigns',
  'cli',
] as const;

/** The rooms that each may import, besides itself. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  domain: [],
  config: ['domain'],
  runtime: ['domain'],
  intake: ['domain', 'runtime'],
  kits: ['domain', 'runtime'],
  rendering: ['domain', 'runtime'],
  delivery: ['domain', 'runtime'],
  ledger: ['domain', 'runtime'],
  dispatch: ['domain', 'runtime'],
  queue: ['domain', 'runtime'],
  embedded: ['domain', 'runtime'],
  returns: ['domain', 'runtime'],
  web: ['domain', 'runtime'],
  campaigns: ['domain', 'runtime', 'intake', 'kits', 'rendering', 'ledger', 'dispatch', 'delivery', 'returns'],
  cli: ['app', 'config', 'domain', 'runtime'],
  app: rooms.filter((room) => room !== 'cli'),
  main: ['app', 'cli', 'config'],
};

/** Imports that are allowed when they leave nothing at run time. */
const mayImportTypes: Readonly<Record<string, readonly string[]>> = {
  cli: ['campaigns'],
  web: ['campaigns'],
  queue: ['dispatch'],
};

/** The rooms of each vendor. `*`: wherever something comes in from outside, but never in domain. */
const vendorRooms: Readonly<Record<string, readonly string[] | '*'>> = {
  'csv-parse': ['intake'],
  'csv-stringify': ['intake', 'campaigns'],
  yazl: ['campaigns'],
  yaml: ['kits'],
  mjml: ['rendering'],
  parse5: ['rendering'],
  'css-tree': ['rendering'],
  handlebars: ['rendering'],
  'html-to-text': ['rendering', 'returns'],
  'postal-mime': ['returns', 'embedded'],
  nodemailer: ['rendering'],
  pg: ['ledger'],
  'pg-copy-streams': ['ledger'],
  bullmq: ['queue'],
  ioredis: ['queue'],
  'smtp-server': ['embedded'],
  fastify: ['web'],
  '@fastify/formbody': ['web'],
  '@fastify/multipart': ['web'],
  'prom-client': ['web'],
  pino: ['runtime'],
  commander: ['cli'],
  zod: '*',
};

const builtInRooms: Readonly<Record<string, readonly string[]>> = { child_process: ['embedded'] };

/** Built-in modules that compute and reach nothing outside. */
const pureBuiltIns = ['node:url', 'node:crypto', 'node:buffer', 'node:util', 'node:net'];

const forbiddenNames = [
  'utils',
  'util',
  'common',
  'helpers',
  'helper',
  'types',
  'models',
  'interfaces',
  'manager',
  'service',
  'misc',
  'shared',
  'index',
];

function isRelative(specifier: string): boolean {
  return specifier.startsWith('.');
}

function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

function violations(check: (file: SourceFile) => readonly string[]): string[] {
  return files.flatMap((file) => check(file).map((text) => `${file.path}: ${text}`));
}

describe('the import table', () => {
  it('knows every room', () => {
    expect([...new Set(files.map((file) => file.room))].filter((room) => !(room in mayImport))).toEqual([]);
  });

  it('is kept by every file', () => {
    const found = violations((file) =>
      file.imports
        .filter(({ specifier, typeOnly }) => {
          if (!isRelative(specifier)) return false;
          const room = roomOf(importedPath(file, specifier));
          const allowed = [
            file.room,
            ...(mayImport[file.room] ?? []),
            ...(typeOnly ? (mayImportTypes[file.room] ?? []) : []),
          ];
          return !allowed.includes(room);
        })
        .map(({ specifier }) => `may not import ${specifier}`),
    );
    expect(found).toEqual([]);
  });

  it('points at files that exist, with their extension', () => {
    const known = new Set(files.map((file) => file.path));
    const found = violations((file) =>
      file.imports
        .filter(({ specifier }) => isRelative(specifier) && !known.has(importedPath(file, specifier)))
        .map(({ specifier }) => `no file for ${specifier}`),
    );
    expect(found).toEqual([]);
  });

  it('gives every vendor its room, and the domain none', () => {
    const found = violations((file) =>
      file.imports
        .filter(({ specifier }) => !isRelative(specifier) && !specifier.startsWith('node:'))
        .filter(({ specifier }) => {
          const allowed = vendorRooms[packageOf(specifier)] ?? [];
          return allowed === '*' ? file.room === 'domain' : !allowed.includes(file.room);
        })
        .map(({ specifier }) => `may not import ${specifier}`),
    );
    expect(found).toEqual([]);
  });

  it('keeps child processes in embedded, and everything that reaches outside away from the domain', () => {
    const found = violations((file) =>
      file.imports
        .filter(({ specifier }) => specifier.startsWith('node:'))
        .filter(({ specifier }) => {
          const allowed = builtInRooms[specifier.slice('node:'.length)];
          return (
            (allowed !== undefined && !allowed.includes(file.room)) ||
            (file.room === 'domain' && !pureBuiltIns.includes(specifier))
          );
        })
        .map(({ specifier }) => `may not import ${specifier}`),
    );
    expect(found).toEqual([]);
  });

  it('has no cycles', () => {
    expect(cycles(files)).toEqual([]);
  });

  it('is the table of docs/ARCHITECTURE.md', () => {
    const rows = [...readText('docs/ARCHITECTURE.md').matchAll(/^\| `(\w+)` \| [^|]* \| ([^|]*) \|[^|]*\|$/gm)];
    const told = Object.fromEntries(rows.map(([, room = '', allowed = '']) => [room, allowed.trim()]));
    expect(Object.keys(told).toSorted()).toEqual(Object.keys(mayImport).toSorted());
    for (const [room, allowed] of Object.entries(mayImport)) {
      if (room === 'domain') expect(told[room]).toBe('nothing of ours');
      else if (room === 'app') expect(told[room]?.trim()).toBe('all but cli');
      else
        expect(words(told[room] ?? ''), room).toEqual(words([...allowed, ...(mayImportTypes[room] ?? [])].join(', ')));
    }
  });
});

describe('the files', () => {
  it('read the environment in config only', () => {
    expect(
      violations((file) =>
        file.room !== 'config' && /\bprocess\s*\.\s*env\b|\benv\b[^=;\n]*=\s*process\b/.test(file.code)
          ? ['reads process.env']
          : [],
      ),
    ).toEqual([]);
  });

  it('write to the console in cli only', () => {
    expect(
      violations((file) =>
        file.room !== 'cli' &&
        /(?<![.\w])console\s*\.\s*(?:log|info|warn|error|debug|trace|table|dir)\b/.test(file.code)
          ? ['uses console']
          : [],
      ),
    ).toEqual([]);
  });

  it('have at most 400 lines, tables of data aside', () => {
    const tables = ['domain/error-registry.ts'];
    expect(
      violations((file) =>
        !tables.includes(file.path) && file.text.split('\n').length > 401
          ? [`${file.text.split('\n').length} lines`]
          : [],
      ),
    ).toEqual([]);
  });

  it('are named in kebab case, after what they hold', () => {
    const found = violations((file) => {
      const names = file.path.replace(/\.ts$/, '').split('/');
      return [
        ...names.filter((name) => !/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(name)).map((name) => `${name} is not kebab-case`),
        ...names
          .filter((name) => forbiddenNames.some((word) => name === word || name.endsWith(`-${word}`)))
          .map((name) => `${name} says nothing`),
      ];
    });
    expect(found).toEqual([]);
  });

  it('open with what they are for', () => {
    expect(
      violations((file) => (/^(?:#![^\n]*\n)?\/[/*]/.test(file.text) ? [] : ['does not open with a comment'])),
    ).toEqual([]);
  });

  it('export by name, and nothing of another file', () => {
    const found = violations((file) => [
      ...(/^\s*export\s+default\b/m.test(file.code) ? ['has a default export'] : []),
      ...(/^\s*export\s*\*/m.test(file.code) ? ['is a barrel'] : []),
    ]);
    expect(found).toEqual([]);
  });
});

describe('the reader of imports', () => {
  it.each([
    [`import a from 'x';`, ['x']],
    [`import type { A } from "./a.ts";`, ['type ./a.ts']],
    [`import {\n  a,\n  b,\n} from './b.ts';`, ['./b.ts']],
    [
      `import * as c from 'c';\nexport { d } from './d.ts';\nexport type { E } from './e.ts';`,
      ['c', './d.ts', 'type ./e.ts'],
    ],
    [`import './side.ts';`, ['./side.ts']],
    [`const x = await import('./late.ts');`, ['./late.ts']],
    [`// import a from 'x';\n/* import b from 'y'; */\nconst url = 'http://x'; import z from 'z';`, ['z']],
    [`const s = "import a from 'x'";`, []],
    [`export const from = 'x';`, []],
  ])('finds those of %j', (text, expected) => {
    expect(
      importsOf(withoutComments(text)).map(({ specifier, typeOnly }) => `${typeOnly ? 'type ' : ''}${specifier}`),
    ).toEqual(expected);
  });
});

function words(text: string): string[] {
  return text
    .replaceAll('(types only)', '')
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '')
    .toSorted();
}

/** Every import cycle once, as the path around it. Types count: a cycle of types is a cycle for the reader. */
function cycles(all: readonly SourceFile[]): string[] {
  const byPath = new Map(all.map((file) => [file.path, file]));
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (file: SourceFile, trail: readonly string[]): void => {
    const start = trail.indexOf(file.path);
    if (start >= 0) {
      found.push([...trail.slice(start), file.path].join(' → '));
      return;
    }
    if (done.has(file.path)) return;
    for (const { specifier } of file.imports.filter((entry) => isRelative(entry.specifier))) {
      const next = byPath.get(importedPath(file, specifier));
      if (next) visit(next, [...trail, file.path]);
    }
    done.add(file.path);
  };
  for (const file of all) visit(file, []);
  return found;
}
