// Answers (exit code 0 or 1) whether node_modules holds what package-lock.json asks for. Compares
// contents, not times: a copied or restored folder keeps working without a network.
// With --production, packages that are only needed to build and test may be missing.
import { readFileSync } from 'node:fs';

const root = new URL('../', import.meta.url);
const production = process.argv.includes('--production');

function packagesOf(path) {
  return JSON.parse(readFileSync(new URL(path, root), 'utf8')).packages;
}

let installed = {};
try {
  installed = packagesOf('node_modules/.package-lock.json');
} catch {
  process.exitCode = 1;
}
for (const [place, { version, optional, devOptional, dev, peer }] of Object.entries(packagesOf('package-lock.json'))) {
  const needed = place !== '' && !optional && !peer && !(production && (dev || devOptional));
  if (needed && installed[place]?.version !== version) process.exitCode = 1;
}
