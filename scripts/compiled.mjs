// Runs a program of the tests: compiles it beside node_modules (Node 20 runs no TypeScript), with a copy of the
// built program, so that a build in the meantime does not change what is being looked at.
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Runs the first of these TypeScript files, with these arguments; the others are compiled with it. Answers the exit code. */
export async function runCompiled(files, args) {
  if (!existsSync(join(root, 'dist/main.js'))) {
    console.error('dist/main.js is missing: run `npm run build` first');
    return 2;
  }
  const cache = join(root, 'node_modules/.cache');
  mkdirSync(cache, { recursive: true });
  const place = mkdtempSync(join(cache, 'candor-program-'));
  try {
    for (const part of ['dist', 'templates', 'package.json'])
      cpSync(join(root, part), join(place, part), { recursive: true });
    const compilerOptions = { rootDir: root, outDir: place, sourceMap: false };
    const config = {
      extends: join(root, 'tsconfig.json'),
      compilerOptions,
      include: [],
      files: files.map((file) => join(root, file)),
    };
    writeFileSync(join(place, 'tsconfig.json'), JSON.stringify(config));
    const tsc = spawnSync(
      process.execPath,
      [join(root, 'node_modules/typescript/bin/tsc'), '-p', join(place, 'tsconfig.json')],
      { stdio: 'inherit' },
    );
    return tsc.status === 0 ? await run(join(place, files[0].replace(/\.ts$/, '.js')), args) : 2;
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

/** Its exit code. A stop signal is passed on (Ctrl-C reaches it by itself), and what it started ends with it. */
function run(program, args) {
  const child = spawn(process.execPath, [program, ...args], { stdio: 'inherit' });
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  return new Promise((resolve) => child.once('close', (code) => resolve(code ?? 1)));
}
