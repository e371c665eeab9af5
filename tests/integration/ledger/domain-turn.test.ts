// Turns of limited domains: the relay's slot, the domain's slot and a notice that waits, or nothing of the three.
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { DomainTurn } from '../../../src/domain/domain-turn.ts';
import type { CampaignNo, SliceId } from '../../../src/domain/ids.ts';
import { moveCampaign } from '../../../src/ledger/campaigns.ts';
import {
  readDomainLimits,
  readDomainPaces,
  setAside,
  setDomainLimit,
  setDomainLimits,
} from '../../../src/ledger/domain-pace.ts';
import { takeDomainTurn } from '../../../src/ledger/domain-turn.ts';
import { cutSlices, queuedSlices } from '../../../src/ledger/feeding.ts';
import { setLimit, takeSlots } from '../../../src/ledger/pace.ts';
import { aCampaign, aSliceId, createTestLedger, type TestLedger } from '../../support/ledger.ts';

let ledger: TestLedger;
let nth = 0;
beforeAll(async () => {
  ledger = await createTestLedger();
});
afterAll(() => ledger.close());

const gapAt = (perSecond: number): number => 1000 / (perSecond * 0.98);

/** A relay with a limited domain, and a campaign whose notices all wait for it. */
async function waiting(
  notices: number,
  limits: { relay: number | null; domain: number },
): Promise<{ relay: string; campaignNo: CampaignNo; domainNo: number }> {
  nth += 1;
  const relay = `turns${nth}.example:25`;
  const { campaignNo } = await aCampaign(ledger, { notices, terms: { relayIdentity: relay } });
  await setLimit(ledger.database, ledger.keyring, relay, limits.relay);
  await ledger.database.transaction((tx) =>
    setDomainLimits(tx, ledger.keyring, relay, [{ domain: 'slow.example', perSecond: limits.domain }]),
  );
  const domainNo = (await readDomainPaces(ledger.database, relay))[0]!.domainNo;
  const [slice] = await cutSlices(ledger.database, campaignNo, { ids: [aSliceId()], size: notices });
  await setAside(
    ledger.database,
    slice!.sliceId,
    slice!.noticeIds.map((noticeId) => ({ noticeId, domainNo })),
  );
  return { relay, campaignNo, domainNo };
}

const take = (
  of: { relay: string; domainNo: number },
  changes: { most?: number; spareMs?: number; sliceId?: SliceId } = {},
): Promise<DomainTurn> =>
  takeDomainTurn(ledger.database, of.relay, {
    domainNo: of.domainNo,
    most: 10,
    earliestMs: 0,
    latestMs: 1e6,
    spareMs: 0,
    sliceId: aSliceId(),
    ...changes,
  });

it('a turn takes one slot of each and the first notice that waits', async () => {
  const of = await waiting(3, { relay: 100, domain: 10 });
  const sliceId = aSliceId();
  expect(await take(of, { sliceId })).toMatchObject({ count: 1, relayGapMs: gapAt(100), domainGapMs: gapAt(10) });
  expect(await queuedSlices(ledger.database, of.relay)).toEqual([]);
  expect(await queuedSlices(ledger.database, of.relay, 'in turns')).toEqual([sliceId]);
  // The domain's next slot is not there yet: the relay's stays free.
  const before = await take(of);
  expect(before.count).toBe(0);
  expect(before.domainInMs).toBeGreaterThan(gapAt(10) - 60);
  const { firstInMs } = await takeSlots(ledger.database, of.relay, 1, { earliestMs: -1_000, latestMs: 1e6 });
  expect(firstInMs).toBeLessThan(gapAt(100));
});

it('tells a campaign how many of its notices wait, and no other', async () => {
  const of = await waiting(3, { relay: 100, domain: 10 });
  const other = await aCampaign(ledger, { notices: 2, terms: { relayIdentity: of.relay } });
  await take(of);
  expect(await readDomainLimits(ledger.database, of.relay, of.campaignNo)).toEqual([
    { domain: 'slow.example', perSecond: 10, notices: 2 },
  ]);
  expect(await readDomainLimits(ledger.database, of.relay, other.campaignNo)).toEqual([
    { domain: 'slow.example', perSecond: 10, notices: 0 },
  ]);
});

it('takes as many as the domain has fallen behind, at the relay’s pace', async () => {
  const of = await waiting(20, { relay: 100, domain: 50 });
  await ledger.database.query({
    text: `update candor.domain_pace set next_slot_at = now() - interval '1 hour' where domain_no = $1`,
    values: [of.domainNo],
  });
  // 40 ms behind, and 10 ms more with each slot of the relay that it uses.
  expect((await take(of, { spareMs: 40 })).count).toBe(Math.floor(40 / (gapAt(50) - gapAt(100))) + 1);
});

it('moves nothing when no notice waits', async () => {
  const of = await waiting(1, { relay: 100, domain: 10 });
  await moveCampaign(ledger.database, of.campaignNo, ['running'], { to: 'paused', actor: 'tester', reason: null });
  expect((await take(of)).count).toBe(0);
  await moveCampaign(ledger.database, of.campaignNo, ['paused'], { to: 'running', actor: 'tester', reason: null });
  expect((await take(of)).count).toBe(1);
});

it('never gives two takers the same notice, nor more than the domain’s limit', async () => {
  const of = await waiting(200, { relay: null, domain: 50 });
  const turns = await Promise.all(Array.from({ length: 20 }, () => take(of, { most: 10, spareMs: 0 })));
  expect(turns.reduce((sum, { count }) => sum + count, 0)).toBe(200);
  const starts = turns
    .flatMap((turn) =>
      Array.from(
        { length: turn.count },
        (_, index) => turn.askedAtMs + turn.domainInMs + index * (turn.domainGapMs ?? 0),
      ),
    )
    .toSorted((a, b) => a - b);
  for (const [index, start] of starts.entries())
    if (index > 0) expect(start - starts[index - 1]!).toBeGreaterThan(gapAt(50) - 0.1);
});

it('what waits aside is passed over by the feeder, and goes when the limit is lifted', async () => {
  const of = await waiting(4, { relay: 100, domain: 10 });
  const cut = () => cutSlices(ledger.database, of.campaignNo, { ids: [aSliceId()], size: 10 });
  expect(await cut()).toEqual([]);
  expect(await readDomainPaces(ledger.database, of.relay)).toMatchObject([
    { domain: 'slow.example', perSecond: 10, waiting: true },
  ]);
  await ledger.database.transaction((tx) =>
    setDomainLimit(tx, ledger.keyring, of.relay, { domain: 'slow.example', perSecond: null }),
  );
  expect(await readDomainPaces(ledger.database, of.relay)).toEqual([]);
  expect((await take(of)).domainGapMs).toBeNull();
  expect((await cut())[0]?.noticeIds).toHaveLength(4);
});
