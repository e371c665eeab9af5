// `npm run chaos`: compiles the chaos run beside node_modules (Node 20 runs no TypeScript) and starts it, on a
// copy of the built program, so that a build in the meantime does not change what is being tried.
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
if (!existsSync(join(root, 'dist/main.js'))) {
  console.error('dist/main.js is missing: run `npm run build` first');
  process.exit(2);
}
const cache = join(root, 'node_modules/.cache');
mkdirSync(cache, { recursive: true });
const place = mkdtempSync(join(cache, 'candor-chaos-'));
try {
  for (const part of ['dist', 'templates', 'package.json']) cpSync(join(root, part), join(place, part), { recursive: true });
  const files = ['main.ts', 'relay-thread.ts', 'memory-probe.ts'].map((name) => join(root, 'tests/chaos', name));
  const compilerOptions = { rootDir: root, outDir: place, sourceMap: false };
  writeFileSync(join(place, 'tsconfig.json'), JSON.stringify({ extends: join(root, 'tsconfig.json'), compilerOptions, include: [], files }));
  const tsc = spawnSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', join(place, 'tsconfig.json')], { stdio: 'inherit' });
  process.exitCode = tsc.status === 0 ? await run(join(place, 'tests/chaos/main.js')) : 2;
} finally {
  rmSync(place, { recursive: true, force: true });
}

/** Its exit code. A stop signal is passed on (Ctrl-C reaches it by itself), and what it started ends with it. */
function run(program) {
  const child = spawn(process.execPath, [program, ...process.argv.slice(2)], { stdio: 'inherit' });
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  return new Promise((resolve) => child.once('close', (code) => resolve(code ?? 1)));
}
