// Looks for personal data and secrets in everything that a program leaves behind. What is looked for are
// rare words: each stands in an address, a name or a cell of the test's recipient file and nowhere else.
import { readFileSync, readdirSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Redis } from 'ioredis';
import pg from 'pg';
import type { PostgresConnection } from '../../src/embedded/postgres.ts';

/** A word, and how it was found: `zquill as base64`. */
interface Needle {
  readonly name: string;
  readonly bytes: Buffer;
}

export interface Tracer {
  /** Searches, and remembers what it found. `where` says what was searched. */
  search(where: string, what: string | Buffer): void;
  /** Searches names and contents of all files below a folder. */
  searchFolder(folder: string): void;
  /** `where: word as form`, each once. Empty is what a test wants. */
  readonly found: string[];
}

/** Looks for the words in plain text of any case, UTF-16, hex, percent and quoted-printable escapes and base64 of any alignment. */
export function traceWords(words: readonly string[]): Tracer {
  const needles = words.flatMap(formsOf);
  const found = new Set<string>();
  const search = (where: string, what: string | Buffer): void => {
    const bytes = typeof what === 'string' ? Buffer.from(what) : what;
    // Latin-1 keeps octets apart, and lower case then touches ASCII letters only in what is looked for.
    const lower = Buffer.from(bytes.toString('latin1').toLowerCase(), 'latin1');
    for (const { name, bytes: needle } of needles) {
      const at = (name.endsWith('base64') ? bytes : lower).indexOf(needle);
      if (at !== -1) found.add(`${where}: ${name}: ${excerpt(bytes, at)}`);
    }
  };
  return {
    search,
    searchFolder: (folder) => {
      for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
        const path = join(entry.parentPath, entry.name);
        search('file name', path.slice(folder.length));
        if (entry.isFile()) search(path, readFileSync(path));
      }
    },
    get found() {
      return [...found].toSorted();
    },
  };
}

function formsOf(word: string): Needle[] {
  const lower = word.toLowerCase();
  const forms: Record<string, Buffer> = {
    text: Buffer.from(lower),
    'UTF-16': Buffer.from(lower, 'utf16le'),
    hex: Buffer.from(Buffer.from(lower).toString('hex')),
    'percent escapes': Buffer.from(Buffer.from(lower).toString('hex').replaceAll(/../g, '%$&')),
    'equals escapes': Buffer.from(Buffer.from(lower).toString('hex').replaceAll(/../g, '=$&')),
  };
  // The letters in the middle do not depend on what stands before and behind.
  const shifted = [0, 1, 2].map((shift) =>
    Buffer.from(
      Buffer.concat([Buffer.alloc(shift), Buffer.from(word)])
        .toString('base64')
        .slice(shift === 0 ? 0 : shift + 1, -4),
    ),
  );
  return [
    ...Object.entries(forms).map(([form, bytes]) => ({ name: `${word} as ${form}`, bytes })),
    ...shifted.filter((bytes) => bytes.length >= 6).map((bytes) => ({ name: `${word} as base64`, bytes })),
  ];
}

function excerpt(bytes: Buffer, at: number): string {
  return JSON.stringify(bytes.subarray(Math.max(0, at - 40), at + 60).toString('latin1'));
}

/** Every value of every column of every table in the schemas, as text, `schema.table` by `schema.table`. */
export async function everyRow(
  connection: PostgresConnection | string,
  schemas: readonly string[],
): Promise<Map<string, string>> {
  const client = new pg.Client(typeof connection === 'string' ? { connectionString: connection } : { ...connection });
  await client.connect();
  try {
    const { rows: tables } = await client.query<{ name: string }>(
      `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname = any($1)`,
      [schemas],
    );
    const contents = new Map<string, string>();
    for (const { name } of tables) {
      const { rows } = await client.query<{ text: string }>(`select t::text as text from ${name} t`);
      contents.set(name, rows.map((row) => row.text).join('\n'));
    }
    const { rows: activity } = await client.query<{ text: string }>('select a::text as text from pg_stat_activity a');
    contents.set('pg_stat_activity', activity.map((row) => row.text).join('\n'));
    return contents;
  } finally {
    await client.end();
  }
}

/** Every key with its value as Redis would save it, and the append-only files on its disk. */
export async function everyKey(client: Redis): Promise<Map<string, Buffer>> {
  const contents = new Map<string, Buffer>();
  for await (const keys of client.scanStream({ count: 1_000 }) as AsyncIterable<string[]>) {
    for (const key of keys) {
      contents.set(
        `redis ${key}`,
        Buffer.concat([
          Buffer.from(key),
          (await client.dumpBuffer(key)) ?? Buffer.alloc(0),
          Buffer.from(await plainValue(client, key)),
        ]),
      );
    }
  }
  const [, folder = ''] = await client.config('GET', 'dir');
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) contents.set(`redis file ${entry.name}`, readFileSync(join(entry.parentPath, entry.name)));
  }
  return contents;
}

/** DUMP compresses longer strings; this does not. */
async function plainValue(client: Redis, key: string): Promise<string> {
  const type = await client.type(key);
  if (type === 'hash') return JSON.stringify(await client.hgetall(key));
  if (type === 'list') return JSON.stringify(await client.lrange(key, 0, -1));
  if (type === 'set') return JSON.stringify(await client.smembers(key));
  if (type === 'zset') return JSON.stringify(await client.zrange(key, 0, '-1'));
  if (type === 'stream') return JSON.stringify(await client.xrange(key, '-', '+'));
  return type === 'string' ? ((await client.get(key)) ?? '') : '';
}

/** Command lines of a process and all its descendants, and of whoever inherited a file of the folder; with the environment of all but the process itself. */
export function processTexts(pid: number, folder: string): Map<string, string> {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc').filter((each) => /^\d+$/.test(each))) {
    const stat = read(`/proc/${name}/stat`);
    parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1] ?? 0));
  }
  const ours = (each: number): boolean =>
    each === pid || (parents.has(each) && each > 1 && ours(parents.get(each) ?? 0)) || holds(each, folder);
  return new Map(
    [...parents.keys()]
      .filter((each) => each !== process.pid && ours(each))
      .flatMap((each): [string, string][] => {
        const command = read(`/proc/${each}/cmdline`).replaceAll('\0', ' ');
        return [
          [`command line of ${each}`, command],
          ...(command.includes('main.js')
            ? []
            : [
                [`environment of ${each} (${command.slice(0, 60)})`, read(`/proc/${each}/environ`)] as [string, string],
              ]),
        ];
      }),
  );
}

function holds(pid: number, folder: string): boolean {
  try {
    return readlinkSync(`/proc/${pid}/cwd`).startsWith(folder) || readlinkSync(`/proc/${pid}/fd/3`).startsWith(folder);
  } catch {
    return false;
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** The plain text of a backup. */
export function unzipped(path: string): Buffer {
  return gunzipSync(readFileSync(path));
}

/** True when nobody but its owner can read it. */
export function isPrivate(path: string): boolean {
  return (statSync(path).mode & 0o077) === 0;
}
