// What ships is small enough to be right by reading; this reads it: entry scripts, sample, lock file and image. No
// container engine is needed.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config/read-config.ts';
import { isSecret, variableNames } from '../../src/config/variables.ts';
import { checkRecipients } from '../../src/intake/check-recipients.ts';
import { fileSource } from '../../src/intake/recipient-source.ts';
import { readText, repository } from '../support/source-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'candor-packaging-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function run(script: string, ...args: string[]): Ran {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(repository, script), ...args], {
    encoding: 'utf8',
  });
  return { code: status, stdout, stderr };
}

function jsonFile(name: string, content: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify(content));
  return path;
}

describe('the entry scripts', () => {
  it.each(['scripts/demo', 'scripts/test', '.ci/run'])('%s is executable and parses', (path) => {
    expect(() => accessSync(join(repository, path), constants.X_OK)).not.toThrow();
    expect(readText(path)).toMatch(/^#!\/usr\/bin\/env bash\n# /);
    expect(spawnSync('bash', ['-n', join(repository, path)]).status).toBe(0);
  });

  it('let no setting of the caller through to a demo or a test', () => {
    const script = readText('scripts/prepare.sh');
    const forgotten = [...script.matchAll(/^ {2}unset ([A-Z_ ]+)$/gm)].flatMap((match) => (match[1] ?? '').split(' '));
    const settings = variableNames.flatMap((name) => (isSecret(name) ? [name, `${name}_FILE`] : [name]));
    expect(forgotten.toSorted()).toEqual(settings.toSorted());
    for (const path of ['scripts/demo', 'scripts/test']) expect(readText(path)).toContain('\nforget_settings\n');
  });

  it('ask for the Node.js version that package.json asks for', () => {
    expect(JSON.parse(readText('package.json')).engines.node).toBe('>=20.19');
    expect(readText('scripts/prepare.sh')).toContain('+v[0] === 20 && +v[1] >= 19');
  });

  it('continuous integration runs what people run', () => {
    expect(readText('.ci/run')).toContain('/../scripts/test" "$@"');
  });

  it('refuse arguments they do not know', () => {
    const { status } = spawnSync('bash', [join(repository, 'scripts/demo'), '--exti'], { encoding: 'utf8' });
    expect(status).toBe(2);
  });
});

describe('the sample', () => {
  const expected = JSON.parse(readText('scripts/sample/expected.json')) as Record<string, number> & {
    audiences: object;
    locales: object;
  };
  const csv = readText('scripts/sample/recipients.csv');

  it('is what its generator writes', async () => {
    const { makeSample } = (await import(join(repository, 'scripts/make-sample.mjs'))) as {
      makeSample: () => { csv: string; expected: object };
    };
    const made = makeSample();
    expect(made.csv === csv).toBe(true);
    expect(made.expected).toEqual(expected);
  });

  it('shows everything that can happen to a row', () => {
    expect(expected['rows']).toBeGreaterThanOrEqual(1000);
    for (const name of ['invalid', 'merged', 'conflicts', 'localeFallbacks'])
      expect(expected[name], name).toBeGreaterThan(0);
    for (const count of [...Object.values(expected.audiences), ...Object.values(expected.locales)])
      expect(count).toBeGreaterThan(100);
    expect(expected['rows']).toBe((expected['invalid'] ?? 0) + (expected['merged'] ?? 0) + (expected['notices'] ?? 0));
  });

  it('comes to the expected numbers when intake reads it', async () => {
    const report = await checkRecipients(fileSource(join(repository, 'scripts/sample/recipients.csv')), {
      locales: { supported: ['en', 'id', 'es'], fallback: 'en' },
    });
    expect(report).toMatchObject(expected);
    expect(report.missingCategories).toEqual([]);
    expect(new Set(report.problems.map((problem) => problem.code)).size).toBe(expected['invalid']);
  });

  it('has reserved domains only', () => {
    const domains = new Set([...csv.matchAll(/@([\p{L}\d.-]+)/gu)].map((match) => (match[1] ?? '').toLowerCase()));
    expect([...domains].filter((domain) => !/(?:^|\.)(?:example(?:\.com|\.org|\.net)?|test)$/.test(domain))).toEqual(
      [],
    );
  });

  const summary = {
    state: 'finished',
    rehearsal: true,
    ...expected,
    states: { pending: 0, queued: 0, sending: 0, deferred: 0, accepted: expected['notices'], refused: 0 },
    attempts: expected['notices'],
    maybeAccepted: 0,
  };

  it('passes the demo when every number is right', () => {
    const { code, stdout } = run(
      'scripts/check-demo.mjs',
      jsonFile('good.json', summary),
      join(repository, 'scripts/sample/expected.json'),
    );
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('Everyone is accounted for.') });
  });

  it.each([
    ['a notice was refused', { states: { ...summary.states, accepted: 1199, refused: 1 } }],
    ['a row is missing', { rows: 1257 }],
    ['it was not a rehearsal', { rehearsal: false }],
    ['a letter went out twice', { attempts: 1201 }],
  ])('fails the demo when %s', (_, difference) => {
    const { code, stdout } = run(
      'scripts/check-demo.mjs',
      jsonFile('bad.json', { ...summary, ...difference }),
      join(repository, 'scripts/sample/expected.json'),
    );
    expect(code).toBe(1);
    expect(stdout).toContain('BAD');
  });
});

describe('the totals of a test run', () => {
  const clean = { numPassedTests: 7, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0, testResults: [] };
  it.each([
    ['all passed', clean, '0', '7 0\n'],
    ['some failed', { ...clean, numFailedTests: 2 }, '1', '7 2\n'],
    ['a skipped test', { ...clean, numPendingTests: 1 }, '0', '7 1\n'],
    [
      'a file that could not be loaded',
      { ...clean, testResults: [{ name: 'x.test.ts', status: 'failed', assertionResults: [] }] },
      '1',
      '7 1\n',
    ],
    ['an error outside of any test', clean, '1', '7 1\n'],
  ])('%s', (_, report, exitCode, line) => {
    expect(run('scripts/test-totals.mjs', jsonFile('report.json', report), exitCode).stdout).toBe(line);
  });
});

describe('package-lock.json', () => {
  interface Locked {
    readonly version: string;
    readonly resolved?: string;
    readonly integrity?: string;
    readonly inBundle?: boolean;
    readonly extraneous?: boolean;
    readonly optional?: boolean;
    readonly os?: readonly string[];
    readonly optionalDependencies?: Readonly<Record<string, string>>;
  }
  const lock = JSON.parse(readText('package-lock.json')) as { packages: Record<string, Locked> };

  it('records no download address and nothing left over', () => {
    const bad = Object.entries(lock.packages).filter(
      ([, entry]) => entry.resolved !== undefined || entry.extraneous === true,
    );
    expect(bad.map(([place]) => place)).toEqual([]);
  });

  it('has a digest for each package, those of other platforms and nested ones included', () => {
    const without = Object.entries(lock.packages).filter(
      ([place, entry]) => place !== '' && entry.inBundle !== true && !/^sha512-\S{86}==$/.test(entry.integrity ?? ''),
    );
    expect(without.map(([place]) => place)).toEqual([]);
  });

  it('lets no package run anything at install, here and in the image', () => {
    expect(readText('.npmrc')).toMatch(/^ignore-scripts=true$/m);
    const installs = readText('Dockerfile').matchAll(/^COPY (.+) \.\/\nRUN npm ci/gm);
    expect([...installs].map(([, copied]) => copied?.split(' ').includes('.npmrc'))).toEqual([true, true]);
  });

  it('has the optional packages of every platform, which `npm ci` insists on', () => {
    const missing = Object.values(lock.packages)
      .flatMap((entry) => Object.keys(entry.optionalDependencies ?? {}))
      .filter((name) => lock.packages[`node_modules/${name}`] === undefined);
    expect(missing).toEqual([]);
  });

  it('agrees with package.json', () => {
    const { dependencies, devDependencies, optionalDependencies } = JSON.parse(readText('package.json')) as Record<
      string,
      Record<string, string>
    >;
    expect(lock.packages['']).toMatchObject({ dependencies, devDependencies, optionalDependencies });
  });
});

describe('nested packages', () => {
  /** Below these a letter can end a process or block it: groups within groups, addresses without end. */
  const least: Readonly<Record<string, string>> = { nodemailer: '7.0.11', mailparser: '3.9.3', 'postal-mime': '2.7.4' };

  it.each(Object.entries(least))('have at least %s %s, wherever one stands in the tree', (name, version) => {
    const { packages } = JSON.parse(readText('package-lock.json')) as {
      packages: Record<string, { version?: string }>;
    };
    const found = Object.entries(packages).filter(([path]) => path.endsWith(`node_modules/${name}`));
    expect(found.length).toBeGreaterThan(0);
    const older = found.filter(
      ([, entry]) => (entry.version ?? '').localeCompare(version, 'en', { numeric: true }) < 0,
    );
    expect(older).toEqual([]);
  });
});

describe('Dockerfile', () => {
  const instructions = readText('Dockerfile')
    .replaceAll(/\\\n/g, ' ')
    .split('\n')
    .filter((line) => /^[A-Z]+ /.test(line));
  const stages = instructions.reduce<string[][]>(
    (list, line) =>
      line.startsWith('FROM ') ? [...list, [line]] : [...list.slice(0, -1), [...(list.at(-1) ?? []), line]],
    [],
  );
  const last = stages.at(-1) ?? [];

  it('has stages on Node 24 with glibc, and a last one without compiler', () => {
    expect(stages.length).toBeGreaterThan(1);
    for (const stage of stages) expect(stage[0]).toMatch(/^FROM node:24-bookworm-slim(?: AS \w+)?$/);
    expect(last.join('\n')).not.toMatch(/npm (?:ci|install)/);
    expect(stages.flat()).toContain('RUN npm ci --omit=dev');
  });

  it('runs as an unprivileged user, with every command', () => {
    expect(last.filter((line) => line.startsWith('USER '))).toEqual(['USER node']);
    expect(last.indexOf('USER node')).toBeGreaterThan(last.findLastIndex((line) => line.startsWith('RUN ')));
    expect(last).toContain('ENTRYPOINT ["node", "/app/dist/main.js"]');
  });

  it('checks its health without a shell or curl', () => {
    const check = last.find((line) => line.startsWith('HEALTHCHECK')) ?? '';
    expect(check).toMatch(/CMD \["node", "-e", ".*\/healthz.*"\]$/);
    expect(check).not.toContain('curl');
  });

  it('holds no secret, and its settings are good ones', () => {
    const names = new Set<string>(variableNames.filter(isSecret));
    expect(
      instructions.filter((line) => /^(?:ENV|ARG) /.test(line) && [...names].some((name) => line.includes(name))),
    ).toEqual([]);
    const env = Object.fromEntries(
      [...last.join('\n').matchAll(/\b([A-Z_]+)=(\S+)/g)].map((match) => [match[1] ?? '', match[2] ?? '']),
    );
    expect(readConfig(env)).toMatchObject({ web: { host: '0.0.0.0', port: 3000 }, dataDir: '/data' });
  });

  it('copies only what .dockerignore lets in', () => {
    const ignore = readText('.dockerignore')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
    expect(ignore[0]).toBe('*');
    const allowed = ignore.slice(1).map((line) => line.replace(/^!/, ''));
    const copied = instructions
      .filter((line) => /^COPY (?!--from)/.test(line))
      .flatMap((line) => line.split(' ').slice(1, -1));
    expect(new Set(copied)).toEqual(new Set(allowed));
  });
});
