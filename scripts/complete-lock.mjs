// Makes package-lock.json complete after a change of packages: `npm ci` refuses a lock file that leaves
// out an optional package of another platform, and takes whatever it is served for an entry without a digest. npm writes
// neither for a package that the registry in use did not serve at that moment. Adds the entries with the platform that
// their name tells, asks the registry for the digests that are missing, drops leftovers of earlier installs, and changes
// nothing when there is nothing to do. Ends with an error when a digest can't be had.
import { spawnSync } from 'node:child_process';
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
for (const [place, entry] of Object.entries(lock.packages)) {
  // What a package brings within itself is covered by the digest of that package.
  if (place === '' || entry.link === true || entry.inBundle === true || entry.integrity !== undefined) continue;
  const { version, ...rest } = entry;
  const name = entry.name ?? place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length);
  lock.packages[place] = { version, integrity: digestOf(name, version), ...rest };
}
const root = lock.packages[''];
const names = Object.keys(lock.packages)
  .filter((place) => place !== '')
  .sort((left, right) => left.localeCompare(right, 'en'));
lock.packages = { '': root, ...Object.fromEntries(names.map((place) => [place, lock.packages[place]])) };

const after = `${JSON.stringify(lock, null, 2)}\n`;
if (after !== before) writeFileSync(path, after);

/** The SHA-512 that the registry publishes for this very version. */
function digestOf(name, version) {
  const { stdout } = spawnSync('npm', ['view', `${name}@${version}`, 'dist.integrity'], { encoding: 'utf8' });
  const digest = (stdout ?? '').trim();
  if (!/^sha512-[A-Za-z0-9+/]{86}==$/.test(digest)) throw new Error(`the registry has no digest of ${name}@${version}`);
  return digest;
}

/** An entry as npm would write it; its digest comes after. */
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
