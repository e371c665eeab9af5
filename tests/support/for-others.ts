// What another user of this machine can run: Node and the program's packages, copied to an open folder
// where the originals lie below a home that is closed to others.
import { chmodSync, copyFileSync, cpSync, realpathSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Half of what npm installs is for development; the program runs without it. */
const toolsOnly = /node_modules\/(?:@typescript|typescript|playwright-core|@?oxlint[^/]*|oxlint-tsgolint|@oxlint|@oxlint-tsgolint|rolldown|@rolldown|vite|vitest|@vitest|lightningcss[^/]*|axe-core|\.cache|\.vite)(?:\/|$)/;

/** True when every folder on the way may be passed by anybody. */
export function reachableByOthers(path: string): boolean {
  for (let folder = dirname(path); folder !== '/'; folder = dirname(folder)) if ((statSync(folder).mode & 0o001) === 0) return false;
  return true;
}

/** This Node, or a copy of it in the folder. */
export function nodeForOthers(folder: string): string {
  const own = realpathSync(process.execPath);
  if (reachableByOthers(own)) return process.execPath;
  const copy = join(folder, 'node');
  copyFileSync(own, copy);
  chmodSync(copy, 0o755);
  return copy;
}

/** Copies parts of the repository, without the packages that only development needs. */
export function copyProgram(repository: string, parts: readonly string[], into: string): void {
  for (const part of parts) {
    cpSync(realpathSync(join(repository, part)), join(into, part), { recursive: true, verbatimSymlinks: true, filter: (path) => !toolsOnly.test(path) });
  }
}
