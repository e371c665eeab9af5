// What another user of this machine can run: Node and the program's packages, copied to an open folder
// where the originals lie below a home that is closed to others.
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** True when every folder on the way may be passed by anybody. */
export function reachableByOthers(path: string): boolean {
  for (let folder = dirname(path); folder !== '/'; folder = dirname(folder))
    if ((statSync(folder).mode & 0o001) === 0) return false;
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

/** Copies parts of the repository, and of its packages those that the program runs with: half are for development. */
export function copyProgram(repository: string, parts: readonly string[], into: string): void {
  // By a program of its own: it takes half the CPU that Node does for thousands of files.
  for (const part of [...parts, ...packagesToRunWith(repository)]) {
    mkdirSync(dirname(join(into, part)), { recursive: true });
    execFileSync('cp', ['-R', realpathSync(join(repository, part)), join(into, part)]);
  }
}

function packagesToRunWith(repository: string): string[] {
  const { packages } = JSON.parse(readFileSync(join(repository, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { dev?: boolean }>;
  };
  const names = Object.entries(packages).flatMap(([path, { dev }]) =>
    /^node_modules\/(?!.*\/node_modules\/)/.test(path) && dev !== true ? [path] : [],
  );
  return names.filter((path) => existsSync(join(repository, path)));
}
