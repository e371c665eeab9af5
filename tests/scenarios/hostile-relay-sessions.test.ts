// A relay that ends its connections: after every letter, after a few, politely or not. No letter waits for the retry
// schedule, none goes twice, and what the relay allows is learned.
import { expect, test } from 'vitest';
import { notExactlyOnce, people } from '../support/people.ts';
import type { Step } from '../support/relay-script.ts';
import { scenarioWorld } from '../support/world.ts';

const world = scenarioWorld();
const everybody = people(120);

/** Each takes so many letters over one connection. */
const ends: readonly (readonly [string, (letters: number) => Step])[] = [
  [
    'closes after the reply',
    (letters) => ({ stage: 'after-body', when: { fromLetter: letters }, do: 'reply-then-drop' }),
  ],
  [
    'says 421 at MAIL',
    (letters) => ({
      stage: 'mail',
      when: { fromLetter: letters + 1 },
      do: 'reply',
      reply: '421 4.7.0 closing transmission channel',
    }),
  ],
  ['closes at MAIL', (letters) => ({ stage: 'mail', when: { fromLetter: letters + 1 }, do: 'drop' })],
  ['resets at MAIL', (letters) => ({ stage: 'mail', when: { fromLetter: letters + 1 }, do: 'reset' })],
];

test.each(ends.flatMap(([name, step]) => [1, 2, 10].map((letters) => ({ name, letters, step: step(letters) }))))(
  'a relay that $name, $letters letters a connection, gets every letter at once',
  { timeout: 60_000 },
  async ({ letters, step }) => {
    const relay = await world.relay({ script: [step] });
    const site = await world.site({ relay, settings: { SMTP_CONNECTIONS: '4' } });

    const ended = await site.send(world.file(everybody));

    expect(ended.summary).toMatchObject({
      state: 'finished',
      maybeAccepted: 0,
      states: { accepted: everybody.length },
    });
    expect(notExactlyOnce(relay, everybody)).toEqual([]);
    // Nothing was charged, and nothing waited for the schedule: its first wait is a minute, longer than the test.
    const { rows } = await site.ledger().query<{ charged: number }>({
      text: `select count(*) as charged from candor.attempt where charged and outcome <> 'accepted'`,
    });
    expect(rows).toEqual([{ charged: 0 }]);
    // Learned: all but the first connections are ended by us, so nearly every MAIL FROM is a letter's.
    expect(relay.record.mailFromsMs.length).toBeLessThan(everybody.length + 20);
    expect(relay.record.connectionsMs.length).toBeGreaterThanOrEqual(everybody.length / letters);
  },
);
