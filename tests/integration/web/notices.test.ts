// Notices over HTTP, on a real ledger: looked through, re-sent, corrected, closed, searched for and taken away.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Settlement } from '../../../src/domain/attempt.ts';
import { cancelCampaign } from '../../../src/campaigns/control-campaign.ts';
import { readEvents } from '../../../src/ledger/events.ts';
import { settleAttempts } from '../../../src/ledger/settling.ts';
import { startConsole, type Answer, type TestConsole } from '../../support/console.ts';
import {
  aCampaign,
  aLease,
  aSettlement,
  claimSome,
  createTestLedger,
  someTerms,
  type BuiltCampaign,
  type TestLedger,
} from '../../support/ledger.ts';

let kept: TestLedger;
let console: TestConsole;
let cookie: string;
let campaign: BuiltCampaign;
const attack = '<script>alert(1)</script>';

beforeAll(async () => {
  kept = await createTestLedger({ max: 1 });
});
afterAll(() => kept.close());
beforeEach(async () => {
  const { relayIdentity, relayLabel } = someTerms();
  console = await startConsole({ real: true, settings: { relayIdentity, relayLabel } });
  cookie = await console.signIn();
  campaign = await aCampaign(console.ledger, { notices: 12, policy: 'keep' });
});
afterEach(() => console.close());

const path = (rest = ''): string => `/campaigns/${campaign.id}${rest}`;
const ask = (rest: string): Promise<Answer> => console.ask(path(rest), { cookie });
const body = async (rest: string): Promise<string> => (await ask(rest)).body;

const unknownMailbox: Partial<Settlement> = {
  outcome: 'refused',
  state: 'refused',
  reason: 'unknown-mailbox',
  replyCode: 550,
  enhancedCode: '5.1.1',
  rule: 'unknown-mailbox',
  reply: '550 5.1.1 who?',
  replyScrubbed: '5.1.1 who?',
};
const review: Partial<Settlement> = {
  outcome: 'refused',
  state: 'refused',
  reason: 'review',
  replyCode: 554,
  enhancedCode: null,
  rule: 'review',
  reply: attack,
  replyScrubbed: `554 ${attack}`,
};
const doubt: Partial<Settlement> = {
  outcome: 'unconfirmed',
  state: 'unconfirmed',
  reason: 'no-reply-reset',
  replyCode: null,
  enhancedCode: null,
  rule: 'lost-after-body',
  reply: null,
  replyScrubbed: null,
};

async function settle(count: number, changes: Partial<Settlement> = {}): Promise<void> {
  const lease = await aLease(console.ledger);
  const claims = await claimSome(console.ledger, campaign.campaignNo, lease, count);
  await settleAttempts(
    console.ledger.database,
    console.ledger.keyring,
    lease,
    claims.map((claim) => aSettlement(claim, changes)),
  );
}

/** Opaque ids of the notices on a page, in its order. */
const noticesIn = (html: string): string[] =>
  [...html.matchAll(/\/notices\/([0-9a-f]{32})"/g)].map((match) => match[1] ?? '');

describe('the reasons', () => {
  it('stand in groups with their numbers, a sentence and a reply as text', async () => {
    await settle(5);
    await settle(3, unknownMailbox);
    await settle(2, review);
    await settle(1, doubt);
    const page = await body('/resend');
    for (const text of [
      '6 notices are',
      'Re-send all 6',
      '3 refused: unknown mailbox',
      '2 refused: review',
      '1 unconfirmed: no reply reset',
      'there is no such mailbox',
      '550 5.1.1',
      'no reply',
    ])
      expect(page).toContain(text);
    expect(page).not.toContain(attack);
  });

  it('lead to the notices of one group, and to no others', async () => {
    await settle(3, unknownMailbox);
    await settle(2, review);
    const page = await body('/notices?state=refused&reason=review&reply=554');
    expect(noticesIn(page)).toHaveLength(2);
    expect(noticesIn(await body('/notices?state=refused&reason=review&reply=554&enhanced=5.1.1'))).toHaveLength(0);
    expect(noticesIn(await body('/notices?state=refused'))).toHaveLength(5);
    expect(noticesIn(await body('/notices'))).toHaveLength(12);
  });
});

describe('a list', () => {
  it('is paged, in the order of the file, with masked addresses', async () => {
    const large = await aCampaign(console.ledger, { notices: 120 });
    const seen: string[] = [];
    let next: string | null = `/campaigns/${large.id}/notices?state=pending`;
    while (next !== null) {
      const page: string = (await console.ask(next, { cookie })).body;
      seen.push(...noticesIn(page));
      expect(page).not.toMatch(/person\d+@/);
      expect(page).toContain('p…@example.org');
      next =
        /href="([^"]+after=[0-9a-f]{32})"/.exec(page)?.[1]?.replaceAll('&#38;', '&').replaceAll('&amp;', '&') ?? null;
    }
    expect(new Set(seen).size).toBe(120);
    expect(seen).toHaveLength(120);
  });

  it.each([
    '?state=nonsense',
    '?after=x',
    '?reason=%3Cscript%3E',
    '?after=00000000000000000000000000000000',
    '?reply=abc',
  ])('shows all when the query is %s', async (query) => {
    expect(noticesIn(await body(`/notices${query}`))).toHaveLength(12);
  });
});

describe('a re-send', () => {
  it('says exactly how many, takes those and never an accepted one', async () => {
    await settle(5);
    await settle(3, unknownMailbox);
    await settle(2, review);
    const page = await body('/resend/confirm?state=refused&reason=unknown-mailbox&reply=550&enhanced=5.1.1');
    expect(page).toContain('Re-send 3 notices');
    expect(page).toContain('None of them is accepted');
    const sent = await console.submit(
      path('/resend'),
      { state: 'refused', reason: 'unknown-mailbox', reply: '550', enhanced: '5.1.1', expect: '3' },
      cookie,
    );
    expect([sent.status, sent.headers.location]).toEqual([303, path('?done=resent&n=3')]);
    const { rows } = await console.ledger.database.query<{ state: string; count: number }>({
      text: 'select state, count(*) as count from candor.notice where campaign_no = $1 group by 1 order by 1',
      values: [campaign.campaignNo],
    });
    expect(Object.fromEntries(rows.map((row) => [row.state, row.count]))).toEqual({
      accepted: 5,
      pending: 5,
      refused: 2,
    });
  });

  it('moves nothing when the number has changed since it was shown', async () => {
    await settle(3, unknownMailbox);
    const answer = await console.submit(path('/resend'), { expect: '2' }, cookie);
    expect([answer.status, answer.body.includes('It is 3 notices by now')]).toEqual([400, true]);
    expect(noticesIn(await body('/notices?state=refused'))).toHaveLength(3);
  });

  it('of two people at once happens once', async () => {
    await settle(3, unknownMailbox);
    const answers = await Promise.all([1, 2].map(() => console.submit(path('/resend'), { expect: '3' }, cookie)));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([303, 400]);
  });

  it('through another relay than that of the launch is refused', async () => {
    await settle(1, unknownMailbox);
    await console.ledger.database.query({ text: `update candor.campaign set relay_identity = 'elsewhere'` });
    expect((await console.submit(path('/resend'), { expect: '1' }, cookie)).status).toBe(409);
  });

  it('of notices that were left out on purpose needs a reason without an address', async () => {
    await console.ledger.database.query({
      text: `update candor.notice set state = 'suppressed', reason = 'told-before', settled_at = now() where campaign_no = $1 and row_no < 5`,
      values: [campaign.campaignNo],
    });
    const group = { state: 'suppressed', reason: 'told-before', expect: '3' };
    expect((await console.submit(path('/resend'), group, cookie)).status).toBe(400);
    expect((await console.submit(path('/resend'), { ...group, why: 'jane@example.com asked' }, cookie)).status).toBe(
      400,
    );
    expect(
      (await console.submit(path('/resend'), { ...group, why: 'The earlier letter was wrong' }, cookie)).status,
    ).toBe(303);
  });

  it.each([{ expect: '' }, { expect: '0' }, { expect: '-1' }, { expect: 'x' }, {}])(
    'with %j is answered, not done',
    async (fields) => {
      await settle(2, unknownMailbox);
      expect((await console.submit(path('/resend'), fields as Record<string, string>, cookie)).status).toBe(400);
      expect(noticesIn(await body('/notices?state=refused'))).toHaveLength(2);
    },
  );
});

describe('one notice', () => {
  const first = async (query = '?state=refused'): Promise<string> => noticesIn(await body(`/notices${query}`))[0] ?? '';

  it('tells every attempt with its reply, as text', async () => {
    await settle(1, review);
    const page = await body(`/notices/${await first()}`);
    for (const text of ['person0@example.org', '1 attempt', '554', 'round 1', 'rule review'])
      expect(page).toContain(text);
    expect(page).not.toContain(attack);
  });

  it('gets another address and another Message-ID, and is found by both', async () => {
    await settle(1, unknownMailbox);
    const notice = await first();
    const before = /<dd class="mono">([^<]+)</.exec(await body(`/notices/${notice}`))?.[1];
    const answer = await console.submit(
      path(`/notices/${notice}/address`),
      { address: ' Person.Zero@example.net ' },
      cookie,
    );
    expect(answer.status).toBe(303);
    const page = await body(`/notices/${notice}`);
    expect(page).toContain('Person.Zero@example.net');
    expect(page).toContain('person0@example.org, until');
    expect(/<dd class="mono">([^<]+)</.exec(page)?.[1]).not.toBe(before);
    for (const [address, corrected] of [
      ['person0@example.org', true],
      ['person.zero@EXAMPLE.net', false],
    ] as const) {
      const found = (await console.submit('/search', { address }, cookie)).body;
      expect([found.includes('1 campaign holds it'), found.includes('was corrected since')]).toEqual([true, corrected]);
    }
    expect((await readEvents(console.ledger.database, campaign.campaignNo)).at(-1)).toMatchObject({
      kind: 'address-corrected',
      actor: 'Robin',
      data: { state: 'refused' },
    });
  });

  it('does not get an address that has, or had, a notice here', async () => {
    await settle(2, unknownMailbox);
    const [one = '', two = ''] = noticesIn(await body('/notices?state=refused'));
    const correct = (notice: string, address: string): Promise<Answer> =>
      console.submit(path(`/notices/${notice}/address`), { address }, cookie);
    expect((await correct(one, 'person5@example.org')).status).toBe(400);
    expect((await correct(one, 'PERSON0@example.org')).status).toBe(400);
    expect((await correct(one, 'new@example.org')).status).toBe(303);
    expect((await correct(two, 'person0@example.org')).status).toBe(400);
    expect((await correct(one, 'person0@example.org')).status).toBe(303);
    for (const wrong of ['', 'nobody', 'a@b@example.com', `${attack}@example.com`])
      expect((await correct(two, wrong)).status).toBe(400);
  });

  it('keeps its address while it is queued, on the wire or accepted', async () => {
    await settle(1);
    const answer = await console.submit(
      path(`/notices/${await first('?state=accepted')}/address`),
      { address: 'other@example.org' },
      cookie,
    );
    expect([answer.status, answer.body.includes('cannot be changed now')]).toEqual([400, true]);
  });

  it('stays unconfirmed when its doubt is closed, and no longer goes with the others', async () => {
    await settle(2, doubt);
    const notice = await first('?state=unconfirmed');
    expect(
      (await console.submit(path(`/notices/${notice}/close`), { found: 'see jane@example.com' }, cookie)).status,
    ).toBe(400);
    expect(
      (
        await console.submit(
          path(`/notices/${notice}/close`),
          { found: 'In the log of the relay as delivered' },
          cookie,
        )
      ).status,
    ).toBe(303);
    expect(await body(`/notices/${notice}`)).toContain('In the log of the relay as delivered');
    expect(await body('/resend/confirm')).toContain('Re-send 1 notice?');
    expect(await body(`/resend/confirm?notice=${notice}`)).toContain('Re-send 1 notice?');
    expect((await console.submit(path('/resend'), { notice, expect: '1' }, cookie)).status).toBe(303);
    expect(await body('/resend/confirm')).toContain('Re-send 1 notice?');
  });

  it('that is no longer unconfirmed takes no word about it, and the page keeps what was written', async () => {
    await settle(2, doubt);
    const [closed = '', resent = ''] = noticesIn(await body('/notices?state=unconfirmed'));
    const close = (notice: string, found: string): Promise<Answer> =>
      console.submit(path(`/notices/${notice}/close`), { found }, cookie);
    expect((await close(closed, 'The first word about it')).status).toBe(303);
    expect((await console.submit(path('/resend'), { notice: resent, expect: '1' }, cookie)).status).toBe(303);
    for (const notice of [closed, resent]) {
      const answer = await close(notice, 'Seen in the log at nine');
      expect([
        answer.status,
        answer.body.includes('value="Seen in the log at nine"'),
        answer.body.includes('was not recorded'),
      ]).toEqual([409, true, true]);
    }
    await settle(1);
    expect((await close(await first('?state=accepted'), 'Seen in the log at nine')).body).toContain(
      'value="Seen in the log at nine"',
    );
    const { rows } = await console.ledger.database.query({ text: 'select reason from candor.closed_doubt' });
    expect(rows).toEqual([{ reason: 'The first word about it' }]);
  });

  it.each(['0'.repeat(32), 'nonsense', '..%2f..', 'a'.repeat(180)])('%s is told as unknown', async (id) => {
    expect((await ask(`/notices/${id}`)).status).toBe(404);
    expect((await console.submit(path(`/notices/${id}/address`), { address: 'a@example.org' }, cookie)).status).toBe(
      404,
    );
  });

  it('of another campaign is unknown here', async () => {
    const other = await aCampaign(console.ledger, { notices: 1 });
    const [notice = ''] = noticesIn((await console.ask(`/campaigns/${other.id}/notices`, { cookie })).body);
    expect((await ask(`/notices/${notice}`)).status).toBe(404);
    expect(
      (await console.submit(path(`/notices/${notice}/address`), { address: 'a@example.org' }, cookie)).status,
    ).toBe(404);
  });
});

describe('what is taken away', () => {
  it('is a list for another channel, with addresses, and recorded', async () => {
    await settle(4);
    await settle(2, unknownMailbox);
    await settle(1, { ...review, replyScrubbed: '=cmd()' });
    expect(await body('/other-channel')).toContain('3 people have');
    const answer = await ask('/other-channel.csv');
    expect(answer.headers['content-disposition']).toContain('attachment');
    expect(answer.body.split('\r\n').filter((line) => line.includes('@example.org'))).toHaveLength(3);
    expect(answer.body).toContain(`"'=cmd()"`);
    const events = await readEvents(console.ledger.database, campaign.campaignNo);
    expect(events.at(-1)).toMatchObject({ kind: 'exported-with-addresses', actor: 'Robin' });
    // Who only asks what it would be has taken nothing.
    expect((await console.ask(path('/other-channel.csv'), { cookie }, 'HEAD')).status).toBe(405);
    expect(await readEvents(console.ledger.database, campaign.campaignNo)).toHaveLength(events.length);
  });

  it('lists those whom a cancelled campaign never told, but not those whom an earlier one told', async () => {
    await settle(4);
    await settle(2, unknownMailbox);
    await settle(2, doubt);
    const { database } = console.ledger;
    await database.query({
      text: `update candor.notice set state = 'suppressed', reason = 'told-before', settled_at = now() where notice_id in (select notice_id from candor.notice where campaign_no = $1 and state = 'pending' limit 1)`,
      values: [campaign.campaignNo],
    });
    // One of the refused goes into a re-send that is cancelled; one of the doubts is looked into.
    const [resent = ''] = noticesIn(await body('/notices?state=refused'));
    expect((await console.submit(path('/resend'), { notice: resent, expect: '1' }, cookie)).status).toBe(303);
    const [looked = ''] = noticesIn(await body('/notices?state=unconfirmed'));
    expect(
      (await console.submit(path(`/notices/${looked}/close`), { found: 'In the log of the relay' }, cookie)).status,
    ).toBe(303);
    await cancelCampaign(console.ledger, campaign.id, 'Robin');
    const page = await body('/other-channel');
    expect(
      [...page.matchAll(/<\/span>(\w+)<\/th><td class="n">(\d+)</g)].map((match) => `${match[1]} ${match[2]}`),
    ).toEqual(['refused 1', 'failed 0', 'unconfirmed 1', 'suppressed 0', 'cancelled 4']);
    expect(page).toContain('6 people have');
    const list = (await ask('/other-channel.csv')).body.split('\r\n').slice(1, -1);
    expect(list).toHaveLength(6);
    const why = (text: string): number => list.filter((line) => line.includes(text)).length;
    expect([
      why('Never tried'),
      why('had refused'),
      why('no to this recipient for good'),
      why('Perhaps handed over'),
    ]).toEqual([3, 1, 1, 1]);
    expect(await body('')).toContain('4 cancelled');
    expect(await body('/resend')).toContain(path('/other-channel'));
  });

  it('is the whole record as a ZIP file', async () => {
    await settle(4);
    const answer = await console.submit(path('/export'), {}, cookie);
    expect([answer.status, answer.headers['content-type']]).toEqual([200, 'application/zip']);
    for (const name of [
      'campaign.json',
      'notices.ndjson',
      'notices.csv',
      'attempts.csv',
      'events.ndjson',
      'SHA256SUMS',
      'letters/affected.en.html',
    ])
      expect(answer.body).toContain(name);
  });

  it('needs a session and the token of it', async () => {
    for (const each of ['/notices', '/resend', '/resend/confirm', '/other-channel', '/other-channel.csv', '/export'])
      expect((await console.ask(path(each))).status).toBe(401);
    for (const each of ['/resend', '/export'])
      expect(
        (
          await console.ask(
            path(each),
            { cookie, 'content-type': 'application/x-www-form-urlencoded' },
            'POST',
            'expect=1',
          )
        ).status,
      ).toBe(403);
  });
});

describe('the search', () => {
  it('answers for whoever was told, and honestly for others, without the address in a URL', async () => {
    await settle(1);
    const found = (await console.submit('/search', { address: 'PERSON0@example.org' }, cookie)).body;
    for (const text of ['1 campaign holds it', 'accepted', `/campaigns/${campaign.id}`]) expect(found).toContain(text);
    expect((await console.submit('/search', { address: 'nobody@example.org' }, cookie)).body).toContain(
      'No campaign holds this address',
    );
    for (const wrong of ['', attack, 'a,b@example.com']) {
      const answer = await console.submit('/search', { address: wrong }, cookie);
      expect([answer.status, answer.body.includes(attack)]).toEqual([400, false]);
    }
  });
});
