// Promise 1: rows = invalid + merged + notices, and at every moment notices = the sum over the states;
// whatever the relay does to whom, the account says so.
import { expect, test } from 'vitest';
import { makeRecipients } from '../../scripts/make-recipients.mjs';
import { accountHolds, type CampaignSummary } from '../../src/domain/summary.ts';
import { eventually } from '../support/eventually.ts';
import { lettersPerAddress, people, person } from '../support/people.ts';
import { answerOf, codeOf, scenarioWorld } from '../support/world.ts';

const world = scenarioWorld();

test('counts every row of a file with invalid, repeated and disagreeing rows, and answers with exit code 3', async () => {
  const { account, pieces } = makeRecipients({ rows: 2_000 });
  const relay = await world.relay({ record: 'digest', smtpUtf8: true });
  const site = await world.site({ relay });

  const ended = await site.send(world.file([...pieces].join('')));

  expect(ended.code).toBe(3);
  const { rows, invalid, merged, conflicts, notices } = account;
  expect(invalid).toBeGreaterThan(0);
  expect(ended.summary).toMatchObject({
    state: 'finished',
    rows,
    invalid,
    merged,
    conflicts,
    notices,
    attempts: notices,
    states: { accepted: notices },
  });
  expect(accountHolds(ended.summary)).toBe(true);
  expect(relay.record.accepted).toBe(notices);
});

test('the account holds at every moment of a run', async () => {
  const relay = await world.relay({
    record: 'digest',
    script: [{ stage: 'rcpt', when: { share: 0.2 }, do: 'reply', reply: '450 4.2.0 greylisted' }],
  });
  const site = await world.site({ relay, settings: { RATE_PER_SECOND: '100', RETRY_SCHEDULE: '1s…' } });
  const sending = site.startSend(world.file(people(400)));
  const campaign = await site.campaignOf(sending);
  const seen: CampaignSummary[] = [];
  await eventually(
    async () => seen.push((await site.run('status', campaign)).summary) > 0 && seen.at(-1)?.state === 'finished',
    { timeoutMs: 40_000, everyMs: 250 },
  );

  expect(seen.filter((summary) => !accountHolds(summary))).toEqual([]);
  expect(new Set(seen.map(({ states }) => states.accepted)).size).toBeGreaterThan(2);
  expect((await sending.outcome).code).toBe(0);
});

test('says who was refused, put off and greylisted, and a re-send mails the refused only', async () => {
  // Of ten people each: 0 is refused, 1 is put off again and again, the rest is greylisted once.
  const everybody = people(60);
  const kind = (nth: number): 'refused' | 'failed' | 'accepted' =>
    nth % 10 === 0 ? 'refused' : nth % 10 === 1 ? 'failed' : 'accepted';
  const those = (wanted: string): string[] =>
    everybody.filter((_, nth) => kind(nth) === wanted).map(({ email }) => email);
  const greylisted = those('accepted').map((to) => ({
    stage: 'rcpt' as const,
    when: { to, upTo: 1 },
    do: 'reply' as const,
    reply: '451 4.7.1 Greylisting in action, please come back later',
  }));
  const relay = await world.relay({
    script: [
      { stage: 'rcpt', when: { to: /^p\d*0\./ }, do: 'reply', reply: '550 5.1.1 no such user here' },
      { stage: 'rcpt', when: { to: /^p\d*1\./ }, do: 'reply', reply: '451 4.2.1 mailbox has a problem' },
      ...greylisted,
    ],
  });
  const site = await world.site({ relay, settings: { RETRY_SCHEDULE: '1s,1s' } });

  const ended = await site.send(world.file(everybody));

  expect(ended.code).toBe(3);
  expect(ended.summary).toMatchObject({ state: 'finished', states: { accepted: 48, refused: 6, failed: 6 } });
  expect(accountHolds(ended.summary)).toBe(true);
  expect(ended.summary.attempts).toBe(relay.record.mailFromsMs.length);
  expect([...lettersPerAddress(relay).keys()].toSorted()).toEqual(those('accepted').toSorted());

  const { campaign } = ended.summary;
  const wouldGo = await site.run('resend', campaign, '--state', 'refused', '--dry-run');
  expect(wouldGo.summary).toMatchObject({ resend: { total: 6, states: { refused: 6 } }, states: { refused: 6 } });
  relay.setScript([]);
  const mailFroms = relay.record.mailFromsMs.length;
  const resent = await site.run('resend', campaign, '--state', 'refused');

  expect(resent.code).toBe(3);
  expect(resent.summary.states).toMatchObject({ accepted: 54, refused: 0, failed: 6 });
  expect(relay.record.mailFromsMs.length - mailFroms).toBe(6);
  expect([...lettersPerAddress(relay).values()].every((letters) => letters === 1)).toBe(true);

  const rest = await site.run('resend', campaign);
  expect([rest.code, rest.summary.states.accepted]).toEqual([0, 60]);
  expect([...lettersPerAddress(relay).values()].every((letters) => letters === 1)).toBe(true);
});

test('a relay that puts everybody off once, without a word why, slows the run and costs nobody the letter', async () => {
  const everybody = people(200);
  const relay = await world.relay({
    record: 'digest',
    script: everybody.map(({ email }) => ({
      stage: 'rcpt' as const,
      when: { to: email, upTo: 1 },
      do: 'reply' as const,
      reply: '451 4.3.0 Try again later',
    })),
  });
  const site = await world.site({ relay, settings: { RETRY_SCHEDULE: '1s,1s' } });

  const ended = await site.send(world.file(everybody));

  expect(ended.code).toBe(0);
  expect(ended.summary).toMatchObject({ attempts: 400, states: { accepted: 200 } });
  expect(relay.record.mailFromsMs).toHaveLength(400);
});

test('a campaign whose account does not hold is held instead of finished, until it holds', async () => {
  const relay = await world.relay({ script: [{ stage: 'after-body', when: { from: 5 }, do: 'delay', delayMs: 300 }] });
  const site = await world.site({ relay, settings: { SMTP_CONNECTIONS: '2' } });
  const sending = site.startSend(world.file(people(12)));
  const campaign = await site.campaignOf(sending);
  const ledger = site.ledger();
  await eventually(() => relay.record.bodies.length >= 5);
  const tamper = (by: number): Promise<unknown> =>
    ledger.query({
      text: 'update candor.tally set refused = refused + $1 where shard = (select min(shard) from candor.tally)',
      values: [by],
    });
  await tamper(1);

  const ended = answerOf(await sending.outcome);
  expect(ended.code).toBe(4);
  expect(ended.summary).toMatchObject({ state: 'held', reason: { code: 'account-broken' } });
  const refused = await site.run('resume', campaign);
  expect(codeOf(refused)).toBe('account-broken');

  await tamper(-1);
  const resumed = await site.run('resume', campaign);
  expect(resumed.code).toBe(0);
  expect(lettersPerAddress(relay).size).toBe(12);
});

test('a file without a valid row makes no campaign', async () => {
  const site = await world.site();
  const ended = await site.send(world.file(`email,audience\nnobody,affected\n${person(1).email},perhaps\n`));
  expect([ended.code, codeOf(ended)]).toEqual([2, 'nothing-to-tell']);
  expect(codeOf(await site.run('status'))).toBe('campaign-none');
});
