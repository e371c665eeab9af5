// The folder of an export: made whole or not at all, for its owner only, nothing overwritten, with a
// SHA-256 of every file.
import { createHash, type Hash } from 'node:crypto';
import { open, mkdtemp, mkdir, readdir, rename, rm, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { CandorError } from '../domain/errors.ts';

/** A file that is being written. */
export interface ExportFile {
  write(text: string): Promise<void>;
}

export interface ExportFolder {
  /** Begins a file (mode 0600); the path is relative and may name a folder. */
  begin(path: string): Promise<ExportFile>;
  /** Begins and writes a file. */
  add(path: string, text: string): Promise<void>;
  /** Completes the files and SHA256SUMS and puts the folder in its place. Answers the paths of all files. */
  finish(): Promise<string[]>;
  /** Leaves nothing behind. */
  discard(): Promise<void>;
}

interface OpenFile {
  readonly path: string;
  readonly handle: FileHandle;
  readonly digest: Hash;
}

/** Starts an export to `out`. Throws `output-exists` unless it is missing or an empty folder, `output-unwritable`. */
export async function startExport(out: string): Promise<ExportFolder> {
  const target = resolve(out);
  if (!(await isFree(target))) throw new CandorError('output-exists', { path: out });
  // Beside its place, so that the last step is a rename. mkdtemp makes it with mode 0700.
  const folder = await mkdir(dirname(target), { recursive: true, mode: 0o700 })
    .then(() => mkdtemp(join(dirname(target), `.${basename(target)}.part-`)))
    .catch((error: unknown) => unwritable(out, error));
  const files: OpenFile[] = [];

  const begin = async (path: string): Promise<ExportFile> => {
    const handle = await mkdir(dirname(join(folder, path)), { recursive: true, mode: 0o700 })
      .then(() => open(join(folder, path), 'wx', 0o600))
      .catch((error: unknown) => unwritable(join(out, path), error));
    const file: OpenFile = { path, handle, digest: createHash('sha256') };
    files.push(file);
    return {
      async write(text) {
        file.digest.update(text);
        await file.handle.appendFile(text).catch((error: unknown) => unwritable(join(out, path), error));
      },
    };
  };

  const add = async (path: string, text: string): Promise<void> => {
    const file = await begin(path);
    await file.write(text);
  };

  return {
    begin,
    add,
    async finish() {
      const sums = files.map((file) => `${file.digest.digest('hex')}  ${file.path}\n`).sort();
      await add('SHA256SUMS', sums.join(''));
      for (const { handle } of files) {
        await handle.sync();
        await handle.close();
      }
      // Takes the place of an empty folder; of anything else it fails.
      await rename(folder, target).catch((error: unknown) => unwritable(out, error));
      return files.map((file) => join(out, file.path));
    },
    async discard() {
      for (const { handle } of files) await handle.close().catch(() => undefined);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function isFree(path: string): Promise<boolean> {
  try {
    return (await readdir(path)).length === 0;
  } catch (error) {
    return codeOf(error) === 'ENOENT';
  }
}

function unwritable(path: string, error: unknown): never {
  throw new CandorError('output-unwritable', { path, reason: codeOf(error) }, { cause: error });
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown reason';
}
