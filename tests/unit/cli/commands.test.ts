// The commands as they are called: arguments in, requests to the application, output and exit code out.
import { mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Application } from '../../../src/campaigns/application.ts';
import type { Found } from '../../../src/domain/found.ts';
import { CandorError } from '../../../src/domain/errors.ts';
import { summaryForScripts } from '../../../src/cli/for-scripts.ts';
import { commandLine, reportOf, summaryOf } from './scripted-application.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'candor-cli-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The keys that scripts are promised, in their order. */
const reportKeys = [
  'file',
  'sha256',
  'rows',
  'valid',
  'invalid',
  'merged',
  'conflicts',
  'notices',
  'audiences',
  'locales',
  'localeFallbacks',
  'columns',
  'ignoredColumns',
  'problems',
  'warnings',
];
const summaryKeys = [
  'campaign',
  'state',
  'reason',
  'rehearsal',
  'relay',
  'rows',
  'invalid',
  'merged',
  'conflicts',
  'suppressed',
  'notices',
  'states',
  'attempts',
  'maybeAccepted',
  'seconds',
  'perSecond',
  'etaSeconds',
  'warnings',
  'kit',
  'except',
];

const errorCode = (stdout: string): unknown => (JSON.parse(stdout) as { error: { code: string } }).error.code;

describe('usage', () => {
  it.each([
    ['no command', []],
    ['an unknown command', ['sned']],
    ['an unknown flag', ['check', 'a.csv', '--invald', 'x']],
    ['a missing file', ['check']],
    ['too many arguments', ['check', 'a.csv', 'b.csv']],
    ['a file that is a flag', ['check', '-a.csv']],
    ['an empty file name', ['check', '']],
    ['a flag in place of a value', ['send', 'a.csv', '--kit', '--yes']],
    ['a flag that is given twice', ['send', 'a.csv', '--kit', 'a', '--kit', 'b']],
    ['a rate of nothing', ['send', 'a.csv', '--kit', 'k', '--rate', '0']],
    ['a negative rate', ['rate', 'c-1', '-5']],
    ['a rate that is a word', ['rate', 'c-1', 'fast']],
    ['no rate at all, but for a domain', ['rate', 'c-1', 'none']],
    ['a domain in the disguise of a URL', ['rate', 'c-1', '5', '--domain', 'example%2ecom']],
    ['a domain that is none', ['rate', 'c-1', '5', '--domain', 'ana@example.com']],
    ['a canary of nobody', ['send', 'a.csv', '--kit', 'k', '--first', '0']],
    ['half a notice', ['send', 'a.csv', '--kit', 'k', '--expect', '1.5']],
    ['a time without a zone', ['send', 'a.csv', '--kit', 'k', '--at', '2026-02-01T09:00']],
    ['a time in the past', ['send', 'a.csv', '--kit', 'k', '--at', '2026-01-01T09:00Z']],
    ['an audience of its own', ['check', 'a.csv', '--audience', 'both']],
    ['an encoding that nobody knows', ['check', 'a.csv', '--encoding', 'klingon']],
    ['a state of its own', ['export', 'c-1', '--out', 'o', '--state', 'delivered']],
    ['a re-send of accepted notices', ['resend', 'c-1', '--state', 'accepted']],
    ['a re-send of suppressed notices without a reason', ['resend', 'c-1', '--state', 'suppressed']],
    ['an export to nowhere', ['export', 'c-1']],
    ['an actor with a line break', ['pause', 'c-1', '--actor', 'a\nb']],
  ])('ends with 2 and opens nothing for %s', async (_, args) => {
    const ran = await commandLine({}).run(...args);
    expect(ran.exit).toBe(2);
    expect(ran.opened).toEqual([]);
    expect(ran.stdout).toBe('');
    expect(ran.stderr).not.toBe('');
  });

  it.each([
    ['--invald', ['check', 'a.csv', '--invald', 'x'], '--invalid'],
    ['sned', ['sned', 'a.csv'], 'send'],
  ])('says what was meant instead of %s', async (_, args, meant) => {
    const ran = await commandLine({}).run(...args);
    expect(ran.stderr).toContain(`Did you mean ${meant}?`);
    expect(ran.stderr).toContain('code: usage');
  });

  it('answers a usage error as JSON when --json is among the flags', async () => {
    const ran = await commandLine({}).run('check', 'a.csv', '--josn', '--json');
    expect(errorCode(ran.stdout)).toBe('usage');
    expect(ran.stderr).toContain('candor check --help');
  });

  it('does not repeat an address or a secret that was mistyped', async () => {
    const ran = await commandLine({}).run('find', '--adress=ana@example.com', 'x');
    const other = await commandLine({}).run('ana@example.com');
    expect(ran.stderr + other.stderr).not.toContain('ana@');
    expect([ran.exit, other.exit]).toEqual([2, 2]);
  });

  it('prints its version and helps with 0', async () => {
    expect(await commandLine({}).run('--version')).toMatchObject({ exit: 0, stdout: '1.2.3\n' });
    const help = await commandLine({}).run('send', '--help');
    expect(help).toMatchObject({ exit: 0, stderr: '' });
    expect(help.stdout).toContain('Examples:');
    expect((await commandLine({}).run('--help')).stdout).toContain('Exit codes:');
  });

  it('teaches every command with an example', async () => {
    const top = (await commandLine({}).run('--help')).stdout;
    const commands = [...top.matchAll(/^ {2}([a-z]+) (?:<|\[| {2})/gm)].map((match) => match[1] ?? '');
    expect(commands.length).toBe(18);
    for (const command of commands)
      expect((await commandLine({}).run(command, '--help')).stdout).toContain(`$ candor ${command}`);
  });
});

describe('check', () => {
  it('asks for nothing but the file and answers the report as it is', async () => {
    const report = reportOf();
    const requests: unknown[] = [];
    const cli = commandLine({
      check: async (request) => {
        requests.push(request);
        return report;
      },
    });
    const given = ['--audience', 'affected', '--encoding', 'CP1251', '--invalid', 'bad.csv'];
    const ran = await cli.run('check', 'a.csv', ...given, '--json');
    expect(ran.exit).toBe(0);
    expect(JSON.parse(ran.stdout)).toEqual({ ...report, warnings: [] });
    expect(requests).toEqual([
      { path: 'a.csv', audience: 'affected', encoding: 'windows-1251', invalidOut: 'bad.csv' },
    ]);
    expect(ran.opened.map((each) => each.needs)).toEqual(['none']);
    expect(ran.closed).toBe(1);
  });

  it('tells scripts what they are promised and no key more', async () => {
    const checked = { ...reportOf(), missingCategories: ['city'] as const, encoding: 'utf-8' as const, delimiter: ';' };
    const ran = await commandLine({ check: async () => checked }).run('check', 'a.csv', '--json');
    expect(Object.keys(JSON.parse(ran.stdout) as object)).toEqual(reportKeys);
  });

  it('ends with 3 when a row is invalid', async () => {
    const report = reportOf({ invalid: 1, problems: [{ row: 3, column: 'email', code: 'address', message: 'No @.' }] });
    const ran = await commandLine({ check: async () => report }).run('check', 'a.csv');
    expect(ran.exit).toBe(3);
    expect(ran.stdout).toContain('row 3');
  });

  it('ends with 2 and the code of an unusable file', async () => {
    const cli = commandLine({ check: () => Promise.reject(new CandorError('file-not-found', { path: 'a.csv' })) });
    const ran = await cli.run('check', 'a.csv', '--json');
    expect(ran.exit).toBe(2);
    expect(errorCode(ran.stdout)).toBe('file-not-found');
  });
});

describe('questions and stops', () => {
  it('answers the status of the latest campaign with 0 whatever it is', async () => {
    const asked: (string | null)[] = [];
    const held = summaryOf({
      state: 'held',
      reason: { code: 'relay-auth', help: 'Correct it.' },
      states: { pending: 5 },
    });
    const cli = commandLine({
      status: async (campaign) => {
        asked.push(campaign);
        return held;
      },
    });
    const ran = await cli.run('status', '--json');
    expect(ran.exit).toBe(0);
    expect(JSON.parse(ran.stdout)).toEqual(summaryForScripts(held));
    expect(Object.keys(JSON.parse(ran.stdout) as object)).toEqual(summaryKeys);
    expect(asked).toEqual([null]);
    expect((await cli.run('status')).stdout).toContain('candor resume c-7f3k');
  });

  it('watches until the campaign is finished and prints one object', async () => {
    const seen = [
      summaryOf({ state: 'running', states: { pending: 9 } }),
      summaryOf({ state: 'running', states: { pending: 1 } }),
      summaryOf(),
    ];
    const cli = commandLine({ status: async () => seen.shift() ?? summaryOf() });
    const ran = await cli.run('status', 'c-7f3k', '--watch', '--json');
    expect(ran.exit).toBe(0);
    expect((JSON.parse(ran.stdout) as { state: string }).state).toBe('finished');
    expect(ran.stdout.trim().split('\n')).toHaveLength(1);
  });

  it('stops watching, not the campaign, at Ctrl-C', async () => {
    const cli = commandLine({
      status: async () => {
        setImmediate(() => cli.press('SIGINT'));
        return summaryOf({ state: 'running', states: { pending: 9 } });
      },
    });
    const ran = await cli.run('status', '--watch');
    expect(ran).toMatchObject({ exit: 0, closed: 1 });
  });

  it.each(['pause', 'cancel'] as const)('%s says what is accepted and what is on the wire', async (name) => {
    const summary = summaryOf({
      state: name === 'pause' ? 'paused' : 'cancelled',
      states: { pending: 10, sending: 3 },
    });
    const actors: string[] = [];
    const stop: Application['pause'] = async (_campaign, actor) => {
      actors.push(actor);
      return { summary, onTheWire: 3 };
    };
    const cli = commandLine({ [name]: stop });
    const ran = await cli.run(name, 'c-7f3k', '--json', '--actor', 'Ana P.');
    expect(ran.exit).toBe(0);
    expect(JSON.parse(ran.stdout)).toEqual({ ...summary, onTheWire: 3 });
    expect((await cli.run(name, 'c-7f3k')).stdout).toContain('19,987 notices accepted, 3 letters on the wire');
    expect(actors).toEqual(['Ana P.', 'ana']);
  });

  it('acts as unknown where the system user has no name', async () => {
    const cli = commandLine(
      { status: async () => summaryOf() },
      {
        userName: () => {
          throw new Error('ENOENT');
        },
      },
    );
    expect((await cli.run('status')).opened[0]?.actor).toBe('unknown');
  });

  it('hands the system user on beside a name that is only claimed', async () => {
    const cli = commandLine({ status: async () => summaryOf() });
    expect((await cli.run('status', '--actor', 'Ana P.')).opened[0]).toMatchObject({
      actor: 'Ana P.',
      claimedBy: 'ana',
    });
    expect((await cli.run('status')).opened[0]).not.toHaveProperty('claimedBy');
    expect((await cli.run('status', '--actor', 'ana')).opened[0]).not.toHaveProperty('claimedBy');
  });

  it('changes the rate', async () => {
    const calls: unknown[] = [];
    const cli = commandLine({
      rate: async (...call) => {
        calls.push(call);
        return summaryOf({ state: 'running', states: { pending: 1 } });
      },
    });
    const ran = await cli.run('rate', 'c-7f3k', '0.5');
    expect(ran.exit).toBe(0);
    expect(ran.stdout).toContain('0.5/s');
    expect(calls).toEqual([['c-7f3k', 0.5, 'ana']]);
  });

  it('shows the limits of domains to people, and keeps the keys that scripts get', async () => {
    const cli = commandLine({
      status: async () => summaryOf({ domainLimits: [{ domain: 'example.com', perSecond: 5 }] }),
    });
    expect((await cli.run('status')).stdout).toContain('example.com 5/s');
    expect(JSON.parse((await cli.run('status', '--json')).stdout)).not.toHaveProperty('domainLimits');
    expect(JSON.parse((await cli.run('status', '--json')).stdout)).not.toHaveProperty('workers');
  });

  it('limits one receiving domain, in its A-label form, and lifts the limit', async () => {
    const calls: unknown[][] = [];
    const cli = commandLine({
      domainRate: async (...call) => {
        calls.push(call.slice(0, 3));
        return summaryOf({
          state: 'running',
          states: { pending: 1 },
          domainLimits: [{ domain: 'xn--bcher-kva.example', perSecond: 5 }],
        });
      },
    });
    expect((await cli.run('rate', 'c-7f3k', '5', '--domain', 'Bücher.example')).stdout).toContain('5/s');
    expect((await cli.run('rate', 'c-7f3k', 'none', '--domain', 'example.com')).stdout).toContain(
      'no limit of its own',
    );
    expect(calls).toEqual([
      ['c-7f3k', 'xn--bcher-kva.example', 5],
      ['c-7f3k', 'example.com', null],
    ]);
  });
});

describe('find', () => {
  const notice: Found = {
    campaign: 'c-7f3k',
    notice: 'a'.repeat(32),
    corrected: false,
    kit: 'mixpanel-2025-11',
    rehearsal: false,
    audience: 'affected',
    locale: 'id',
    subject: 'Akun Anda \u001B[2J',
    state: 'accepted',
    reason: null,
    maybeAccepted: false,
    attempts: [
      {
        at: new Date('2026-01-02T03:04:05Z'),
        settledAt: new Date('2026-01-02T03:04:06Z'),
        outcome: 'accepted',
        replyCode: 250,
        enhancedCode: '2.0.0',
        reply: 'queued as 1',
      },
    ],
  };

  it('takes the address from stdin only, trimmed', async () => {
    const asked: string[] = [];
    const cli = commandLine(
      {
        find: async (address) => {
          asked.push(address);
          return [notice];
        },
      },
      { stdin: '\uFEFF  ana@example.com \r\n\r\n' },
    );
    const ran = await cli.run('find', '-');
    expect(ran.exit).toBe(0);
    expect(asked).toEqual(['ana@example.com']);
    expect(ran.stdout.replaceAll(/\s+/g, ' ')).toContain('not proof that it reached the mailbox');
    expect(ran.stdout + ran.stderr).not.toContain('ana@');
    expect(ran.stdout).not.toContain('\u001B');
    expect(ran.opened.map((each) => each.needs)).toEqual(['ledger']);
  });

  it('answers with 0 for an address that nobody told anything', async () => {
    const ran = await commandLine({ find: async () => [] }, { stdin: 'ana@example.com' }).run('find', '-', '--json');
    expect(ran.exit).toBe(0);
    expect(JSON.parse(ran.stdout)).toEqual({ found: false, notices: [] });
  });

  it('refuses an address as an argument and does not repeat it', async () => {
    const ran = await commandLine({}).run('find', 'ana@example.com', '--json');
    expect(ran.exit).toBe(2);
    expect(errorCode(ran.stdout)).toBe('address-as-argument');
    expect(ran.stdout + ran.stderr).not.toContain('ana@');
    expect(ran.opened).toEqual([]);
  });

  it.each([
    ['nothing', ' \n'],
    ['two addresses', 'a@example.com\nb@example.com\n'],
    ['a flood', 'x'.repeat(5000)],
  ])('refuses %s', async (_, stdin) => {
    const ran = await commandLine({}, { stdin }).run('find', '-', '--json');
    expect(ran.exit).toBe(2);
    expect(errorCode(ran.stdout)).toBe('address-missing');
  });

  it('lets a person end the address with Enter', async () => {
    const cli = commandLine(
      { find: async () => [] },
      {
        terminal: 80,
        onStderr: (chunk, hands) => chunk.includes('Type the address') && hands.type('ana@example.com\n'),
      },
    );
    expect((await cli.run('find', '-')).exit).toBe(0);
  });
});

describe('files', () => {
  it('passes what an export is to hold', async () => {
    const requests: unknown[] = [];
    const cli = commandLine({
      export: async (request) => {
        requests.push(request);
        return { files: ['proof/notices.csv'], notices: 7 };
      },
    });
    const ran = await cli.run(
      'export',
      'c-7f3k',
      '--out',
      'proof',
      '--state',
      'refused,failed',
      '--state',
      'suppressed',
      '--with-addresses',
      '--json',
    );
    expect(JSON.parse(ran.stdout)).toEqual({ campaign: 'c-7f3k', files: ['proof/notices.csv'], notices: 7 });
    expect(requests).toEqual([
      {
        campaign: 'c-7f3k',
        out: 'proof',
        withAddresses: true,
        actor: 'ana',
        states: ['refused', 'failed', 'suppressed'],
      },
    ]);
  });

  it('previews without the ledger, and with the relay when letters go out', async () => {
    const cli = commandLine({
      preview: async () => ({
        files: ['o/a.html'],
        sentTo: 2,
        kit: { path: '/kits/kit', id: 'kit', digest: 'd'.repeat(64) },
      }),
    });
    expect((await cli.run('preview', 'kit', '--out', 'o')).opened[0]?.needs).toBe('none');
    const ran = await cli.run('preview', 'kit', '--out', 'o', '--to', 'qa@example.com');
    expect(ran.opened[0]?.needs).toBe('work');
    expect(ran.stdout).toContain('2 test letters');
    expect(ran.stdout).toContain('Kit kit in /kits/kit (digest dddddddddddd)');
  });

  const aBackup = {
    backup: 'b-1',
    ledger: 'l-1',
    at: '2026-12-01T09:30:00.000Z',
    schema: 23,
    program: '1.0.0',
    sha256: 'aa',
  };
  const backup =
    (end: boolean): Application['backup'] =>
    async (out: Writable) => {
      out.write('sealed ');
      out.write('ledger');
      if (end) out.end();
      return { tables: 2, rows: 30, ...aBackup };
    };

  it.each([true, false])('backs up to stdout (application ends the stream: %s)', async (end) => {
    const ran = await commandLine({ backup: backup(end) }).run('backup');
    expect(ran).toMatchObject({ exit: 0, stdout: 'sealed ledger', closed: 1 });
    expect(ran.stderr).toContain('30 records of 2 tables');
  });

  it('backs up to a new file that only its owner reads', async () => {
    const path = join(folder, 'ledger.backup');
    const ran = await commandLine({ backup: backup(true) }).run('backup', '--out', path, '--json');
    expect(JSON.parse(ran.stdout)).toMatchObject({ file: path, tables: 2, rows: 30, backup: 'b-1', sha256: 'aa' });
    expect(await readFile(path, 'utf8')).toBe('sealed ledger');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it('has no room for a JSON object on stdout beside a backup', async () => {
    const ran = await commandLine({}).run('backup', '--json');
    expect([ran.exit, errorCode(ran.stdout), ran.opened.length]).toEqual([2, 'usage', 0]);
  });

  it('overwrites nothing', async () => {
    const path = join(folder, 'there');
    await writeFile(path, 'precious');
    const ran = await commandLine({}).run('backup', '--out', path, '--json');
    expect([ran.exit, errorCode(ran.stdout)]).toEqual([2, 'output-exists']);
    expect(await readFile(path, 'utf8')).toBe('precious');
  });

  it('leaves no half backup behind', async () => {
    const cli = commandLine({
      backup: async (out) => {
        out.write('half');
        throw new CandorError('ledger-unreachable');
      },
    });
    const ran = await cli.run('backup', '--out', join(folder, 'half'), '--json');
    expect([ran.exit, errorCode(ran.stdout)]).toEqual([1, 'ledger-unreachable']);
    expect(await readdir(folder)).not.toContain('half');
  });

  it('names the reason when the folder is missing', async () => {
    const ran = await commandLine({}).run('backup', '--out', join(folder, 'no', 'such'), '--json');
    expect([ran.exit, errorCode(ran.stdout)]).toEqual([2, 'output-unwritable']);
  });

  it('does not write a backup to a terminal', async () => {
    const ran = await commandLine({}, { stdoutIsTerminal: true }).run('backup');
    expect(ran.exit).toBe(2);
    expect(ran.stderr).toContain('output-is-terminal');
  });

  it('restores from a file and from stdin', async () => {
    const got: string[] = [];
    const restore: Application['restore'] = async (from, { unauthenticated }) => {
      let text = '';
      for await (const chunk of from) text += String(chunk);
      got.push(unauthenticated ? `${text}, unauthenticated` : text);
      return { tables: 1, rows: 1, ...aBackup, authenticated: !unauthenticated };
    };
    const path = join(folder, 'from');
    await writeFile(path, 'a file');
    expect((await commandLine({ restore }).run('restore', path)).exit).toBe(0);
    expect((await commandLine({ restore }, { stdin: 'a pipe' }).run('restore', '-')).exit).toBe(0);
    const unseen = await commandLine({ restore }).run('restore', path, '--unauthenticated');
    expect(got).toEqual(['a file', 'a pipe', 'a file, unauthenticated']);
    expect(unseen.stdout).toContain('No MAC vouches for it');
    for (const missing of [join(folder, 'nothing'), folder]) {
      const ran = await commandLine({}).run('restore', missing, '--json');
      expect([ran.exit, errorCode(ran.stdout), ran.opened.length]).toEqual([2, 'file-not-found', 0]);
    }
  });

  it('says of a backup that it only reads whether it is the newest', async () => {
    const path = join(folder, 'looked-at');
    await writeFile(path, 'a file');
    const cli = commandLine({
      checkBackup: async () => ({
        tables: 1,
        rows: 1,
        ...aBackup,
        authenticated: true,
        place: { kind: 'older', later: 2, newestAt: '2026-12-03T09:30:00.000Z' },
      }),
    });
    const ran = await cli.run('restore', path, '--dry-run');
    expect(ran.exit).toBe(0);
    expect(ran.stdout).toContain('made at 2026-12-01 09:30:00 UTC');
    expect(ran.stdout).toContain('2 backups of this ledger came later, the last at 2026-12-03 09:30:00 UTC');
  });
});

describe('doctor', () => {
  const problem = [{ subject: 'relay', verdict: 'problem', finding: 'does not answer', help: 'Start it.' }] as const;

  it('answers with 0 whatever it finds, and with 1 when it is strict', async () => {
    const cli = commandLine({ doctor: async () => [...problem] });
    expect((await cli.run('doctor')).exit).toBe(0);
    const strict = await cli.run('doctor', '--strict', '--json');
    expect(strict.exit).toBe(1);
    expect(JSON.parse(strict.stdout)).toEqual({ problems: 1, warnings: 0, findings: problem });
  });

  it('makes a ledger that does not answer a finding', async () => {
    const ran = await commandLine({ doctor: () => Promise.reject(new CandorError('ledger-unreachable')) }).run(
      'doctor',
    );
    expect(ran.exit).toBe(0);
    expect(ran.stdout).toContain('ledger-unreachable');
  });
});

describe('the unexpected', () => {
  class DatabaseError extends Error {
    override readonly name = 'DatabaseError';
    readonly code = '23505';
  }
  const cli = (variables = {}) =>
    commandLine(
      { status: () => Promise.reject(new DatabaseError('Key (address)=(ana@example.com) already exists')) },
      { variables },
    );

  it('ends with 1 and repeats no value of a foreign error', async () => {
    const ran = await cli().run('status', '--json');
    expect(ran.exit).toBe(1);
    expect(errorCode(ran.stdout)).toBe('unexpected');
    expect(ran.stderr).toContain('DatabaseError 23505');
    expect(ran.stderr + ran.stdout).not.toContain('ana@');
    expect(ran.stderr).not.toContain('    at ');
    expect(ran.closed).toBe(1);
  });

  it('says where it happened at LOG_LEVEL=debug, and still no value', async () => {
    const ran = await cli({ LOG_LEVEL: 'debug' }).run('status');
    expect(ran.stderr).toContain('    at ');
    expect(ran.stderr).not.toContain('ana@');
  });

  it('reports an application that cannot be closed', async () => {
    const ran = await commandLine({
      status: async () => summaryOf(),
      close: () => Promise.reject(new Error('stuck')),
    }).run('status', '--json');
    expect(ran.exit).toBe(1);
    expect(ran.stdout.trim().split('\n')).toHaveLength(1);
  });
});

describe('returns', () => {
  const read = {
    id: 'one',
    kind: 'bounce',
    recipients: [{ address: 'ada@dest.example', final: true, status: '5.1.1', reason: 'unknown-mailbox' }],
    referencesOriginal: '<n@candor.example>',
    notice: 'n1',
  } as const;
  const readReturns: Application['readReturns'] = async (_, onEach) => {
    onEach(read);
    onEach({ ...read, id: 'two', kind: 'auto-reply', recipients: [] });
  };

  it('prints an object a line for scripts, with the keys that they rely on', async () => {
    const run = await commandLine({ readReturns }).run('returns', 'box', '--dry-run', '--json');
    const lines = run.stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(2);
    expect(JSON.parse(lines[0] ?? '')).toEqual({
      id: 'one',
      kind: 'bounce',
      recipients: read.recipients,
      references_original: '<n@candor.example>',
      notice: 'n1',
    });
    expect(run.exit).toBe(0);
  });

  it('counts by kind for people, and prints no address', async () => {
    const run = await commandLine({ readReturns }).run('returns', 'box', '--dry-run');
    expect(run.stdout).toMatch(/2 messages\. Nothing was stored\.\n\n +1 {2}bounce .*\n +1 {2}auto-reply/);
    expect(run.stdout).not.toContain('@');
  });

  it('is refused without --dry-run', async () => {
    expect((await commandLine({ readReturns }).run('returns', 'box')).exit).toBe(2);
  });
});
