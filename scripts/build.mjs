// Compiles src/ to dist/, puts the SQL migrations beside the code that reads them, and compiles the letters of the kits.
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
rmSync(`${root}dist`, { recursive: true, force: true });
execFileSync(process.execPath, [`${root}node_modules/typescript/bin/tsc`, '-p', `${root}tsconfig.build.json`], { stdio: 'inherit' });
cpSync(`${root}src/ledger/migrations`, `${root}dist/ledger/migrations`, { recursive: true });
chmodSync(`${root}dist/main.js`, 0o755);
const { compileInstalledKits } = await import(new URL('../dist/app/kits.js', import.meta.url));
await compileInstalledKits();
