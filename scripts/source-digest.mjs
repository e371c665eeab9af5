// Prints the SHA-256 of everything that dist/ is built from, so that a stale dist/ is noticed whatever
// the clocks and the copying did to file times.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const filesOf = (folder) =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
const sources = [...filesOf('src'), ...filesOf('templates')];
const settings = ['package-lock.json', 'tsconfig.json', 'tsconfig.build.json', 'scripts/build.mjs'].map((name) =>
  join(root, name),
);

const digest = createHash('sha256');
for (const path of [...sources, ...settings].sort()) {
  digest
    .update(`${path.slice(root.length)}\0`)
    .update(readFileSync(path))
    .update('\0');
}
process.stdout.write(`${digest.digest('hex')}\n`);
