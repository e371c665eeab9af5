// What somebody does who can write to the database: for every column of the schema it is said here whether it is bound, and
// each bound one is exchanged, copied, put back and forged, in a transaction that is rolled back. A column that is not
// listed fails the test.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { receiveUpload } from '../../../src/campaigns/receive-upload.ts';
import { readUpload } from '../../../src/campaigns/read-upload.ts';
import { hasReport, openReport } from '../../../src/campaigns/upload-report.ts';
import { uploadSource } from '../../../src/campaigns/upload-source.ts';
import type { CampaignNo, NoticeId } from '../../../src/domain/ids.ts';
import { problemOf } from '../../../src/ledger/bound-cells.ts';
import { sayMisfits, type Misfit } from '../../../src/ledger/bound-notices.ts';
import { misfitsOfPace } from '../../../src/ledger/bound-pace.ts';
import { misfitsInside, misfitsOfReplies } from '../../../src/ledger/check-campaign.ts';
import { readSlice } from '../../../src/ledger/claiming.ts';
import { correctAddress } from '../../../src/ledger/correcting.ts';
import type { Transaction } from '../../../src/ledger/database.ts';
import { cutSlices } from '../../../src/ledger/feeding.ts';
import { findAddress } from '../../../src/ledger/finding.ts';
import { createInboxStore } from '../../../src/ledger/inbox-letters.ts';
import { unlockLedger } from '../../../src/ledger/key-store.ts';
import { setLimit } from '../../../src/ledger/pace.ts';
import { setDomainLimit } from '../../../src/ledger/domain-pace.ts';
import { settleAttempts } from '../../../src/ledger/settling.ts';
import { findUpload, readProblems } from '../../../src/ledger/uploads.ts';
import {
  aCampaign,
  aLease,
  aRow,
  aSettlement,
  aSliceId,
  claimSome,
  createTestLedger,
  someTerms,
  type BuiltCampaign,
  type TestLedger,
} from '../../support/ledger.ts';

/** Tables that hold nothing sealed and nothing that decides who is told what; each with the reason. */
const freeTables: Readonly<Record<string, string>> = {
  api_token: 'digests of secrets, which nobody can make from the ledger',
  campaign_clock: 'information for people; the program does nothing about it',
  campaign_pulse: 'a curve',
  campaign_run: 'when a campaign ran; waits of retries depend on it',
  campaign_transition: 'the law of campaigns, which the program checks as well',
  closed_doubt: 'words of people about a doubt; nothing is sent for them',
  console_session: 'digests of secrets',
  event: 'takes inserts only; a record of its own',
  lease: 'who works; guards nothing about people',
  ledger_identity: 'which ledger and key; nothing is bound to it',
  operator: 'hashes of passwords',
  schema_version: 'the schema',
  tally: 'derived, and recounted',
  timeline: 'marks which ledger answered; each process compares them with what it remembers',
};

/** Columns that change while a campaign runs, or that others are checked against. */
const freeColumns: Readonly<Record<string, readonly string[]>> = {
  attempt: [
    'attempt_id',
    'notice_id',
    'campaign_no',
    'round',
    'lease_id',
    'address_version',
    'opened_at',
    'closed_at',
    'outcome',
    'stage',
    'rule',
    'charged',
    'reply_code',
    'enhanced_code',
    'reply_scrubbed',
    'late',
  ],
  campaign: [
    'state',
    'reason',
    'reason_detail',
    'reason_rule',
    'canary_until_id',
    'start_at',
    'created_at',
    'launched_at',
    'finished_at',
    'refusal_rule',
    'refusal_since',
    'refusals_seen_to',
    'refusal_reply',
    'denial_rule',
  ],
  data_key: ['made_at'],
  domain_pace: ['domain_no', 'next_slot_at'],
  former_address: ['campaign_no', 'replaced_at'],
  inbox_letter: ['received_at'],
  notice: [
    'state',
    'reason',
    'slice_id',
    'due_at',
    'round',
    'round_started_at',
    'attempt_count',
    'charged_count',
    'maybe_accepted',
    'auto_resent',
    'reply_code',
    'enhanced_code',
    'settled_at',
    'aside_no',
  ],
  relay_pace: [
    'throttled_per_second',
    'throttled_at',
    'throttle_rule',
    'next_slot_at',
    'unreachable_since',
    'taken_per_second',
    'refused_per_second',
    'slowed_at',
  ],
  upload: ['upload_no', 'state', 'actor', 'octets', 'rows_read', 'created_at', 'touched_at', 'campaign_no'],
  upload_chunk: ['upload_no'],
  upload_problem: ['upload_no', 'codes'],
};

/** What is tried on each bound column of a table: two rows of one campaign, and one of another. `key` tells rows apart. */
interface Attacked {
  readonly key: readonly string[];
  /** SQL conditions of the rows. */
  readonly one: () => string;
  readonly other: () => string;
  readonly foreign: () => string | null;
  /** What is found afterwards, said; empty: nothing. */
  readonly find: (tx: Transaction) => Promise<string>;
}

let ledger: TestLedger;
let campaign: BuiltCampaign;
let second: BuiltCampaign;
let uploads: [string, string];

beforeAll(async () => {
  ledger = await createTestLedger();
  const rows = (domain: string) => [
    aRow(2, { address: `one@${domain}`, name: 'Jane', categories: 1 }),
    aRow(3, { address: `two@${domain}`, name: 'Joan', categories: 2, locale: 'es' }),
    aRow(4, { address: `three@${domain}`, audience: 'unaffected', categories: 0, locale: 'id' }),
    aRow(5, { address: `four@${domain}`, categories: 4 }),
    aRow(6, { address: `four@${domain}`, categories: 8 }),
  ];
  campaign = await aCampaign(ledger, { rows: rows('example.org'), keepNames: true });
  second = await aCampaign(ledger, {
    rows: rows('example.com'),
    keepNames: true,
    terms: { kit: 'another-kit', relayIdentity: 'other.example:25', mailFrom: 'Other <other@example.com>' },
  });
  for (const built of [campaign, second]) await settleTwo(built);
  const { rows: notices } = await ledger.database.query<{ notice_id: NoticeId }>({
    text: 'select notice_id from candor.notice where campaign_no = $1 and row_no in (2, 3) order by row_no',
    values: [campaign.campaignNo],
  });
  for (const [index, { notice_id: noticeId }] of notices.entries())
    await ledger.database.transaction((tx) =>
      correctAddress(
        tx,
        ledger.keyring,
        { campaignNo: campaign.campaignNo, noticeId },
        { address: `new${index}@example.org`, key: `new${index}@example.org`, actor: 'tester' },
      ),
    );
  await ledger.database.transaction(async (tx) => {
    for (const [domain, perSecond] of [
      ['example.org', 3],
      ['example.net', 5],
    ] as const)
      await setDomainLimit(tx, ledger.keyring, someTerms().relayIdentity, { domain, perSecond });
    await setDomainLimit(tx, ledger.keyring, 'other.example:25', { domain: 'example.org', perSecond: 7 });
  });
  await setLimit(ledger.database, ledger.keyring, someTerms().relayIdentity, 10);
  await setLimit(ledger.database, ledger.keyring, 'other.example:25', 99);
  uploads = [await anUpload('a'), await anUpload('b')];
  const inbox = createInboxStore(ledger.database, ledger.keyring);
  for (const token of ['f'.repeat(32), null])
    await inbox.put({ receivedAt: new Date(), noticeToken: token, raw: Buffer.from(`Subject: ${token}\r\n\r\n`) });
});
afterAll(() => ledger.close());

/** A refused and a deferred letter, so that there are replies and notices that wait. */
async function settleTwo(built: BuiltCampaign): Promise<void> {
  const lease = await aLease(ledger);
  const claims = await claimSome(ledger, built.campaignNo, lease, 2);
  await settleAttempts(
    ledger.database,
    ledger.keyring,
    lease,
    claims.map((claim, index) =>
      aSettlement(claim, {
        outcome: 'refused',
        state: 'refused',
        reason: 'review',
        reply: `no ${index}`,
        replyScrubbed: 'no',
      }),
    ),
  );
}

async function anUpload(name: string): Promise<string> {
  const kit = { id: 'k', digest: '', locales: ['en'], defaultLocale: 'en' } as never;
  // Two chunks, and invalid rows.
  const lines = ['email,audience,city', `${name}@example.org,affected,x`, 'nobody,affected,', 'no one,affected,', ''];
  const padding = Array.from(
    { length: 12_000 },
    (_, row) => `${name}${row}@example.org,affected,${'y'.repeat(8)}\n`,
  ).join('');
  const id = await receiveUpload(ledger, {
    octets: (async function* () {
      yield Buffer.from(lines.join('\n') + padding);
    })(),
    fileName: `${name}.csv`,
    kit: 'k',
    actor: 'tester',
  });
  await readUpload(ledger, kit, id);
  return id;
}

const misfitsOf = async (tx: Transaction, campaignNo: CampaignNo): Promise<string> => {
  ledger.keyring.campaigns.clear();
  let misfits: Misfit[] = [];
  const error = await orError(async () => {
    misfits = await misfitsInside(tx, ledger.keyring, campaignNo);
    if (misfits.length === 0) misfits = await misfitsOfReplies(tx, ledger.keyring, campaignNo);
  });
  return `${sayMisfits(misfits)}${error}`;
};
const orError = async (work: () => Promise<unknown>): Promise<string> => {
  try {
    await work();
    return '';
  } catch (error) {
    return String(error);
  }
};

const inCampaign = (one: BuiltCampaign): string => `campaign_no = ${one.campaignNo}`;
const ofNotice = (one: BuiltCampaign, row: number): string =>
  `notice_id = (select notice_id from candor.notice where campaign_no = ${one.campaignNo} and row_no = ${row})`;

const attacked: Readonly<Record<string, Attacked>> = {
  notice: {
    key: ['notice_id'],
    one: () => `${inCampaign(campaign)} and row_no = 2`,
    other: () => `${inCampaign(campaign)} and row_no = 3`,
    foreign: () => `${inCampaign(second)} and row_no = 4`,
    find: (tx) => misfitsOf(tx, campaign.campaignNo),
  },
  former_address: {
    key: ['notice_id', 'address_version'],
    one: () => ofNotice(campaign, 2),
    other: () => ofNotice(campaign, 3),
    foreign: () => null,
    find: (tx) => misfitsOf(tx, campaign.campaignNo),
  },
  notice_address: {
    key: ['notice_id'],
    one: () => ofNotice(campaign, 4),
    other: () => ofNotice(campaign, 5),
    foreign: () => ofNotice(second, 4),
    find: (tx) => misfitsOf(tx, campaign.campaignNo),
  },
  letter: {
    key: ['campaign_no', 'audience', 'locale'],
    one: () => `${inCampaign(campaign)} and audience = 'affected' and locale = 'en'`,
    other: () => `${inCampaign(campaign)} and audience = 'unaffected' and locale = 'es'`,
    foreign: () => `${inCampaign(second)} and audience = 'unaffected' and locale = 'id'`,
    find: (tx) => misfitsOf(tx, campaign.campaignNo),
  },
  campaign: {
    key: ['campaign_no'],
    one: () => inCampaign(campaign),
    other: () => inCampaign(second),
    foreign: () => null,
    find: (tx) => misfitsOf(tx, campaign.campaignNo),
  },
  attempt: {
    key: ['attempt_id'],
    one: () =>
      `${inCampaign(campaign)} and attempt_id = (select min(attempt_id) from candor.attempt where ${inCampaign(campaign)})`,
    other: () =>
      `${inCampaign(campaign)} and attempt_id = (select max(attempt_id) from candor.attempt where ${inCampaign(campaign)})`,
    foreign: () => `attempt_id = (select max(attempt_id) from candor.attempt where ${inCampaign(second)})`,
    find: (tx) => misfitsOf(tx, campaign.campaignNo),
  },
  data_key: {
    key: ['name'],
    one: () => `name = 'campaign/${campaign.id}'`,
    other: () => `name = 'campaign/${second.id}'`,
    foreign: () => `name = 'ledger/seal'`,
    find: (tx) => misfitsOf(tx, campaign.campaignNo),
  },
  relay_pace: {
    key: ['relay_identity'],
    one: () => `relay_identity = '${someTerms().relayIdentity}'`,
    other: () => `relay_identity = 'other.example:25'`,
    foreign: () => null,
    find: async (tx) => sayMisfits(await misfitsOfPace(tx, ledger.keyring, someTerms().relayIdentity)),
  },
  domain_pace: {
    key: ['domain_no'],
    one: () => `relay_identity = '${someTerms().relayIdentity}' and name = 'example.org'`,
    other: () => `relay_identity = '${someTerms().relayIdentity}' and name = 'example.net'`,
    foreign: () => `relay_identity = 'other.example:25'`,
    find: async (tx) =>
      sayMisfits([
        ...(await misfitsOfPace(tx, ledger.keyring, someTerms().relayIdentity)),
        ...(await misfitsOfPace(tx, ledger.keyring, 'other.example:25')),
      ]),
  },
  upload: {
    key: ['upload_no'],
    one: () => `id = '${uploads[0]}'`,
    other: () => `id = '${uploads[1]}'`,
    foreign: () => null,
    find: uploadsFound,
  },
  upload_chunk: {
    key: ['upload_no', 'seq'],
    one: () => `upload_no = (select upload_no from candor.upload where id = '${uploads[0]}') and seq = 0`,
    other: () => `upload_no = (select upload_no from candor.upload where id = '${uploads[0]}') and seq = 1`,
    foreign: () => `upload_no = (select upload_no from candor.upload where id = '${uploads[1]}') and seq = 0`,
    find: uploadsFound,
  },
  upload_problem: {
    key: ['upload_no', 'row_no'],
    one: () => `upload_no = (select upload_no from candor.upload where id = '${uploads[0]}') and row_no = 3`,
    other: () => `upload_no = (select upload_no from candor.upload where id = '${uploads[0]}') and row_no = 4`,
    foreign: () => `upload_no = (select upload_no from candor.upload where id = '${uploads[1]}') and row_no = 3`,
    find: uploadsFound,
  },
  inbox_letter: {
    key: ['letter_id'],
    one: () => `letter_id = 1`,
    other: () => `letter_id = 2`,
    foreign: () => null,
    find: (tx) => orError(() => createInboxStore(tx, ledger.keyring).list({ limit: 9 })),
  },
};

async function uploadsFound(tx: Transaction): Promise<string> {
  return orError(async () => {
    for (const id of uploads) {
      const upload = await findUpload(tx, id);
      if (upload === null) throw new Error('upload-unknown');
      for await (const _ of uploadSource({ database: tx as never, keyring: ledger.keyring }, upload).open());
      if (hasReport(upload)) openReport(ledger.keyring, upload);
      for (const { rowNo, sealed } of await readProblems(tx, upload.uploadNo, { code: null, after: 0, limit: 9 }))
        ledger.keyring.open('upload_problem.sealed', problemOf(id, rowNo), sealed);
    }
  });
}

/** Does what somebody with all rights could, past triggers and references, looks, and rolls it back. */
async function attack(statements: readonly string[], find: (tx: Transaction) => Promise<string>): Promise<string> {
  let found = '';
  await ledger.database
    .transaction(async (tx) => {
      await tx.query({ text: 'set local session_replication_role = replica' });
      for (const { name } of await checksOf(tx)) await tx.query({ text: name });
      for (const text of statements) await tx.query({ text });
      found = await find(tx);
      throw new RangeError('rolled back');
    })
    .catch((error: unknown) => {
      if (!(error instanceof RangeError)) throw error;
    });
  ledger.keyring.campaigns.clear();
  return found;
}

/** Unique and check constraints go, too: somebody who owns the tables can take them away. */
async function checksOf(tx: Transaction): Promise<{ name: string }[]> {
  const { rows } = await tx.query<{ name: string }>({
    text: `select format('alter table %s drop constraint %I cascade', conrelid::regclass, conname) as name from pg_constraint
           where connamespace = 'candor'::regnamespace and contype in ('c', 'u', 'p') and conrelid <> 0
           order by contype desc`,
  });
  return rows;
}

interface Column {
  readonly table: string;
  readonly column: string;
}

async function columnsOf(): Promise<Column[]> {
  const { rows } = await ledger.database.query<Column>({
    text: `select table_name::text as table, column_name::text as column from information_schema.columns
           where table_schema = 'candor' order by 1, ordinal_position`,
  });
  return rows;
}

describe('every column of the schema', () => {
  it('is bound, or says why it need not be', async () => {
    const unknown = (await columnsOf()).filter(
      ({ table, column }) =>
        !(table in freeTables) && !(table in attacked) && !(freeColumns[table] ?? []).includes(column),
    );
    expect(unknown).toEqual([]);
  });

  it('fits as long as nobody changes it', async () => {
    for (const [table, { find }] of Object.entries(attacked))
      expect([table, await attack([], find)]).toEqual([table, '']);
  });

  it('is found when its value is that of another row, of another campaign, or forged', async () => {
    const bound = (await columnsOf()).filter(
      ({ table, column }) => table in attacked && !(freeColumns[table] ?? []).includes(column),
    );
    expect(bound.length).toBeGreaterThan(60);
    const missed: string[] = [];
    for (const { table, column } of bound) {
      const { one, other, foreign, find } = attacked[table]!;
      for (const [how, from] of [
        ['of another row', other()],
        ['of another campaign', foreign()],
      ] as const) {
        if (from === null || (await sameValue(table, column, one(), from))) continue;
        const text = `update candor.${table} set ${column} = (select ${column} from candor.${table} where ${from}) where ${one()}`;
        if ((await attack([text], find)) === '') missed.push(`${table}.${column}: ${how}`);
      }
      if (
        (await attack(
          [`update candor.${table} set ${column} = ${await forged(table, column)} where ${one()}`],
          find,
        )) === ''
      )
        missed.push(`${table}.${column}: forged`);
    }
    expect(missed).toEqual([]);
  }, 120_000);

  async function sameValue(table: string, column: string, one: string, other: string): Promise<boolean> {
    const { rows } = await ledger.database.query<{ same: boolean }>({
      text: `select (select ${column}::text from candor.${table} where ${one}) is not distinct from
                    (select ${column}::text from candor.${table} where ${other}) as same`,
    });
    return rows[0]!.same;
  }

  /** Another value of the same type. */
  async function forged(table: string, column: string): Promise<string> {
    const { rows } = await ledger.database.query<{ type: string }>({
      text: `select format_type(atttypid, atttypmod) as type from pg_attribute where attrelid = $1::regclass and attname = $2`,
      values: [`candor.${table}`, column],
    });
    const type = rows[0]!.type;
    if (type === 'bytea')
      return `set_byte(coalesce(${column}, decode(repeat('02', 80), 'hex')), 15, get_byte(coalesce(${column}, decode(repeat('02', 80), 'hex')), 15) # 1)`;
    if (type === 'boolean') return `not ${column}`;
    if (type.endsWith('audience'))
      return `(case when ${column} = 'affected' then 'unaffected' else 'affected' end)::candor.audience`;
    if (type === 'jsonb') return `coalesce(${column}, '{}') || '{"x": 1}'`;
    if (type.endsWith('[]')) return `${column} || 7::bigint`;
    if (type === 'text') return column === 'encoding' ? `'windows-1252'` : `coalesce(${column}, '') || 'x'`;
    return `coalesce(${column}, 0) + 1`;
  }
});

const findIt = (tx: Transaction): Promise<string> => misfitsOf(tx, campaign.campaignNo);

describe('somebody who can write to the database', () => {
  it.each(['subject', 'html', 'text', 'locale', 'digest'])(
    'cannot change the %s of a letter behind its columns',
    async (field) => {
      const change = `update candor.letter set compiled = jsonb_set(compiled, '{${field}}', '"Call +1 555 0100"') where ${attacked['letter']!.one()}`;
      expect(await attack([change], findIt)).toContain('letter, row affected in en');
    },
  );

  const rowsOf = (row: number): string => `${inCampaign(campaign)} and row_no = ${row}`;
  const exchange = (columns: readonly string[]): string[] => [
    `create temporary table kept on commit drop as select row_no, ${columns.join(', ')} from candor.notice where ${inCampaign(campaign)}`,
    ...(
      [
        [4, 5],
        [5, 4],
      ] as const
    ).map(
      ([row, from]) =>
        `update candor.notice n set ${columns.map((column) => `${column} = k.${column}`).join(', ')} from kept k where n.campaign_no = ${campaign.campaignNo} and n.row_no = ${row} and k.row_no = ${from}`,
    ),
  ];

  it.each([
    ['the addresses', ['address_sealed']],
    ['the addresses with their hashes', ['address_sealed', 'address_hash']],
    ['the addresses with hashes and MACs', ['address_sealed', 'address_hash', 'mac']],
    ['the audiences with the kinds of data', ['audience', 'categories']],
    [
      'everything but the number',
      ['address_sealed', 'address_hash', 'mac', 'audience', 'categories', 'locale', 'name_sealed'],
    ],
  ])('cannot exchange %s of two notices', async (_, columns) => {
    const said = await attack(exchange(columns), findIt);
    expect(said).toMatch(/row 4 /);
    expect(said).toMatch(/row 5 /);
  });

  it('cannot put an earlier address back, with its hash, version and MAC, nor hide it', async () => {
    const earlier = await ledger.database.transaction(async (tx) => {
      const { rows } = await tx.query<Record<string, string>>({
        text: `select encode(address_hash, 'hex') as hash, encode(address_sealed, 'hex') as sealed, encode(mac, 'hex') as mac, address_version::text as version
               from candor.notice where ${rowsOf(4)}`,
      });
      return rows[0]!;
    });
    const noticeId = await idOf(4);
    await ledger.database.transaction((tx) =>
      correctAddress(
        tx,
        ledger.keyring,
        { campaignNo: campaign.campaignNo, noticeId },
        { address: 'later@example.org', key: 'later@example.org', actor: 'tester' },
      ),
    );
    const back = `update candor.notice set address_hash = '\\x${earlier['hash']}', address_sealed = '\\x${earlier['sealed']}', mac = '\\x${earlier['mac']}', address_version = ${earlier['version']} where ${rowsOf(4)}`;
    expect(await attack([back], findIt)).toContain('an earlier address was put back');
    const without = `delete from candor.former_address where notice_id = ${noticeId}`;
    expect(await attack([without], findIt)).toContain('the address that it had before is missing');
  });

  it('cannot undo a correction, with all that it left in other tables', async () => {
    const noticeId = await idOf(4);
    const undo = [
      `update candor.notice n set address_hash = f.address_hash, address_version = f.address_version, mac = n.mac
       from candor.former_address f where f.notice_id = n.notice_id and n.notice_id = ${noticeId}`,
      `delete from candor.former_address where notice_id = ${noticeId}`,
    ];
    expect(await attack(undo, findIt)).not.toBe('');
    expect(await attack([undo[1]!], findIt)).toMatch(/missing|corrections are on record/);
  });

  it('cannot put an earlier rate back with its MAC', async () => {
    const relay = someTerms().relayIdentity;
    const { rows } = await ledger.database.query<{ mac: string; per_second: number; number: number }>({
      text: `select encode(limit_mac, 'hex') as mac, limit_per_second as per_second, limit_no as number from candor.relay_pace where relay_identity = $1`,
      values: [relay],
    });
    const { mac, per_second: perSecond, number } = rows[0]!;
    await ledger.database.transaction((tx) => setLimit(tx, ledger.keyring, relay, 1));
    const back = `update candor.relay_pace set limit_per_second = ${perSecond}, limit_mac = '\\x${mac}', limit_no = ${number} where relay_identity = '${relay}'`;
    const find = async (tx: Transaction): Promise<string> => sayMisfits(await misfitsOfPace(tx, ledger.keyring, relay));
    expect(await attack([], find)).toBe('');
    expect(await attack([back], find)).toContain('an earlier rate was put back');
  });

  it('cannot take a notice out, add one, or move one to another campaign', async () => {
    expect(await attack([`delete from candor.notice where ${rowsOf(5)}`], findIt)).toContain('stand where');
    const copy = `insert into candor.notice (notice_id, campaign_no, address_hash, address_sealed, audience, categories, row_no, locale, mac)
                  select notice_id + 100, campaign_no, address_hash, address_sealed, audience, categories, row_no, locale, mac from candor.notice where ${rowsOf(5)}`;
    expect(await attack([copy], findIt)).not.toBe('');
    expect(
      await attack(
        [`update candor.notice set campaign_no = ${campaign.campaignNo} where ${inCampaign(second)} and row_no = 5`],
        findIt,
      ),
    ).not.toBe('');
  });

  it('cannot keep `find` from knowing somebody', async () => {
    expect(await attack([`delete from candor.notice_address where notice_id = ${await idOf(5)}`], findIt)).toContain(
      'notice_address',
    );
  });

  it('gets no answer from find, and no letter from a slice, for what was changed', async () => {
    const sliceId = aSliceId();
    await cutSlices(ledger.database, campaign.campaignNo, { ids: [sliceId], size: 9 });
    const flip = `update candor.notice set categories = 1 where ${inCampaign(campaign)} and row_no in (4, 5)`;
    let slice: Awaited<ReturnType<typeof readSlice>> | null = null;
    const said = await attack([flip], async (tx) => {
      slice = await readSlice(tx, ledger.keyring, sliceId);
      return orError(() => findAddress(tx, ledger.keyring, 'later@example.org'));
    });
    expect(said).toContain('The ledger is not as Candor wrote it: notice, row 4');
    expect(slice).toMatchObject({
      notices: [],
      changed: { campaignNo: campaign.campaignNo, misfits: [{ table: 'notice' }] },
    });
  });

  it('cannot give the ledger a key of their own', async () => {
    const said = await attack(
      [
        `update candor.data_key set wrapped = (select wrapped from candor.data_key where name = 'ledger/mac') where name = 'ledger/seal'`,
      ],
      (tx) => orError(() => unlockLedger(tx, ledger.keyring)),
    );
    await unlockLedger(ledger.database, ledger.keyring);
    expect(said).toContain('sealed value');
  });

  async function idOf(row: number): Promise<NoticeId> {
    const { rows } = await ledger.database.query<{ notice_id: NoticeId }>({
      text: `select notice_id from candor.notice where ${rowsOf(row)}`,
    });
    return rows[0]!.notice_id;
  }
});
