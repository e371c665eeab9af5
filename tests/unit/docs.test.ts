// The documents say what the program does: states, reasons, codes, settings, commands, words, links.
// `npm run docs` runs this file with --update and so writes docs/CONFIG.md and docs/ERRORS.md anew.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { configReference } from '../../src/config/reference.ts';
import { campaignStates, campaignTransitions } from '../../src/domain/campaign-state.ts';
import { holdReasons, refusalReasons } from '../../src/domain/delivery-result.ts';
import { errorRegistry } from '../../src/domain/error-registry.ts';
import { holdTexts } from '../../src/domain/hold-reasons.ts';
import { noticeStates, noticeStateRows } from '../../src/domain/notice-state.ts';
import { variableNames } from '../../src/config/variables.ts';
import { errorReference } from '../support/error-reference.ts';
import { readText, repository, sourceFiles } from '../support/source-files.ts';

const documents = [
  'README.md',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  ...markdownIn('docs'),
  ...markdownIn('docs/adr'),
];
const migrations = readdirSync(join(repository, 'src/ledger/migrations'))
  .filter((name) => name.endsWith('.sql'))
  .toSorted()
  .map((name) => readText(`src/ledger/migrations/${name}`))
  .join('\n');

describe('docs/CONFIG.md', () => {
  it('is what the table of variables says', async () => {
    await expect(configReference()).toMatchFileSnapshot(join(repository, 'docs/CONFIG.md'));
  });

  it('has every variable once', () => {
    const rows = [...configReference().matchAll(/^\| `([A-Z_]+)`/gm)].map((match) => match[1] ?? '');
    expect(rows.toSorted()).toEqual([...variableNames].toSorted());
  });
});

describe('docs/ERRORS.md', () => {
  it('is what the registry says', async () => {
    await expect(errorReference()).toMatchFileSnapshot(join(repository, 'docs/ERRORS.md'));
  });

  it('has every code once, and only those', () => {
    const rows = [...readText('docs/ERRORS.md').matchAll(/^\| `([a-z0-9-]+)`/gm)].map((match) => match[1]);
    expect(rows).toEqual(Object.keys(errorRegistry).toSorted());
  });

  it.each(Object.entries(errorRegistry))('%s says what happened and what to do, in sentences', (code, entry) => {
    expect(code).toMatch(/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/);
    for (const text of [entry.message, entry.help]) expect(text).toMatch(/^(?:\{\w+\}|.*[.?!:`}])$/s);
  });

  it('lists codes that something raises', () => {
    const code = sourceFiles()
      .filter((file) => file.path !== 'domain/error-registry.ts')
      .map((file) => file.text)
      .join('\n');
    expect(Object.keys(errorRegistry).filter((name) => !code.includes(`'${name}'`))).toEqual([]);
  });

  it('is sorted within each section of the registry', () => {
    const sections = readText('src/domain/error-registry.ts')
      .split(/^\s*\/\/ ---.*$/m)
      .slice(1);
    for (const section of sections) {
      const codes = [...section.matchAll(/^ {2}'?([a-z][a-z0-9-]*)'?: \{$/gm)].map((match) => match[1]);
      expect(codes).toEqual(codes.toSorted());
    }
  });
});

describe.each([
  {
    what: 'notice',
    states: noticeStates,
    transitions: Object.fromEntries(noticeStates.map((state) => [state, noticeStateRows[state].leavesTo])),
    heading: 'Notice',
  },
  {
    what: 'campaign',
    states: campaignStates,
    transitions: campaignTransitions as Readonly<Record<string, readonly string[]>>,
    heading: 'Campaign',
  },
])('the states of a $what', ({ what, states, transitions, heading }) => {
  it('stand in docs/STATES.md with the same ways out', () => {
    const section = readText('docs/STATES.md').split(`\n## ${heading}\n`)[1]?.split(/\n##/)[0] ?? '';
    const rows = [...section.matchAll(/^\| `(\w+)` \|[^|]*\|([^|]*)\|$/gm)];
    const told = rows.map(([, state, ways = '']) => [
      state,
      [...ways.matchAll(/`(\w+)`/g)].map((match) => match[1] ?? '').toSorted(),
    ]);
    expect(told).toEqual(states.map((state) => [state, (transitions[state] ?? []).toSorted()]));
  });

  it('stand in the ledger with the same ways out', () => {
    const enumerated =
      new RegExp(`create type candor\\.${what}_state as enum \\(([^)]*)\\)`).exec(migrations)?.[1] ?? '';
    expect([...enumerated.matchAll(/'(\w+)'/g)].map((match) => match[1])).toEqual([...states]);
    const ways = waysInLedger(what);
    const law = states.flatMap((from) => (transitions[from] ?? []).map((to) => `${from} → ${to}`));
    expect(ways.toSorted()).toEqual(law.toSorted());
  });
});

describe('reasons', () => {
  it.each(refusalReasons)('of a refusal: %s is explained in docs/STATES.md', (reason) => {
    expect(readText('docs/STATES.md')).toContain(`| \`refused\` | \`${reason}\` |`);
  });

  it('of a hold: docs/OPERATIONS.md has a row for each, and the program a text', () => {
    const section = readText('docs/OPERATIONS.md').split('## Why a campaign is held')[1]?.split('\n## ')[0] ?? '';
    expect([...section.matchAll(/^\| `([a-z-]+)` \|/gm)].map((match) => match[1])).toEqual([...holdReasons]);
    expect(Object.keys(holdTexts).toSorted()).toEqual([...holdReasons].toSorted());
  });
});

describe('docs/GLOSSARY.md', () => {
  const glossary = readText('docs/GLOSSARY.md');

  it.each([
    'campaign',
    'recipient',
    'notice',
    'kit',
    'audience',
    'row',
    'ledger',
    'queue',
    'slice',
    'attempt',
    'round',
    'relay',
    'settle',
    'rehearsal',
  ])('has the word %s', (word) => {
    expect(glossary).toContain(`| **${word}** |`);
  });

  it('is kept by the names that the sources export', () => {
    const avoided = /^(?:emails?|subscribers?|blasts?|sent|delivered)$/i;
    const found = sourceFiles().flatMap((file) =>
      [
        ...file.code.matchAll(
          /^export (?:abstract )?(?:async )?(?:const|let|function|class|interface|type|enum) (\w+)/gm,
        ),
      ]
        .map((match) => match[1] ?? '')
        .filter((name) => name.split(/(?=[A-Z])|_/).some((word) => avoided.test(word)))
        .map((name) => `${file.path}: ${name}`),
    );
    expect(found).toEqual([]);
  });
});

describe('README.md', () => {
  const readme = readText('README.md');
  const cli = sourceFiles()
    .filter((file) => file.room === 'cli')
    .map((file) => file.code)
    .join('\n');

  it('begins with a sentence and a picture, and then with exactly the two commands', () => {
    const [before = '', commands] = readme.split(/```[a-z]*\n/);
    expect(commands).toBe('./scripts/demo\n./scripts/test\n');
    const [title, sentence, picture, ...more] = before.trim().split(/\n\n+/);
    expect([title, more]).toEqual(['# Candor', []]);
    expect(sentence).toMatch(/^\*\*Candor [^.]+\.\*\*$/);
    const [, path = '', said = ''] = /^<img src="([^"]+)" width="\d+"\nalt="([^"]+)">$/.exec(picture ?? '') ?? [];
    expect(readFileSync(join(repository, path)).subarray(1, 4).toString()).toBe('PNG');
    expect(said.length).toBeGreaterThan(40);
  });

  it('names commands that exist', () => {
    const commands = new Set(
      [...readme.matchAll(/`candor ([a-z]+)/g), ...readme.matchAll(/npx candor ([a-z]+)/g)].map(
        (match) => match[1] ?? '',
      ),
    );
    expect(commands.size).toBeGreaterThanOrEqual(16);
    expect([...commands].filter((name) => !new RegExp(`['"\`]${name}\\b`).test(cli))).toEqual([]);
  });

  it('names flags that exist', () => {
    const table = readme.split('### Commands')[1]?.split('| exit code |')[0] ?? '';
    const flags = new Set([...table.matchAll(/--[a-z]+(?:-[a-z]+)*/g)].map((match) => match[0]));
    expect(flags.size).toBeGreaterThanOrEqual(18);
    expect([...flags].filter((flag) => !new RegExp(`${flag}\\b`).test(cli))).toEqual([]);
  });

  it('names variables that exist', () => {
    const known = new Set<string>(variableNames.flatMap((name) => [name, `${name}_FILE`]));
    const named = [...readme.matchAll(/^export ([A-Z_]+)=/gm)].map((match) => match[1] ?? '');
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((name) => !known.has(name))).toEqual([]);
  });
});

describe('decision records', () => {
  const records = markdownIn('docs/adr').map((path) => path.slice('docs/adr/'.length));

  it('are numbered without a gap and titled with their number', () => {
    expect(records.map((name) => Number(name.slice(0, 4)))).toEqual(records.map((_, index) => index + 1));
    for (const name of records) {
      const text = readText(`docs/adr/${name}`);
      expect(text, name).toMatch(new RegExp(`^# ${name.slice(0, 4)}\\. \\S`));
      for (const part of ['Status: ', '## Context', '## Decision', '## Consequences'])
        expect(text, name).toContain(part);
    }
  });

  it('exist where the sources refer to them', () => {
    const referred = [...sourceFiles().map((file) => file.text), migrations].flatMap((text) =>
      [...text.matchAll(/\bADR (\d{4})\b/g)].map((match) => match[1] ?? ''),
    );
    expect(referred.filter((number) => !records.some((name) => name.startsWith(`${number}-`)))).toEqual([]);
  });
});

describe('every document', () => {
  it('links to files that exist', () => {
    const broken = documents.flatMap((path) =>
      [...readText(path).matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)]
        .map((match) => match[1] ?? '')
        .filter((target) => !/^[a-z]+:/.test(target) && !existsSync(join(repository, dirname(path), target)))
        .map((target) => `${path}: ${target}`),
    );
    expect(broken).toEqual([]);
  });

  it('uses reserved domains in addresses', () => {
    const foreign = documents.flatMap((path) =>
      [...readText(path).matchAll(/[\w.+{}-]+@([\w-]+(?:\.[\w-]+)+)/g)]
        .filter(
          (match) =>
            !/(?:^|\.)(?:example(?:\.com|\.org|\.net)?|test)$/.test(match[1] ?? '') && match[1] !== 'openai.com',
        )
        .filter((match) => !/:\d*$/.test(match[0]) && !/relay\.example|db\.example/.test(match[0]))
        .map((match) => `${path}: ${match[0]}`),
    );
    expect(foreign).toEqual([]);
  });

  it('CHANGELOG.md has a place for what is not released yet', () => {
    expect(readText('CHANGELOG.md')).toMatch(/^## \[Unreleased\]$/m);
  });
});

/** The law in the ledger: rows of a table for campaigns, the condition of a trigger for notices. */
function waysInLedger(what: string): string[] {
  const inserted = new RegExp(`insert into candor\\.${what}_transition values([^;]*);`).exec(migrations)?.[1] ?? '';
  const rows = [...inserted.matchAll(/\('(\w+)', '(\w+)'\)/g)].map((match) => `${match[1]} → ${match[2]}`);
  const condition = migrations.matchAll(
    new RegExp(`when '(\\w+)'\\s+then '\\{([\\w,]+)\\}'::candor\\.${what}_state\\[\\]`, 'g'),
  );
  return [
    ...rows,
    ...[...condition].flatMap(([, from, to = '']) => to.split(',').map((state) => `${from} → ${state}`)),
  ];
}

function markdownIn(folder: string): string[] {
  return readdirSync(join(repository, folder))
    .filter((name) => name.endsWith('.md'))
    .toSorted()
    .map((name) => `${folder}/${name}`);
}
