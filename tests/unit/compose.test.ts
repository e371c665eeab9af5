// The compose file and the secrets that it needs, read as a container engine would read them: none is needed here.
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { readConfig } from '../../src/config/read-config.ts';
import { readText, repository } from '../support/source-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'candor-compose-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('docker-compose.yml', () => {
  interface Service {
    readonly image: string;
    readonly command?: readonly string[];
    readonly environment?: Readonly<Record<string, string>>;
    readonly secrets?: readonly string[];
    readonly ports?: readonly string[];
    readonly volumes?: readonly string[];
    readonly networks?: readonly string[];
    readonly container_name?: string;
    readonly user?: string;
    readonly read_only?: boolean;
    readonly profiles?: readonly string[];
    readonly security_opt?: readonly string[];
    readonly pids_limit?: number;
    readonly mem_limit?: string;
    readonly tmpfs?: readonly string[];
    readonly cap_add?: readonly string[];
    readonly cap_drop?: readonly string[];
    readonly deploy?: { readonly replicas: number };
    readonly healthcheck?: { readonly test?: readonly string[]; readonly disable?: boolean };
    readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  }
  interface Compose {
    readonly services: Readonly<Record<'app' | 'worker' | 'postgres' | 'redis' | 'mailpit', Service>>;
    readonly networks: Readonly<Record<string, { readonly internal?: boolean } | null>>;
    readonly volumes: Readonly<Record<string, unknown>>;
    readonly secrets: Readonly<Record<string, { readonly file: string }>>;
  }
  const text = readText('docker-compose.yml');
  const compose = parse(text, { merge: true }) as Compose;
  const { app, worker, postgres, redis, mailpit } = compose.services;

  it('has the five services', () => {
    expect(Object.keys(compose.services).toSorted()).toEqual(['app', 'mailpit', 'postgres', 'redis', 'worker']);
  });

  it('runs console and workers from one image, unprivileged and read-only', () => {
    expect([app.command, worker.command]).toEqual([['serve'], ['worker']]);
    for (const service of [app, worker]) {
      expect(service).toMatchObject({ image: app.image, read_only: true, cap_drop: ['ALL'] });
      expect(service.user).toBe('${CANDOR_UID:-1000}:${CANDOR_GID:-1000}');
    }
  });

  it('closes every service: nothing to change, no privileges to gain, an end to what it may take', () => {
    for (const [name, service] of Object.entries(compose.services)) {
      expect(service, name).toMatchObject({
        read_only: true,
        cap_drop: ['ALL'],
        security_opt: ['no-new-privileges:true'],
        pids_limit: expect.any(Number) as number,
        mem_limit: expect.stringMatching(/^\d+[mg]$/) as string,
        restart: 'unless-stopped',
      });
    }
    // By number: files of the host belong to numbers. Postgres and Redis step down by themselves.
    for (const service of [app, worker, mailpit]) {
      expect(service.user).toMatch(/^\$\{CANDOR_UID:-1000\}|^65534:/);
      expect(service.cap_add).toBeUndefined();
    }
    for (const service of [postgres, redis])
      expect(service.cap_add).toEqual(['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'SETGID', 'SETUID']);
    expect(postgres.tmpfs).toEqual(['/tmp', '/var/run/postgresql']);
  });

  it('has the relay for trying in a profile, and wants TLS of any other', () => {
    expect(
      Object.entries(compose.services).flatMap(([name, { profiles }]) => (profiles ? [[name, profiles]] : [])),
    ).toEqual([['mailpit', ['mailpit']]]);
    for (const { environment } of [app, worker]) expect(environment?.['SMTP_TLS']).toBe('${SMTP_TLS:-required}');
  });

  it('lets kits be added without a new image', () => {
    expect(app.volumes).toEqual(['${CANDOR_KITS:-./templates}:/app/templates:ro']);
    expect(readText('Dockerfile')).toContain('\nCOPY templates templates\n');
  });

  it('can scale the worker', () => {
    expect(worker.deploy?.replicas).toBeGreaterThan(1);
    expect(worker.container_name).toBeUndefined();
    expect(worker.ports).toBeUndefined();
    expect(worker.volumes).toBeUndefined();
    expect(worker.healthcheck?.disable).toBe(true);
  });

  it('waits for healthy stores', () => {
    for (const service of [app, worker]) {
      expect(service.depends_on).toEqual({
        postgres: { condition: 'service_healthy' },
        redis: { condition: 'service_healthy' },
      });
    }
    for (const service of [postgres, redis]) expect(service.healthcheck?.test?.[0]).toMatch(/^CMD/);
  });

  it('runs Redis with a password from a secret, append-only file and without eviction', () => {
    const script = redis.command?.at(-1) ?? '';
    expect(redis.command?.slice(0, -1)).toEqual(['sh', '-c']);
    expect(spawnSync('sh', ['-n', '-c', script]).status).toBe(0);
    expect(script).toContain(
      'exec docker-entrypoint.sh redis-server /run/redis/redis.conf --appendonly yes --appendfsync everysec --maxmemory-policy noeviction',
    );
    // A copy for the server's own user, where only it can read; no password in a command line, which anybody can.
    expect(script).toMatch(
      /^install -o redis -g redis -m 0400 \/run\/secrets\/redis_conf \/run\/redis\/redis\.conf && /,
    );
    expect(script).not.toMatch(/requirepass|\$/);
    expect(redis.tmpfs).toEqual(['/run/redis']);
    expect(redis.healthcheck?.test?.at(-1)).toMatch(/^REDISCLI_AUTH="\$\$\(.*redis-cli ping \| grep -qx PONG$/);
    expect(redis.volumes).toEqual(['redis:/data']);
  });

  it('keeps the ledger on a volume', () => {
    expect(postgres.volumes).toEqual(['postgres:/var/lib/postgresql/data']);
    expect(Object.keys(compose.volumes).toSorted()).toEqual(['postgres', 'redis']);
  });

  it('hides ledger and queue in a network without a way out, and publishes on loopback only', () => {
    expect(compose.networks['inside']?.internal).toBe(true);
    expect([postgres.networks, redis.networks]).toEqual([['inside'], ['inside']]);
    expect([postgres.ports, redis.ports]).toEqual([undefined, undefined]);
    for (const port of [...(app.ports ?? []), ...(mailpit.ports ?? [])]) expect(port).toMatch(/^127\.0\.0\.1:/);
  });

  it('passes secrets as files, each of which exists below a folder that git ignores', () => {
    const names = Object.keys(compose.secrets);
    for (const name of names) expect(compose.secrets[name]?.file).toBe(`./data/secrets/${name}`);
    expect(new Set(Object.values(compose.services).flatMap((service) => service.secrets ?? []))).toEqual(
      new Set(names),
    );
    expect(readText('.gitignore')).toMatch(/^data\/$/m);
    const maker = readText('scripts/make-secrets.mjs');
    for (const name of names) expect(maker).toMatch(new RegExp(`make\\(\\s*'${name}'`));
    expect(text).not.toMatch(/\/\/[^/\s]*:[^/\s]*@/);
  });

  it('sets only variables that exist, to good values', () => {
    for (const service of [app, worker]) {
      const environment = Object.fromEntries(
        Object.entries(service.environment ?? {}).map(([name, value]) => [name, filledIn(value)]),
      );
      const files: Record<string, string> = {
        '/run/secrets/database_url': 'postgres://candor:x@postgres:5432/candor',
        '/run/secrets/candor_key': Buffer.alloc(32, 1).toString('base64'),
        '/run/secrets/redis_url': 'redis://:word@redis:6379',
        '/run/secrets/smtp_url': 'smtp://relay.example:587',
      };
      const config = readConfig(environment, { readFile: (path) => files[path] ?? '' });
      expect(config.warnings).toEqual([]);
      expect(config.queue.url).toBe('redis://:word@redis:6379');
      expect(config.relay).toMatchObject({ host: 'relay.example', port: 587, tls: 'required' });
      expect(config.ratePerSecond).toBe(20);
    }
  });
});

describe('make-secrets.mjs', () => {
  const secrets = join(folder, 'data/secrets');
  const read = (name: string): string => readFileSync(join(secrets, name), 'utf8');
  const make = (...args: string[]): { code: number | null; stdout: string } => {
    mkdirSync(join(folder, 'scripts'), { recursive: true });
    copyFileSync(join(repository, 'scripts/make-secrets.mjs'), join(folder, 'scripts/make-secrets.mjs'));
    const { status, stdout } = spawnSync(process.execPath, ['scripts/make-secrets.mjs', ...args], {
      cwd: folder,
      encoding: 'utf8',
    });
    return { code: status, stdout };
  };

  it('makes what belongs together, for one user alone, and asks for the relay', () => {
    expect(make()).toMatchObject({ code: 0, stdout: expect.stringContaining('smtp_url') });
    for (const name of readdirSync(secrets)) expect(statSync(join(secrets, name)).mode & 0o777, name).toBe(0o600);
    const password = /^requirepass (\S{32})\n$/.exec(read('redis_conf'))?.[1];
    expect(read('redis_url')).toBe(`redis://:${password}@redis:6379\n`);
    expect(read('database_url')).toContain(`:${read('postgres_password').trim()}@postgres`);
    expect(read('smtp_url')).toBe('');
    const env = Object.fromEntries(
      ['database_url', 'redis_url', 'candor_key'].map((name) => [`${name.toUpperCase()}_FILE`, join(secrets, name)]),
    );
    expect(readConfig(env).queue.url).toBe(read('redis_url').trim());
    expect(() => readConfig({ ...env, SMTP_URL_FILE: join(secrets, 'smtp_url'), MAIL_FROM: 'n@example.org' })).toThrow(
      /SMTP_URL: /,
    );
  });

  it('adds what is missing after an upgrade, and replaces nothing', () => {
    const key = read('candor_key');
    for (const name of ['redis_conf', 'redis_url']) rmSync(join(secrets, name));
    writeFileSync(join(secrets, 'smtp_url'), 'smtp://relay.example\n');
    make('--mailpit');
    expect(readdirSync(secrets)).toHaveLength(6);
    expect([read('candor_key'), read('smtp_url')]).toEqual([key, 'smtp://relay.example\n']);
  });

  it('names the relay for trying only when it is asked for', () => {
    writeFileSync(join(secrets, 'smtp_url'), '');
    make('--mailpit');
    expect(read('smtp_url')).toBe('smtp://mailpit:1025\n');
  });
});

/** A value as compose fills it in: `${NAME:-default}`, or a sender for the one variable that has none. */
function filledIn(value: string): string {
  return value.replace(/\$\{\w+:-([^}]*)\}/, '$1').replace(/\$\{MAIL_FROM:\?[^}]*\}/, 'Example <notices@example.com>');
}
