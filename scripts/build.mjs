// Checks the types of src/, bundles it with the packages that it uses into dist/ (ADR 0023), puts the SQL migrations
// where the bundle looks for them, and compiles the letters of the kits.
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const root = fileURLToPath(new URL('..', import.meta.url));
rmSync(`${root}dist`, { recursive: true, force: true });
execFileSync(process.execPath, [`${root}node_modules/typescript/bin/tsc`, '-p', `${root}tsconfig.build.json`], {
  stdio: 'inherit',
});
const bundle = await rolldown({
  cwd: root,
  // `kits` for the last step below; it shares its parts with the program.
  // The thread is started from a file of its own.
  input: { main: 'src/main.ts', kits: 'src/app/kits.ts', 'letter-thread': 'src/embedded/letter-thread.mjs' },
  platform: 'node',
  // msgpackr's native part is left out (it would be looked for beside the bundle): only reading uses it, and nothing here reads.
  // MJML is loaded only for a kit of one's own, and reads files beside its own; `pg-native` is nobody's here.
  external: ['mjml', 'pg-native'],
  onLog(level, log) {
    if (level === 'warn') throw new Error(`the bundle: ${log.message}`);
  },
});
await bundle.write({
  dir: `${root}dist`,
  format: 'esm',
  sourcemap: true,
  // Files that look for others beside them are as deep below dist/ as they are below src/.
  entryFileNames: ({ name }) =>
    name === 'main' ? 'main.js' : name === 'letter-thread' ? 'embedded/letter-thread.mjs' : 'parts/[name].js',
  chunkFileNames: 'parts/[name].js',
});
await bundle.close();
cpSync(`${root}src/ledger/migrations`, `${root}dist/ledger/migrations`, { recursive: true });
chmodSync(`${root}dist/main.js`, 0o755);
const { compileInstalledKits } = await import(new URL('../dist/parts/kits.js', import.meta.url));
await compileInstalledKits();
