// Promise 9: nothing leaves the machine by accident. Without SMTP_URL everything is a rehearsal, for ever;
// with it, a launch is confirmed, and goes no further and no sooner than was said.
import { describe, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { notExactlyOnce, people, wrongLetters } from '../support/people.ts';
import { runCandor } from '../support/program.ts';
import { codeOf, kit, scenarioWorld, type Site } from '../support/world.ts';

const world = scenarioWorld();
const everybody = people(12);

async function nothingStored(site: Site): Promise<void> {
  expect(codeOf(await site.run('status'))).toBe('campaign-none');
}

describe('a rehearsal', () => {
  test('never becomes real: a process with a relay neither resumes nor works on it', async () => {
    const relay = await world.relay();
    const rehearsing = await world.site();
    const launched = await rehearsing.send(world.file(everybody), '--detach');
    expect(launched.summary).toMatchObject({ state: 'running', rehearsal: true, relay: 'inbox' });
    const { campaign } = launched.summary;
    const real = rehearsing.with({ SMTP_URL: relay.url, MAIL_FROM: 'notices@example.com', RATE_PER_SECOND: '100' });

    expect(codeOf(await real.run('resume', campaign))).toBe('relay-mismatch');
    // Its worker finishes a campaign of its own and leaves the rehearsal alone.
    const own = await real.send(world.file(people(3, { from: 50 }), 'own.csv'));

    expect(own.code).toBe(0);
    expect(notExactlyOnce(relay, people(3, { from: 50 }))).toEqual([]);
    const left = await real.run('status', campaign);
    expect(left.summary).toMatchObject({ rehearsal: true, attempts: 0, states: { accepted: 0 } });

    const ended = await rehearsing.run('resume', campaign);
    expect([ended.code, ended.summary.rehearsal]).toEqual([0, true]);
    expect(relay.record.accepted).toBe(3);
  });

  test('is not taken along by a relay of another name, port or user', async () => {
    const [one, other] = [await world.relay(), await world.relay()];
    const site = await world.site({ relay: one });
    const { campaign } = (await site.send(world.file(everybody), '--detach')).summary;

    expect(codeOf(await site.with({ SMTP_URL: other.url }).run('resume', campaign))).toBe('relay-mismatch');
    expect(
      codeOf(
        await site.with({ SMTP_URL: one.url.replace('smtp://', 'smtp://somebody:secret@') }).run('resume', campaign),
      ),
    ).toBe('relay-mismatch');
    expect([one, other].map((relay) => relay.record.connectionsMs)).toEqual([[], []]);
  });
});

describe('a launch', () => {
  test('without a terminal needs --yes, and stores nothing without it', async () => {
    const relay = await world.relay();
    const site = await world.site({ relay });
    const refused = await site.run('send', world.file(everybody), '--kit', kit);

    expect([refused.code, codeOf(refused)]).toEqual([2, 'confirmation-required']);
    await nothingStored(site);
    expect(relay.record.connectionsMs).toEqual([]);
  });

  test('needs the kit to be named', async () => {
    const site = await world.site();
    const refused = await site.run('send', world.file(everybody), '--yes');
    expect([refused.code, codeOf(refused)]).toEqual([2, 'kit-required']);
    expect(refused.stderr).toContain(`templates/${kit}`);
  });

  test('stops when the file makes another number of notices than --expect says', async () => {
    const relay = await world.relay();
    const site = await world.site({ relay });
    const refused = await site.send(world.file(everybody), '--expect', '13');

    expect([refused.code, codeOf(refused)]).toEqual([2, 'expect-mismatch']);
    await nothingStored(site);
    expect(relay.record.connectionsMs).toEqual([]);
    expect((await site.send(world.file(everybody), '--expect', '12')).code).toBe(0);
  });

  test('over a relay that is not on this machine needs a stated rate and an official sender, before any connection', async () => {
    // The name cannot be resolved: a program that tried to connect would say so.
    const site = await world.site({ relay: { url: 'smtp://relay.test:587' } });
    const noRate = await site.send(world.file(everybody));
    expect([noRate.code, codeOf(noRate)]).toEqual([2, 'rate-required']);

    const foreign = await site.send(world.file(everybody), '--rate', '10');
    expect([foreign.code, codeOf(foreign)]).toEqual([2, 'sender-not-official']);
    const alike = await site.with({ MAIL_FROM: 'notices@notopenai.com' }).send(world.file(everybody), '--rate', '10');
    expect(codeOf(alike)).toBe('sender-not-official');
    await nothingStored(site);
  });

  test('with --first stops after so many notices, and the rest waits for a person', async () => {
    const relay = await world.relay();
    const site = await world.site({ relay });

    const canary = await site.send(world.file(everybody), '--first', '5');

    expect(canary.code).toBe(4);
    expect(canary.summary).toMatchObject({ state: 'held', reason: { code: 'canary' }, states: { accepted: 5 } });
    expect(relay.record.accepted).toBe(5);
    const rest = await site.run('resume', canary.summary.campaign);
    expect(rest.code).toBe(0);
    expect(notExactlyOnce(relay, everybody)).toEqual([]);
    expect(await wrongLetters(relay)).toEqual([]);
  });

  test('with --at waits for its time, also over the end of its process', async () => {
    const relay = await world.relay();
    const site = await world.site({ relay });
    const file = world.file(everybody);
    const startAt = new Date(Math.ceil(Date.now() / 1000) * 1000 + 10_000);
    const waiting = site.startSend(file, '--at', startAt.toISOString());
    const campaign = await site.campaignOf(waiting);
    await eventually(() => /waiting|start/i.test(waiting.stderr()));
    waiting.kill('SIGKILL');
    await waiting.outcome;
    const { rows } = await site
      .ledger()
      .query({ text: `select state, start_at from candor.campaign where id = $1`, values: [campaign] });
    expect(rows).toEqual([{ state: 'ready', start_at: startAt }]);
    expect(relay.record.mailFromsMs).toEqual([]);

    const ended = await site.run('resume', campaign);

    expect(ended.code).toBe(0);
    expect(notExactlyOnce(relay, everybody)).toEqual([]);
    const firstAt = performance.timeOrigin + Math.min(...relay.record.mailFromsMs);
    expect(firstAt).toBeGreaterThanOrEqual(startAt.getTime());
  });

  test('with --at in the past is refused', async () => {
    const site = await world.site();
    expect((await site.send(world.file(everybody), '--at', '2020-01-01T00:00Z')).code).toBe(2);
    await nothingStored(site);
  });
});

test('the program writes nothing outside its data folder and needs no other setting for a rehearsal', async () => {
  const outcome = await runCandor(
    ['send', world.file(everybody), '--kit', kit, '--yes', '--json'],
    { CANDOR_DATA: `${world.folder}/data`, LOG_LEVEL: 'warn' },
    { cwd: world.folder },
  );
  expect(outcome.code).toBe(0);
  expect(JSON.parse(outcome.stdout)).toMatchObject({ rehearsal: true, state: 'finished' });
});
