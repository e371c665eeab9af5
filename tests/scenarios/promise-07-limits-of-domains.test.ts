// Limits of single receiving domains (ADR 0021): kept over all processes and used, and no other domain waits for them.
// Judged by the relay's record alone.
import { expect, test, vi } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { affected, notExactlyOnce } from '../support/people.ts';
import { watchedAllowance } from '../support/rate-allowance.ts';
import type { TestRelay } from '../support/relay.ts';
import { scenarioWorld } from '../support/world.ts';

const world = scenarioWorld();
vi.setConfig({ testTimeout: 180_000 });
/** Every fourth of the people is at this domain. */
const domain = 'mail.example';

/** The MAIL FROM of the letters to the domain, or to all others. */
function times(relay: TestRelay, which: 'limited' | 'others'): number[] {
  return relay.record.letters
    .filter(({ to }) => to.endsWith(`@${domain}`) === (which === 'limited'))
    .map(({ mailFromMs }) => mailFromMs)
    .toSorted((a, b) => a - b);
}

function mostWithinASecond(sorted: readonly number[]): number {
  let first = 0;
  return sorted.reduce((most, time, index) => {
    while (time - (sorted[first] ?? time) >= 1_000) first += 1;
    return Math.max(most, index - first + 1);
  }, 0);
}

function used(sorted: readonly number[], limit: number): number {
  return (sorted.length - 1) / (((sorted.at(-1) ?? 0) - (sorted[0] ?? 0)) / 1_000) / limit;
}

/** Turns that a process could not use for want of a processor are forfeited: then the use is asked for again. */
const patience = { retry: 4 };
/** Windows with more than was allowed, in any try. */
const broken: number[] = [];

test.each([
  { title: 'under the relay’s limit', perSecond: 100, domainPerSecond: 20, letters: 600 },
  { title: 'where the relay has none', perSecond: null, domainPerSecond: 8, letters: 240 },
])(
  'two processes keep to the limit of a domain together, and use it, $title',
  patience,
  async ({ perSecond, domainPerSecond, letters }) => {
    const allowed = watchedAllowance();
    const relay = await world.relay({ record: 'digest' });
    const rate: Record<string, string> = perSecond === null ? {} : { RATE_PER_SECOND: String(perSecond) };
    const site = await world.site({ relay, settings: { ...rate, RATE_PER_DOMAIN: `${domain}=${domainPerSecond}/s` } });
    const everybody = affected(letters);
    const worker = await site.worker();

    const ended = await site.send(world.file(everybody));

    expect(ended.code).toBe(0);
    expect(ended.summary.attempts).toBe(letters);
    expect(notExactlyOnce(relay, everybody)).toEqual([]);
    const [limited, others] = [times(relay, 'limited'), times(relay, 'others')];
    const most = mostWithinASecond(limited);
    if (most > allowed(domainPerSecond)) broken.push(most);
    if (perSecond !== null && relay.record.mostMailFromsWithin(1_000) > allowed(perSecond))
      broken.push(relay.record.mostMailFromsWithin(1_000));
    expect(broken).toEqual([]);
    expect(used(limited.slice(domainPerSecond), domainPerSecond)).toBeGreaterThanOrEqual(0.97);
    // While both have work, the relay's limit is used too.
    if (perSecond !== null) {
      const all = relay.record.mailFromsMs.filter(
        (time) => time >= (others[perSecond] ?? 0) && time <= (others.at(-1) ?? 0),
      );
      expect(used(all, perSecond)).toBeGreaterThanOrEqual(0.97);
    }
    // The others did not wait.
    expect((others.at(-1) ?? 0) - (others[0] ?? 0)).toBeLessThan(0.85 * ((limited.at(-1) ?? 0) - (limited[0] ?? 0)));
    worker.kill('SIGTERM');
    await worker.outcome;
  },
);

test('a limit that is set and lifted while running holds from then on, and is shown by name', async () => {
  const relay = await world.relay({ record: 'digest' });
  const site = await world.site({ relay, settings: { RATE_PER_SECOND: '40' } });
  const everybody = affected(400);
  const sending = site.startSend(world.file(everybody));
  const campaign = await site.campaignOf(sending);
  await eventually(() => relay.record.accepted > 20, { timeoutMs: 30_000 });

  await site.run('rate', campaign, '2', '--domain', domain);
  const limitedAtMs = performance.now() + 1_000;
  await eventually(() => times(relay, 'limited').filter((time) => time > limitedAtMs).length >= 8, {
    timeoutMs: 30_000,
  });
  const liftedAtMs = performance.now();
  await site.run('rate', campaign, 'none', '--domain', domain);

  expect((await sending.outcome).code).toBe(0);
  expect(notExactlyOnce(relay, everybody)).toEqual([]);
  expect(
    mostWithinASecond(times(relay, 'limited').filter((time) => time > limitedAtMs && time < liftedAtMs)),
  ).toBeLessThanOrEqual(3);
  // Whoever waited for the domain went at the relay's rate.
  expect(times(relay, 'limited').filter((time) => time > liftedAtMs).length).toBeGreaterThan(8);
  expect(mostWithinASecond(relay.record.mailFromsMs)).toBeLessThanOrEqual(43);
  const { rows } = await site.ledger().query<{ named: number }>({
    text: 'select count(*) filter (where name is not null) as named from candor.domain_pace',
  });
  expect(rows).toEqual([{ named: 0 }]);
});
