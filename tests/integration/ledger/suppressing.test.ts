// Who is left out of a launch because another campaign has told them: only whoever was told as much.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RecipientRow } from '../../../src/domain/recipient-row.ts';
import { stageHashes } from '../../../src/ledger/importing.ts';
import { campaignKeys, incidentHash } from '../../../src/ledger/key-store.ts';
import { countTold, leaveOutTold, readExcepted } from '../../../src/ledger/suppressing.ts';
import type { LeftOut } from '../../../src/domain/left-out.ts';
import {
  aCampaign,
  aRow,
  createTestLedger,
  someTerms,
  type BuiltCampaign,
  type TestLedger,
} from '../../support/ledger.ts';
import { rebind } from '../../support/rebind.ts';

let ledger: TestLedger;
beforeAll(async () => {
  ledger = await createTestLedger();
});
afterAll(() => ledger.close());

const name = 0b1;
const city = 0b1000;
const affected = (address: string, categories: number): Partial<RecipientRow> => ({ address, categories });
const unaffected = (address: string): Partial<RecipientRow> => ({ address, categories: 0, audience: 'unaffected' });
const rowsOf = (rows: readonly Partial<RecipientRow>[]): RecipientRow[] =>
  rows.map((row, index) => aRow(index + 2, row));

/** A campaign all of whose notices are accepted, but those to the addresses named with another end. */
async function told(
  rows: readonly Partial<RecipientRow>[],
  { rehearsal = false, ends = {} }: { rehearsal?: boolean; ends?: Record<string, string> } = {},
): Promise<BuiltCampaign> {
  const built = await aCampaign(ledger, { rows: rowsOf(rows), terms: { rehearsal } });
  const settle = async (state: string, hash: Buffer | null): Promise<void> => {
    for (const [from, to] of [
      ['pending', 'queued'],
      ['queued', 'sending'],
      ['sending', state],
    ])
      await ledger.database.query({
        text: `update candor.notice set state = $3::candor.notice_state, slice_id = case when $3 = 'queued' then gen_random_uuid() end,
                 reason = case when $3 in ('refused', 'unconfirmed') then 'review' end,
                 settled_at = case when $3 in ('queued', 'sending') then null else now() end
               where campaign_no = $1 and state = $2::candor.notice_state and ($4::bytea is null or address_hash = $4)`,
        values: [built.campaignNo, from, to, hash],
      });
  };
  const keys = await campaignKeys(ledger.database, ledger.keyring, built.campaignNo);
  for (const [address, state] of Object.entries(ends)) await settle(state, keys.hashAddress(address));
  await settle('accepted', null);
  return built;
}

/** What a plan says of these rows, and what a launch then does: who is left out, by address. */
async function except(
  rows: readonly Partial<RecipientRow>[],
  earlier: readonly BuiltCampaign[],
  { rehearsal = false, incident = someTerms().kit }: { rehearsal?: boolean; incident?: string } = {},
): Promise<{ account: LeftOut; out: string[]; built: BuiltCampaign }> {
  const campaigns = await readExcepted(
    ledger.database,
    earlier.map(({ id }) => id),
  );
  const planned = await ledger.database.transaction(async (tx) => {
    const hash = await incidentHash(tx, ledger.keyring, incident);
    await stageHashes(tx, hash, batch(rowsOf(rows)));
    return countTold(tx, ledger.keyring, campaigns, { rehearsal, incident, hash });
  });
  const built = await aCampaign(ledger, { rows: rowsOf(rows), state: 'ready', terms: { rehearsal, kit: incident } });
  const account = await ledger.database.transaction((tx) =>
    leaveOutTold(tx, ledger.keyring, built.campaignNo, campaigns, { actor: 'tester', rehearsal, incident }),
  );
  expect(planned).toEqual(account);
  const { rows: left } = await ledger.database.query<{ address_hash: Buffer; address_sealed: Buffer; reason: string }>({
    text: `select address_hash, address_sealed, reason from candor.notice where campaign_no = $1 and state = 'suppressed' order by notice_id`,
    values: [built.campaignNo],
  });
  expect(left.every(({ reason }) => reason === 'told-before')).toBe(true);
  const keys = await campaignKeys(ledger.database, ledger.keyring, built.campaignNo);
  const out = left.map((row) => keys.open('notice.address_sealed', row.address_hash, row.address_sealed));
  return { account, out, built };
}

async function* batch(rows: readonly RecipientRow[]): AsyncGenerator<readonly RecipientRow[]> {
  yield rows;
}

describe('a launch that names an earlier campaign', () => {
  it.each([
    ['the same', affected('a@example.org', name), affected('a@example.org', name), true],
    ['more than is true now', affected('a@example.org', name | city), affected('a@example.org', city), true],
    ['in another spelling', affected('A@EXAMPLE.org', name), affected('a@example.org', name), true],
    ['fewer kinds of data', affected('a@example.org', name), affected('a@example.org', name | city), false],
    ['other kinds of data', affected('a@example.org', name), affected('a@example.org', city), false],
    ['not affected, and is', unaffected('a@example.org'), affected('a@example.org', 0), false],
    ['affected, and is not', affected('a@example.org', name), unaffected('a@example.org'), false],
    ['not affected twice', unaffected('a@example.org'), unaffected('a@example.org'), true],
  ])('told %s', async (_, before, now, leftOut) => {
    const { account, out } = await except([now, affected('new@example.org', name)], [await told([before])]);
    expect(out).toEqual(leftOut ? [now.address] : []);
    expect(account).toMatchObject({ leftOut: leftOut ? 1 : 0, toldTooLittle: leftOut ? 0 : 1 });
  });

  it('goes by what the merge made of the rows, before and now', async () => {
    const november = await told([affected('a@example.org', name), affected('a@example.org', city)]);
    const both = [affected('a@example.org', city), affected('a@example.org', name), unaffected('a@example.org')];
    expect((await except(both, [november])).out).toEqual(['a@example.org']);
    const { account } = await except([...both, affected('a@example.org', 0b100)], [november]);
    expect(account).toMatchObject({ leftOut: 0, toldTooLittle: 1 });
  });

  it.each(['refused', 'unconfirmed'])('counts nobody as told whose notice is %s', async (state) => {
    const november = await told([affected('a@example.org', name)], { ends: { 'a@example.org': state } });
    const { account } = await except([affected('a@example.org', name)], [november]);
    expect(account).toMatchObject({ leftOut: 0, toldTooLittle: 0 });
  });

  it('knows whom another incident has told, although its addresses are hashed with another key', async () => {
    const november = await told([affected('a@example.org', name), affected('B@Example.org', name)]);
    const december = [
      affected('A@example.org', name),
      affected('b@example.org', name | city),
      affected('c@example.org', name),
    ];
    const { account, out } = await except(december, [november], { incident: 'another-incident' });
    expect(account).toMatchObject({ leftOut: 1, toldTooLittle: 1 });
    expect(out).toEqual(['A@example.org']);
  });

  it('does not silence anybody on the word of a campaign that was changed', async () => {
    const november = await told([affected('a@example.org', 0), affected('b@example.org', 0)]);
    await ledger.database.query({
      text: 'update candor.notice set categories = $2 where campaign_no = $1',
      values: [november.campaignNo, name],
    });
    await expect(except([affected('a@example.org', name)], [november])).rejects.toMatchObject({
      code: 'record-changed',
    });
  });

  it('counts a rehearsal for nothing, but in a rehearsal', async () => {
    const rows = [affected('a@example.org', name)];
    const rehearsed = await told(rows, { rehearsal: true });
    expect((await except(rows, [rehearsed])).account).toMatchObject({ leftOut: 0, rehearsals: [rehearsed.id] });
    expect((await except(rows, [rehearsed], { rehearsal: true })).account).toMatchObject({
      leftOut: 1,
      rehearsals: [],
    });
  });

  it('takes each of several by itself: two letters that tell half each have told nobody the whole', async () => {
    const one = await told([affected('a@example.org', name), affected('b@example.org', name)]);
    const other = await told([affected('a@example.org', city), affected('b@example.org', name | city)]);
    const { account, out } = await except(
      [affected('a@example.org', name | city), affected('b@example.org', name | city)],
      [one, other],
    );
    expect(out).toEqual(['b@example.org']);
    expect(account).toMatchObject({ leftOut: 1, toldTooLittle: 1 });
  });

  it('believes a notice that was left out as told before only as far as the letter that told', async () => {
    const november = await told([affected('a@example.org', name), affected('b@example.org', name)]);
    const december = await except([affected('a@example.org', name)], [november]);
    expect(december.out).toEqual(['a@example.org']);
    // b was no recipient in December: naming December says nothing of b.
    const january = [affected('a@example.org', name), affected('b@example.org', name)];
    expect((await except(january, [december.built])).out).toEqual(['a@example.org']);
    const { account } = await except([affected('a@example.org', name | city)], [december.built]);
    expect(account).toMatchObject({ leftOut: 0, toldTooLittle: 1 });
  });

  it('does not believe what an older version left out, whatever it had been told', async () => {
    const november = await told([unaffected('a@example.org')]);
    const old = await except([unaffected('a@example.org')], [november]);
    // As that version did: the verdict of the second file was never told.
    await ledger.database.query({
      text: `update candor.notice set audience = 'affected', categories = 1 where campaign_no = $1`,
      values: [old.built.campaignNo],
    });
    await rebind(ledger, old.built.campaignNo);
    const { account } = await except([affected('a@example.org', name)], [old.built]);
    expect(account).toMatchObject({ leftOut: 0, toldTooLittle: 1 });
  });
});
