// Makes package-lock.json complete after a change of packages: `npm ci` refuses a lock file that leaves
// out an optional package of another platform, and npm leaves out those that the registry in use does not
// serve. Adds them with the platform that their name tells, drops leftovers of earlier installs, and
// changes nothing when there is nothing to do.
import { readFileSync, writeFileSync } from 'node:fs';

const path = new URL('../package-lock.json', import.meta.url);
const before = readFileSync(path, 'utf8');
const lock = JSON.parse(before);

for (const [place, entry] of Object.entries(lock.packages)) {
  if (entry.extraneous === true) delete lock.packages[place];
}
for (const entry of Object.values(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    lock.packages[`node_modules/${name}`] ??= platformEntry(name, version, entry.dev === true);
  }
}
const root = lock.packages[''];
const names = Object.keys(lock.packages)
  .filter((place) => place !== '')
  .sort((left, right) => left.localeCompare(right, 'en'));
lock.packages = { '': root, ...Object.fromEntries(names.map((place) => [place, lock.packages[place]])) };

const after = `${JSON.stringify(lock, null, 2)}\n`;
if (after !== before) writeFileSync(path, after);

/** An entry as npm would write it, without a digest: the registry in use did not serve the package. */
function platformEntry(name, range, dev) {
  const version = range.replace(/^[\^~]/, '');
  const words = name.split(/[/-]/);
  const os = [
    'android',
    'darwin',
    'freebsd',
    'linux',
    'netbsd',
    'openbsd',
    'openharmony',
    'sunos',
    'win32',
    'aix',
  ].find((word) => words.includes(word));
  const cpu = ['arm64', 'x64', 'ia32', 'arm', 'ppc64', 'riscv64', 's390x', 'loong64', 'mips64el', 'wasm32'].find(
    (word) => words.includes(word),
  );
  if (os === undefined || cpu === undefined)
    throw new Error(`${name} names no platform: add it to package-lock.json by hand`);
  const libc = words.some((word) => word.startsWith('musl'))
    ? 'musl'
    : words.some((word) => word.startsWith('gnu'))
      ? 'glibc'
      : undefined;
  return { version, cpu: [cpu], ...(dev ? { dev } : {}), ...(libc ? { libc: [libc] } : {}), optional: true, os: [os] };
}
