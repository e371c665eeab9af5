// Makes the secrets of docker-compose.yml in data/secrets: random, mode 0600, and never overwritten (a
// replaced key would make the ledger unreadable), so that it may be run again after an upgrade. smtp_url is left empty for
// your relay; with --mailpit it gets the one for trying. As root, the files go to the user of the containers (CANDOR_UID
// and CANDOR_GID, or 1000).
import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../data/secrets', import.meta.url));
const uid = Number(process.env.CANDOR_UID ?? 1000);
const gid = Number(process.env.CANDOR_GID ?? 1000);

// data/ is CANDOR_DATA's default, too: the user of an embedded Postgres may have to pass through it.
mkdirSync(join(folder, '..'), { recursive: true, mode: 0o711 });
mkdirSync(folder, { recursive: true, mode: 0o700 });
const password = make('postgres_password', () => randomBytes(24).toString('base64url'));
make('database_url', () => `postgres://candor:${password}@postgres:5432/candor`);
make('candor_key', () => randomBytes(32).toString('base64'));
const redisPassword = /^requirepass (\S+)$/m.exec(
  make('redis_conf', () => `requirepass ${randomBytes(24).toString('base64url')}`),
)?.[1];
make('redis_url', () => `redis://:${redisPassword}@redis:6379`);
const relay = make('smtp_url', () => '');
if (relay === '' && process.argv.includes('--mailpit'))
  writeFileSync(join(folder, 'smtp_url'), 'smtp://mailpit:1025\n');
process.stdout.write(`Secrets are in ${folder}. Keep a copy of candor_key apart from the backups.\n`);
if (relay === '' && !process.argv.includes('--mailpit'))
  process.stdout.write('Write your relay into smtp_url: smtp://user:password@relay.example:587\n');

/** The content of the file, which is made if it is missing. */
function make(name, content) {
  const path = join(folder, name);
  if (existsSync(path)) return readFileSync(path, 'utf8').trim();
  const value = content();
  writeFileSync(path, value === '' ? '' : `${value}\n`, { mode: 0o600, flag: 'wx' });
  if (process.getuid?.() === 0) chownSync(path, uid, gid);
  return value;
}
