// A relay that wants it slower, in each of the ways that relays have: everybody is told once, and nobody is charged
// for having been too fast. How long they take then: hostile-relay-trouble.test.ts, hostile-relay-slower.test.ts.
import { expect, test } from 'vitest';
import { notExactlyOnce, people } from '../support/people.ts';
import { gmail, microsoft, yahoo } from '../support/relay-replies.ts';
import type { RelayOptions } from '../support/relay.ts';
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
