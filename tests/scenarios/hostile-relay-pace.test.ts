// A relay that wants it slower, in each of the ways that relays have: everybody is told once, and nobody is charged
// for having been too fast.
import { expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { notExactlyOnce, people } from '../support/people.ts';
import { gmail, microsoft, yahoo } from '../support/relay-replies.ts';
import { watchedAllowance } from '../support/rate-allowance.ts';
import type { RelayOptions, TestRelay } from '../support/relay.ts';
import { scenarioWorld } from '../support/world.ts';

const world = scenarioWorld();
const everybody = people(20);

test.each<[string, RelayOptions, reachesMail: boolean, connections?: string]>([
  ['454 above 4 MAIL FROM a second', { ratePerSecond: 4 }, true],
  [
    '421 at MAIL, once (Gmail)',
    { script: [{ stage: 'mail', when: { nth: 10 }, do: 'reply', reply: gmail.tryLater }] },
    false,
    // The tenth comes over a connection that has carried letters: its end. To the first of one it would be a throttle.
    '1',
  ],
  [
    '451 at MAIL, once (Yahoo)',
    { script: [{ stage: 'mail', when: { nth: 10 }, do: 'reply', reply: yahoo.resources }] },
    false,
  ],
  [
    '421 to the third connection and all later ones (Microsoft)',
    {
      script: [
        { stage: 'connect', when: { from: 4 }, do: 'reply', reply: microsoft.tooManyConnections },
        { stage: 'after-body', do: 'delay', delayMs: 50 },
      ],
    },
    false,
  ],
])('%s', { timeout: 120_000 }, async (_, options, reachesMail, connections = '5') => {
  const relay = await world.relay(options);
  const site = await world.site({
    relay,
    settings: { RATE_PER_SECOND: '60', SMTP_CONNECTIONS: connections, RETRY_SCHEDULE: '1s' },
  });

  const ended = await site.send(world.file(everybody));

  expect(ended.code).toBe(0);
  expect(ended.summary).toMatchObject({ state: 'finished', maybeAccepted: 0, states: { accepted: everybody.length } });
  expect(notExactlyOnce(relay, everybody)).toEqual([]);
  const { rows } = await site.ledger().query<{ outcome: string; charged: boolean }>({
    text: `select distinct outcome::text, charged from candor.attempt where outcome <> 'given-back'`,
  });
  expect(rows).toContainEqual({ outcome: 'accepted', charged: true });
  expect(rows.filter(({ outcome, charged }) => charged && outcome !== 'accepted')).toEqual([]);
  expect(rows.some(({ outcome }) => outcome === 'throttled')).toBe(reachesMail);
  expect(ended.summary.attempts).toBeGreaterThanOrEqual(relay.record.mailFromsMs.length);
});

/** In how many milliseconds the relay had taken all letters, from the first MAIL FROM on. */
async function timeOf(relay: TestRelay, count: number, rate: string | null): Promise<number> {
  const everyone = people(count);
  const site = await world.site({ relay, settings: rate === null ? {} : { RATE_PER_SECOND: rate } });
  const ended = await site.send(world.file(everyone));
  expect(ended.summary).toMatchObject({ state: 'finished', maybeAccepted: 0, states: { accepted: count } });
  expect(notExactlyOnce(relay, everyone)).toEqual([]);
  const { rows } = await site.ledger().query<{ count: number }>({
    text: `select count(*)::int as count from candor.attempt where charged and outcome <> 'accepted'`,
  });
  expect(rows[0]?.count).toBe(0);
  return relay.record.mailFromsMs.at(-1)! - relay.record.mailFromsMs[0]!;
}

test('451 to 2 % of MAIL slows nobody', { timeout: 180_000 }, async () => {
  const faultless = await timeOf(await world.relay(), 2_000, '100');
  const reply = '451 4.3.0 Temporary lookup failure';
  const relay = await world.relay({ script: [{ stage: 'mail', when: { share: 0.02 }, do: 'reply', reply }] });

  expect(await timeOf(relay, 2_000, '100')).toBeLessThan(1.3 * faultless);
});

test('a full queue disk for 8 s costs little more than these', { timeout: 180_000 }, async () => {
  const rate = 30;
  const count = 600;
  const reply = '452 4.3.1 Insufficient system storage';
  const relay = await world.relay();
  const allowed = watchedAllowance();
  // From some letters on, whatever the start takes.
  const first = eventually(() => relay.record.mailFromsMs.length > 60, { timeoutMs: 60_000 }).then(() =>
    relay.setScript([{ stage: 'mail', when: { beforeMs: 8_000 }, do: 'reply', reply }]),
  );
  const took = await timeOf(relay, count, String(rate));
  await first;

  expect(took).toBeLessThan(((1.3 * count) / rate) * 1_000 + 8_000);
  expect(relay.record.mostMailFromsWithin(1_000)).toBeLessThanOrEqual(allowed(rate));
});

test('a relay that takes 50 of 100 a second gets nearly these', { timeout: 180_000 }, async () => {
  const relay = await world.relay({ ratePerSecond: 50 });

  expect(await timeOf(relay, 1_500, '100')).toBeLessThan(((1.3 * 1_500) / 50) * 1_000 + 5_000);
});
