// Watching a campaign and taking hold of it, over HTTP, on a real ledger.
import { get } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { settleAttempts } from '../../../src/ledger/settling.ts';
import { recordPulses } from '../../../src/ledger/watching.ts';
import { createLiveFigures } from '../../../src/web/live-figures.ts';
import { startConsole, type TestConsole } from '../../support/console.ts';
import { eventually } from '../../support/eventually.ts';
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
  campaign = await aCampaign(console.ledger, { notices: 20 });
});
afterEach(() => console.close());

const path = (rest = ''): string => `/campaigns/${campaign.id}${rest}`;
const page = async (rest = ''): Promise<string> => (await console.ask(path(rest), { cookie })).body;

it('says that nobody is at work on a campaign that runs, until somebody is', async () => {
  expect(await page()).toContain('No worker is at work');
  await aLease(console.ledger);
  expect(await page()).not.toContain('No worker is at work');
});

async function settleSome(count: number, changes: Parameters<typeof aSettlement>[1] = {}): Promise<void> {
  const lease = await aLease(console.ledger);
  const claims = await claimSome(console.ledger, campaign.campaignNo, lease, count);
  await settleAttempts(
    console.ledger.database,
    console.ledger.keyring,
    lease,
    claims.map((claim) => aSettlement(claim, changes)),
  );
}

/** The events of a stream as they come. */
function listen(): { events: string[]; ended: Promise<void>; stop: () => void } {
  const events: string[] = [];
  let stop = (): void => undefined;
  const ended = new Promise<void>((resolve) => {
    const asked = get(
      { host: '127.0.0.1', port: Number(new URL(console.url).port), path: path('/events'), headers: { cookie } },
      (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
          for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
            const event = text.slice(0, end);
            text = text.slice(end + 2);
            if (event.includes('data: ')) events.push(event);
          }
        });
        answer.on('close', () => resolve());
      },
    );
    asked.on('error', () => resolve());
    stop = () => asked.destroy();
  });
  return { events, ended, stop };
}

describe('the stream', () => {
  it('brings what changed, and never the same twice', async () => {
    const stream = listen();
    await eventually(() => stream.events.length === 1);
    expect(stream.events[0]).toContain('data-campaign-state="running"');
    await settleSome(5);
    await eventually(() => stream.events.some((event) => event.includes('5 of 20 notices')));
    const figures = stream.events.map((event) => event.slice(event.indexOf('data: ')));
    expect(figures.filter((text, index) => text === figures[index - 1])).toEqual([]);
    stream.stop();
  });

  it('ends with the server, at once', async () => {
    const stream = listen();
    await eventually(() => stream.events.length === 1);
    const other = listen();
    await eventually(() => other.events.length === 1);
    await console.server.close();
    await Promise.all([stream.ended, other.ended]);
    expect(stream.events.length).toBeGreaterThan(0);
  });

  it('ends with the session, and goes on for others who watch', { timeout: 20_000 }, async () => {
    const mine = cookie;
    const stream = listen();
    cookie = await console.signIn();
    const other = listen();
    await eventually(() => stream.events.length === 1 && other.events.length === 1);
    await console.submit('/sign-out', {}, mine);
    await stream.ended;
    await settleSome(5);
    await eventually(() => other.events.some((event) => event.includes('5 of 20 notices')));
    other.stop();
  });

  it('needs a session and a campaign', async () => {
    expect((await console.ask(path('/events'))).status).toBe(401);
    expect((await console.ask('/campaigns/nothing1/events', { cookie })).status).toBe(404);
  });

  it('reads once for all who watch, in order, and not at all when nobody does', async () => {
    vi.useFakeTimers();
    let reads = 0;
    const live = createLiveFigures(() => Promise.resolve(String((reads += 1))), 5);
    const written: string[][] = [];
    const leave: (() => void)[] = [];
    const watch = (): void => {
      const mine: string[] = [];
      written.push(mine);
      const raw = {
        writableLength: 0,
        setHeader: () => undefined,
        writeHead: () => undefined,
        write: (text: string) => mine.push(text),
        end: () => undefined,
        destroy: () => undefined,
      };
      const request = {
        signedIn: { still: () => Promise.resolve(true) },
        raw: { once: (_name: string, listener: () => void) => leave.push(listener) },
      };
      live.stream('c', request as never, { raw, hijack: () => undefined, getHeaders: () => ({}) } as never);
    };
    for (let people = 0; people < 50; people += 1) watch();
    await vi.advanceTimersByTimeAsync(25);
    const ids = written[0]?.flatMap((text) => /^id: (\d+)/.exec(text)?.[1] ?? []).map(Number) ?? [];
    expect(ids).toEqual(ids.toSorted((a, b) => a - b));
    expect(ids.length).toBeGreaterThanOrEqual(5);
    expect(reads).toBeLessThan(10);
    for (const each of leave) each();
    const last = reads;
    await vi.advanceTimersByTimeAsync(1_000);
    expect(reads).toBe(last);
    vi.useRealTimers();
  });
});

describe('taking hold', () => {
  it('pauses, resumes and cancels, each with what is accepted and on the wire', async () => {
    await settleSome(5);
    const paused = await console.submit(path('/pause'), {}, cookie);
    expect([paused.status, paused.headers.location]).toEqual([303, path('?done=paused&n=5&m=0')]);
    expect(await page('?done=paused&n=5&m=0')).toContain('Paused: 5 accepted, 0 on the wire');
    expect((await console.submit(path('/pause'), {}, cookie)).status).toBe(303);
    expect((await console.submit(path('/resume'), {}, cookie)).status).toBe(303);
    expect(await page('/cancel')).toContain('15 notices will never leave');
    expect((await console.submit(path('/cancel'), {}, cookie)).status).toBe(303);
    expect((await console.submit(path('/resume'), {}, cookie)).status).toBe(409);
    expect(await page()).toContain('cancelled');
  });

  it('changes the rate, and not to nonsense', async () => {
    for (const rate of ['', '0', '-3', 'x', '1e9', '1e2', '0x10', '1,200'])
      expect((await console.submit(path('/rate'), { rate }, cookie)).status).toBe(400);
    expect((await console.submit(path('/rate'), { rate: '2.5' }, cookie)).status).toBe(303);
    expect(await page()).toContain('2.5/s');
    const slow = await console.submit(path('/rate'), { rate: '0.4' }, cookie);
    expect((await console.ask(slow.headers.location ?? '', { cookie })).body).toContain('rate is now 0.4 a second');
  });

  it('does not resume through another relay than that of the launch', async () => {
    await console.ledger.database.query({ text: `update candor.campaign set relay_identity = 'elsewhere'` });
    await console.submit(path('/pause'), {}, cookie);
    const answer = await console.submit(path('/resume'), {}, cookie);
    expect([answer.status, answer.body.includes('relay-mismatch')]).toEqual([409, true]);
  });

  it('is left to those with the token of their session', async () => {
    for (const action of ['pause', 'resume', 'cancel', 'rate', 'target'])
      expect(
        (
          await console.ask(
            path(`/${action}`),
            { cookie, 'content-type': 'application/x-www-form-urlencoded' },
            'POST',
            'rate=5',
          )
        ).status,
      ).toBe(403);
    expect(await page()).toContain('running');
  });

  it('of a campaign that is not there is told as such', async () => {
    for (const action of ['pause', 'resume', 'cancel'])
      expect((await console.submit(`/campaigns/nothing1/${action}`, {}, cookie)).status).toBe(404);
  });
});

describe('the page', () => {
  it('groups what the relay says, as text, and names the domains that lag', async () => {
    await settleSome(3, {
      outcome: 'refused',
      state: 'refused',
      reason: 'unknown-mailbox',
      replyCode: 550,
      enhancedCode: '5.1.1',
      rule: 'unknown-mailbox',
      reply: attack,
      replyScrubbed: `5.1.1 ${attack}`,
    });
    await settleSome(4, {
      outcome: 'deferred',
      state: 'deferred',
      retryAfterMs: 60_000,
      replyCode: 451,
      enhancedCode: '4.7.1',
      rule: 'greylisted',
      reply: 'later',
      replyScrubbed: 'later',
    });
    const body = await page();
    for (const text of [
      '<strong>550 5.1.1</strong>',
      '<strong>451 4.7.1</strong>',
      'example.org',
      '3 refused, 4 deferred',
    ])
      expect(body).toContain(text);
    expect(body).not.toContain(attack);
  });

  it('draws the pace, and keeps the clocks that the team has set', async () => {
    for (let times = 0; times < 3; times += 1) {
      await settleSome(3);
      await recordPulses(console.ledger.database);
      await console.ledger.database.query({ text: `update candor.campaign_pulse set at = at - interval '10 seconds'` });
    }
    expect(await page()).toContain('<polyline');
    for (const wrong of [
      { target: 'soon' },
      { target: '2026-02-31T10:00:61' },
      { target: '2026-02-31T10:00' },
      { aware: '2026-11-31T09:00' },
      { aware: '2026-13-01T10:00' },
      { hours: '0' },
      { hours: 'x' },
    ])
      expect((await console.submit(path('/target'), wrong, cookie)).status).toBe(400);
    expect(
      (
        await console.submit(
          path('/target'),
          { target: '2036-01-01T10:00', aware: '2026-11-25T09:00', hours: '72' },
          cookie,
        )
      ).status,
    ).toBe(303);
    const body = await page();
    for (const text of ['Our target', 'Authority (Art. 33)', '28 Nov 2026', 'not the people'])
      expect(body).toContain(text);
  });

  it('says a hold on every page, with what to do', async () => {
    await console.ledger.database.query({ text: `update candor.campaign set state = 'held', reason = 'relay-auth'` });
    for (const other of ['/', '/uploads/new', '/account', path()])
      expect((await console.ask(other, { cookie })).body).toContain('A campaign is held');
    expect(await page()).toContain('does not accept the login');
  });
});
