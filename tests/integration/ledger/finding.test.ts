// One address, over all campaigns: what the ledger knows of it.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hashesOfAddress } from '../../../src/ledger/key-store.ts';
import { giveBackClaims } from '../../../src/ledger/claiming.ts';
import { cutSlices } from '../../../src/ledger/feeding.ts';
import { findAddress } from '../../../src/ledger/finding.ts';
import { settleAttempts } from '../../../src/ledger/settling.ts';
import {
  aCampaign,
  aLease,
  aRow,
  aSettlement,
  claimSome,
  createTestLedger,
  type TestLedger,
} from '../../support/ledger.ts';

let ledger: TestLedger;
beforeAll(async () => {
  ledger = await createTestLedger();
});
afterAll(() => ledger.close());

const find = (key: string) => findAddress(ledger.database, ledger.keyring, key);

describe('finding an address', () => {
  it('tells of every campaign, newest first, with all attempts and scrubbed replies', async () => {
    const rows = [aRow(2, { address: 'Ana@Example.org', key: 'ana@example.org', locale: 'es' })];
    const first = await aCampaign(ledger, { rows });
    const lease = await aLease(ledger);
    const given = await claimSome(ledger, first.campaignNo, lease, 1);
    await giveBackClaims(
      ledger.database,
      lease,
      given.map((claim) => claim.noticeId),
    );
    const [deferred] = await claimSome(ledger, first.campaignNo, lease, 1);
    await settleAttempts(ledger.database, ledger.keyring, lease, [
      aSettlement(deferred!, {
        outcome: 'deferred',
        state: 'deferred',
        retryAfterMs: 0,
        replyCode: 450,
        enhancedCode: '4.2.1',
        reply: 'Ana@Example.org is busy',
        replyScrubbed: '<address> is busy',
      }),
    ]);
    const [accepted] = await claimSome(ledger, first.campaignNo, lease, 1);
    await settleAttempts(ledger.database, ledger.keyring, lease, [aSettlement(accepted!)]);
    const second = await aCampaign(ledger, { rows, state: 'ready', terms: { rehearsal: true } });

    const found = await find('ana@example.org');
    expect(found.map((notice) => [notice.campaign, notice.state, notice.rehearsal])).toEqual([
      [second.id, 'pending', true],
      [first.id, 'accepted', false],
    ]);
    expect(found[1]).toMatchObject({
      kit: 'sample-kit',
      audience: 'affected',
      locale: 'es',
      subject: 'About your account (affected, es)',
      maybeAccepted: false,
    });
    expect(
      found[1]!.attempts.map(({ outcome, replyCode, enhancedCode, reply }) => ({
        outcome,
        replyCode,
        enhancedCode,
        reply,
      })),
    ).toEqual([
      { outcome: 'deferred', replyCode: 450, enhancedCode: '4.2.1', reply: '<address> is busy' },
      { outcome: 'accepted', replyCode: 250, enhancedCode: '2.0.0', reply: '2.0.0 Ok: queued' },
    ]);
    expect(found[1]!.attempts.every((attempt) => attempt.settledAt !== null && attempt.settledAt >= attempt.at)).toBe(
      true,
    );
  });

  it('knows nothing of an address that is in no campaign', async () => {
    expect(await find('nobody@example.net')).toEqual([]);
  });

  it('does not see an import that is still running', async () => {
    await ledger.database.transaction(async (tx) => {
      await aCampaign(
        { ...ledger, database: { ...ledger.database, transaction: (work) => work(tx) } },
        { rows: [aRow(2, { address: 'soon@example.org' })], state: 'ready' },
      );
      expect(await find('soon@example.org')).toEqual([]);
    });
    expect(await find('soon@example.org')).toHaveLength(1);
  });

  it('uses the index whatever the number of notices', async () => {
    const { campaignNo } = await aCampaign(ledger, { notices: 5_000, domain: 'example.net' });
    await cutSlices(ledger.database, campaignNo, { ids: [], size: 1 });
    await ledger.database.query({ text: 'analyze candor.notice_address' });
    const { rows } = await ledger.database.query<Record<string, string>>({
      text: 'explain select from candor.notice_address where address_hash = $1',
      values: [(await hashesOfAddress(ledger.database, ledger.keyring, 'person1@example.net'))[0]],
    });
    expect(rows.map((row) => row['QUERY PLAN']).join('\n')).toContain('notice_once_per_address');
  });
});
