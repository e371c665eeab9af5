// What a person confirms at a terminal is what was on the screen: another kit than that is not launched.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { changedKit } from '../support/kit-folder.ts';
import { notExactlyOnce, people } from '../support/people.ts';
import type { TestRelay } from '../support/relay.ts';
import { atTerminal, type Terminal } from '../support/terminal.ts';
import { codeOf, scenarioWorld, type Site } from '../support/world.ts';

const world = scenarioWorld();
const everybody = people(12);
const question = /type the number of notices \(12\): /;

let open: Terminal | null = null;
afterEach(async () => {
  open?.kill();
  await open?.ended;
  open = null;
});

interface Asked {
  readonly terminal: Terminal;
  readonly kit: string;
  readonly relay: TestRelay;
  readonly site: Site;
}

/** `candor send`, with its plan on the screen and its last question open. */
async function askedForTheNumber(): Promise<Asked> {
  const relay = await world.relay();
  const site = await world.site({ relay });
  const kit = await changedKit({});
  const terminal = atTerminal(['send', world.file(everybody), '--kit', kit], site.env, { cwd: world.folder });
  open = terminal;
  await terminal.shows(/\[yes\/no\] |type the number/);
  if (!question.test(terminal.screen())) terminal.type('yes');
  await terminal.shows(question);
  return { terminal, kit, relay, site };
}

test('the number that is typed launches the plan that is on the screen', async () => {
  const { terminal, relay } = await askedForTheNumber();

  terminal.type(String(everybody.length));

  expect(await terminal.ended).toBe(0);
  expect(notExactlyOnce(relay, everybody)).toEqual([]);
});

test('a kit that was changed while its plan was on the screen is not launched, and what changed is named', async () => {
  const { terminal, kit, relay, site } = await askedForTheNumber();
  const path = join(kit, 'kit.yaml');
  await writeFile(path, (await readFile(path, 'utf8')).replace('is affected by', 'was touched by'));

  terminal.type(String(everybody.length));

  expect(await terminal.ended).toBe(2);
  expect(terminal.screen()).toContain('kit-changed');
  expect(terminal.screen().replaceAll(/\s+/g, ' ')).toContain('kit.yaml: locales.en.letters.affected.subject');
  expect(codeOf(await site.run('status'))).toBe('campaign-none');
  expect(relay.record.mailFromsMs).toEqual([]);
});

test('a wrong number, three times, launches nothing', async () => {
  const { terminal, site } = await askedForTheNumber();

  terminal.type('11');
  await terminal.shows('That is not 12.');
  terminal.type('twelve');
  await terminal.shows(/(?:That is not 12\.[^]*){2}/);
  terminal.type('1 2');

  expect(await terminal.ended).toBe(2);
  expect(terminal.screen()).toContain('not-confirmed');
  expect(codeOf(await site.run('status'))).toBe('campaign-none');
});
