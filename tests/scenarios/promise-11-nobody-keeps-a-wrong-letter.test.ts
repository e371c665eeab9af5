// Promise 11: whoever was told less than is true is never left out; and what goes out is the kit that was named.
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { builtInKit } from '../support/kit-folder.ts';
import { lettersPerAddress } from '../support/people.ts';
import { runCandor } from '../support/program.ts';
import { codeOf, scenarioWorld } from '../support/world.ts';

const world = scenarioWorld();

describe('a second file, with --except', () => {
  /** Person, November's row, December's row, and whether December tells them. A dash: not in the file. */
  const everybody = [
    ['same@example.com', 'affected,x,', 'affected,x,', false],
    ['less-is-true-now@example.com', 'affected,x,x', 'affected,x,', false],
    ['spelling@example.com', 'affected,x,', 'affected,x,', false],
    ['not-affected-twice@example.com', 'unaffected,,', 'unaffected,,', false],
    ['more@example.com', 'affected,x,', 'affected,x,x', true],
    ['other@example.com', 'affected,x,', 'affected,,x', true],
    ['affected-after-all@example.com', 'unaffected,,', 'affected,x,', true],
    ['affected-by-nothing-more@example.com', 'unaffected,,', 'affected,,', true],
    ['not-affected-after-all@example.com', 'affected,x,', 'unaffected,,', true],
    ['refused@example.com', 'affected,x,', 'affected,x,', true],
    ['new@example.com', '-', 'affected,x,', true],
  ] as const;
  const fileOf = (month: 1 | 2): string =>
    [
      'email,audience,city,browser',
      ...everybody
        .filter((one) => one[month] !== '-')
        .map((one) => `${month === 2 ? one[0].replace('spelling@', 'SPELLING@') : one[0]},${one[month]}`),
      '',
    ].join('\n');

  test('tells whoever was told less or otherwise, and nobody who was told as much', async () => {
    const relay = await world.relay({
      script: [
        { stage: 'rcpt', when: { to: 'refused@example.com', upTo: 1 }, do: 'reply', reply: '550 5.1.1 no such user' },
      ],
    });
    const site = await world.site({ relay });
    const november = await site.send(world.file(fileOf(1), 'november.csv'));
    expect([november.code, november.summary.states.accepted]).toEqual([3, 9]);
    const before = lettersPerAddress(relay);

    const december = await site.send(world.file(fileOf(2), 'december.csv'), '--except', november.summary.campaign);

    const told = [...lettersPerAddress(relay)].filter(([to, letters]) => letters > (before.get(to) ?? 0));
    expect(told.map(([to]) => to.toLowerCase()).sort()).toEqual(
      everybody.flatMap(([to, , , tells]) => (tells ? [to] : [])).sort(),
    );
    expect(december.summary).toMatchObject({
      notices: 11,
      suppressed: 4,
      except: { campaigns: [november.summary.campaign], leftOut: 4, toldTooLittle: 5 },
    });
    // Nobody confirmed a plan: what it would have shown is told all the same.
    expect(december.stderr).toContain('Left out: 4 people');
    expect(december.stderr).toContain('Not left out: 5 people');
    expect(december.stderr).toContain('city: exposed for 7 of 9 affected rows');
    expect(december.summary.warnings).toMatchObject([
      { code: 'exposed', column: 'city', rows: 7 },
      { code: 'exposed', column: 'browser', rows: 2 },
    ]);
    expect(december.summary.kit).toMatchObject({ id: 'mixpanel-2025-11', path: builtInKit });
  });
});

describe('a kit that a path names', () => {
  test('is the one in that folder: the installed one of that name is not taken for it', async () => {
    const folder = join(world.folder, 'work');
    const own = join(folder, 'templates/mixpanel-2025-11');
    mkdirSync(join(folder, 'templates'), { recursive: true });
    cpSync(builtInKit, own, { recursive: true });
    const file = world.file('email,audience\na@example.com,affected\n');
    const env = { CANDOR_DATA: join(world.folder, 'data') };
    const check = async (kit: string): Promise<unknown[]> => {
      const ran = await runCandor(['check', file, '--kit', kit, '--json'], env, { cwd: folder });
      const answer = JSON.parse(ran.stdout) as { kit?: { path: string }; error?: { code: string } };
      return [ran.code, answer.kit?.path ?? answer.error?.code];
    };
    expect(await check('templates/mixpanel-2025-11')).toEqual([0, own]);
    expect(await check('mixpanel-2025-11')).toEqual([0, builtInKit]);

    const yaml = readFileSync(join(own, 'kit.yaml'), 'utf8');
    writeFileSync(join(own, 'kit.yaml'), yaml.replace(/^title: .*$/m, 'title: Corrected'));

    for (const both of ['templates/mixpanel-2025-11', 'templates/mixpanel-2025-11/'])
      expect(await check(both)).toEqual([2, 'kit-ambiguous']);
    for (const path of ['./templates/mixpanel-2025-11', './templates/mixpanel-2025-11/', own])
      expect(await check(path)).toEqual([0, own]);
    expect(await check('./mixpanel-2025-11')).toEqual([2, 'kit-not-found']);
    const site = await world.site();
    expect(codeOf(await site.run('preview', './nowhere', '--out', join(world.folder, 'out')))).toBe('kit-not-found');
  });
});
