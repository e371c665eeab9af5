// Promise 2: one address, one notice, the right one; and the same file again mails nobody by accident.
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { accountHolds } from '../../src/domain/summary.ts';
import { csvOf, notExactlyOnce, people, person, wrongLetters } from '../support/people.ts';
import { codeOf, scenarioWorld } from '../support/world.ts';

const world = scenarioWorld();

describe('a file of many rows', () => {
  // The large one as in production. `npm run bench` sends 50,000 over the embedded ledger, with either queue.
  test.each([
    [5_000, 'its own ledger and queue', 'own', false],
    [5_000, 'its own ledger and a given queue', 'own', true],
    [5_000, 'a given ledger and its own queue', 'given', false],
    [20_000, 'a given ledger and queue', 'given', true],
  ] as const)(
    '%i rows: each address is reached once with the right letter, affected first, over %s',
    { timeout: 120_000 },
    async (count, _, ledger, withRedis) => {
      const everybody = people(count - 4);
      // Two rows that repeat an earlier one in another spelling, and two whose rows disagree: affected wins.
      const [first, second, third, fourth] = [everybody[0]!, everybody[2]!, person(3), person(6)];
      const rows = [
        ...everybody,
        { ...first, email: ` ${first.email.toUpperCase()} ` },
        { ...second, email: second.email.toUpperCase() },
        { ...third, audience: 'unaffected' as const },
        { ...fourth, audience: 'unaffected' as const },
      ];
      const relay = await world.relay({ record: 'headers' });
      const site = await world.site({
        ledger,
        relay,
        ...(withRedis ? { redis: await world.redis() } : {}),
        settings: { SMTP_CONNECTIONS: '40' },
      });

      const ended = await site.send(world.file(rows), '--expect', String(everybody.length));

      expect(ended.code).toBe(0);
      expect(ended.summary).toMatchObject({
        state: 'finished',
        rehearsal: false,
        rows: count,
        invalid: 0,
        merged: 4,
        conflicts: 2,
        notices: everybody.length,
        attempts: everybody.length,
        maybeAccepted: 0,
      });
      expect(accountHolds(ended.summary)).toBe(true);
      expect(notExactlyOnce(relay, everybody)).toEqual([]);
      expect(await wrongLetters(relay)).toEqual([]);
      const audiences = relay.record.letters.map(({ to }) => to.includes('.unaffected.'));
      expect(audiences.lastIndexOf(false)).toBeLessThan(audiences.indexOf(true));
      expect(new Set(relay.record.letters.map(({ messageId }) => messageId)).size).toBe(everybody.length);
    },
  );
});

describe('the same file again', () => {
  test('is refused while its campaign is not finished, naming how to go on', async () => {
    const relay = await world.relay();
    const site = await world.site({ relay });
    const file = world.file(people(5));
    const launched = await site.send(file, '--detach');

    const again = await site.send(file, '--again');

    expect([again.code, codeOf(again)]).toEqual([2, 'campaign-exists']);
    expect(again.stderr).toContain(`candor resume ${launched.summary.campaign}`);
    expect(relay.record.letters).toEqual([]);
  });

  test('is refused under another name and by another process, when only the content is the same', async () => {
    const relay = await world.relay();
    const site = await world.site({ relay });
    const [one, other] = [world.file(people(5), 'one.csv'), world.file(people(5), 'other.csv')];

    const both = await Promise.all([site.send(one), site.send(other)]);

    expect(both.map(({ code }) => code).toSorted()).toEqual([0, 2]);
    expect(['campaign-exists', 'campaign-finished']).toContain(codeOf(both.find(({ code }) => code === 2)!));
    expect(notExactlyOnce(relay, people(5))).toEqual([]);
  });

  test('is refused after its campaign finished, unless a person says --again', async () => {
    const relay = await world.relay();
    const site = await world.site({ relay });
    const file = world.file(people(5));
    expect((await site.send(file)).code).toBe(0);

    const again = await site.send(file);
    expect([again.code, codeOf(again)]).toEqual([2, 'campaign-finished']);
    expect(relay.record.accepted).toBe(5);

    expect((await site.send(file, '--again')).code).toBe(0);
    expect(relay.record.accepted).toBe(10);
  });

  test('may be told after a rehearsal, which counts for nothing', async () => {
    const relay = await world.relay();
    const rehearsing = await world.site();
    const file = world.file(people(5));
    expect((await rehearsing.send(file)).summary).toMatchObject({ state: 'finished', rehearsal: true });
    expect((await rehearsing.send(file)).code).toBe(0);

    const real = await rehearsing.with({ SMTP_URL: relay.url, MAIL_FROM: 'notices@example.com' }).send(file);

    expect(real.code).toBe(0);
    expect(real.summary.rehearsal).toBe(false);
    expect(notExactlyOnce(relay, people(5))).toEqual([]);
  });

  test('with more rows leaves out, visibly, whoever was told before by --except', async () => {
    const relay = await world.relay({
      script: [{ stage: 'rcpt', when: { to: person(0).email, upTo: 1 }, do: 'reply', reply: '550 5.1.1 no such user' }],
    });
    const site = await world.site({ relay });
    const file = world.file(people(5));
    const before = await site.send(file);
    expect([before.code, before.summary.states.refused]).toEqual([3, 1]);
    writeFileSync(`${world.folder}/more.csv`, readFileSync(file));
    appendFileSync(`${world.folder}/more.csv`, csvOf(people(3, { from: 5 })).replace(/^.*\n/, ''));

    const more = await site.send(`${world.folder}/more.csv`, '--except', before.summary.campaign);

    expect(more.code).toBe(3);
    expect(more.summary).toMatchObject({ notices: 8, suppressed: 4, states: { accepted: 4, suppressed: 4 } });
    expect(notExactlyOnce(relay, people(8))).toEqual([]);
    expect(more.stderr).not.toContain('another channel');

    // Whom the first told, the second does not know to be told but as left out; and a third may name both.
    const third = await site.send(`${world.folder}/more.csv`, '--again', '--except', more.summary.campaign);
    expect(third.summary).toMatchObject({ notices: 8, suppressed: 8, states: { accepted: 0 } });
    const fourth = await site.send(
      file,
      '--again',
      '--except',
      third.summary.campaign,
      '--except',
      before.summary.campaign,
    );
    expect(fourth.summary).toMatchObject({ notices: 5, suppressed: 5, states: { accepted: 0 } });
    expect(notExactlyOnce(relay, people(8))).toEqual([]);
  });
});
