// Promise 3: `accepted` means that the relay answered 2yz to the end of the data. Nothing else does, and
// nobody can set it by hand.
import { describe, expect, test } from 'vitest';
import { people } from '../support/people.ts';
import type { Step } from '../support/relay-script.ts';
import { codeOf, scenarioWorld } from '../support/world.ts';

const world = scenarioWorld();
const everybody = people(12);
const [odd] = everybody;
const to = odd!.email;
const relayed = everybody.filter(({ email }) => email !== to);

const settings = { RETRY_SCHEDULE: '1s', CANDOR_UNCONFIRMED: 'keep' };

describe('one letter among twelve is not accepted', () => {
  test.each<[string, Step[], string]>([
    [
      'when the relay refuses the recipient',
      [{ stage: 'rcpt', when: { to }, do: 'reply', reply: '550 5.1.1 no such user' }],
      'refused',
    ],
    [
      'when it refuses at the end of the data',
      [{ stage: 'after-body', when: { to }, do: 'reply', reply: '550 5.1.1 mailbox unknown' }],
      'refused',
    ],
    [
      'when it puts the recipient off for as long as the schedule lasts',
      [{ stage: 'rcpt', when: { to }, do: 'reply', reply: '450 4.2.1 try later' }],
      'failed',
    ],
    [
      'when it puts the letter off after the end of the data',
      [{ stage: 'after-body', when: { to }, do: 'reply', reply: '451 4.3.0 try later' }],
      'failed',
    ],
    [
      'when it closes after the end of the data without a word',
      [{ stage: 'after-body', when: { to }, do: 'drop' }],
      'unconfirmed',
    ],
    ['when it resets in the middle of the body', [{ stage: 'body', when: { to }, do: 'reset' }], 'unconfirmed'],
    [
      'when it answers the end of the data with a 3yz',
      [{ stage: 'after-body', when: { to }, do: 'reply', reply: '354 go on' }],
      'unconfirmed',
    ],
  ])('%s', async (_, script, state) => {
    const relay = await world.relay({ script });
    const site = await world.site({ relay, settings });

    const ended = await site.send(world.file(everybody));

    expect(ended.code).toBe(3);
    expect(ended.summary.states).toMatchObject({ accepted: relayed.length, [state]: 1 });
    expect(relay.record.letters.map((letter) => letter.to).toSorted()).toEqual(
      relayed.map(({ email }) => email).toSorted(),
    );
  });
});

test('a 2yz that is followed by the end of the connection is an acceptance all the same', async () => {
  const relay = await world.relay({ script: [{ stage: 'after-body', when: { to }, do: 'reply-then-drop' }] });
  const site = await world.site({ relay, settings });

  const ended = await site.send(world.file(everybody));

  expect(ended.code).toBe(0);
  expect(ended.summary.states.accepted).toBe(everybody.length);
});

test('nobody can make a notice accepted by hand, and an accepted one can be taken back by nobody', async () => {
  const relay = await world.relay({
    script: [{ stage: 'rcpt', when: { to }, do: 'reply', reply: '550 5.1.1 no such user' }],
  });
  const site = await world.site({ relay, settings });
  const ended = await site.send(world.file(everybody));

  expect(codeOf(await site.run('resend', ended.summary.campaign, '--state', 'accepted'))).toBe('usage');
  const ledger = site.ledger();
  const lawless = [
    `set state = 'accepted' where state = 'refused'`,
    `set state = 'pending', settled_at = null where state = 'accepted'`,
  ];
  for (const change of lawless)
    await expect(ledger.query({ text: `update candor.notice ${change}` })).rejects.toMatchObject({ code: 'CA002' });
});
