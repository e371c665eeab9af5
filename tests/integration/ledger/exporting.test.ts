// The export: every notice and attempt, as files for their owner only, whole or not at all.
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { csvLines } from '../../../src/campaigns/export-csv.ts';
import { exportCampaign, type ExportRequest } from '../../../src/campaigns/export-campaign.ts';
import { giveBackClaims } from '../../../src/ledger/claiming.ts';
import { readEvents } from '../../../src/ledger/events.ts';
import { settleAttempts } from '../../../src/ledger/settling.ts';
import {
  aCampaign,
  aLease,
  aSettlement,
  claimSome,
  createTestLedger,
  type BuiltCampaign,
  type TestLedger,
} from '../../support/ledger.ts';

let ledger: TestLedger;
let campaign: BuiltCampaign;
let parent: string;
let out: string;

beforeAll(async () => {
  ledger = await createTestLedger();
  campaign = await aCampaign(ledger, { notices: 2_500, unaffectedEvery: 10, policy: 'keep' });
  const lease = await aLease(ledger);
  const claims = await claimSome(ledger, campaign.campaignNo, lease, 4);
  await settleAttempts(ledger.database, ledger.keyring, lease, [
    aSettlement(claims[0]!, { replyScrubbed: '=cmd|calc' }),
    aSettlement(claims[1]!, {
      outcome: 'refused',
      state: 'refused',
      reason: 'no-such-mailbox',
      replyCode: 550,
      enhancedCode: '5.1.1',
      replyScrubbed: 'no <address> "here",\r\nsorry',
    }),
    aSettlement(claims[2]!, {
      outcome: 'unconfirmed',
      state: 'unconfirmed',
      reason: 'no-reply',
      replyCode: null,
      enhancedCode: null,
      reply: null,
      replyScrubbed: null,
    }),
  ]);
  await giveBackClaims(ledger.database, lease, [claims[3]!.noticeId]);
});
afterAll(() => ledger.close());

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'candor-export-'));
  out = join(parent, 'proof');
});
afterEach(() => rm(parent, { recursive: true, force: true }));

const run = (changes: Partial<ExportRequest> = {}) =>
  exportCampaign(ledger, { campaign: campaign.id, out, withAddresses: false, actor: 'tester', ...changes });
const table = async (name: string): Promise<Record<string, string>[]> =>
  parse(await readFile(join(out, name)), { columns: true });
const lines = async (name: string): Promise<Record<string, unknown>[]> =>
  (await readFile(join(out, name), 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe('an export', () => {
  it('has every notice and every attempt, in CSV and NDJSON alike', async () => {
    expect((await run()).notices).toBe(2_500);
    const [csv, ndjson, attempts] = [
      await table('notices.csv'),
      await lines('notices.ndjson'),
      await table('attempts.csv'),
    ];
    expect(csv).toHaveLength(2_500);
    expect(csv.map((row) => row['notice'])).toEqual(ndjson.map((record) => record['notice']));
    expect(new Set(csv.map((row) => row['message_id'])).size).toBe(2_500);
    expect(csv[1]).toMatchObject({
      state: 'refused',
      reason: 'no-such-mailbox',
      reply_code: '550',
      enhanced_code: '5.1.1',
      attempts: '1',
      maybe_accepted: 'false',
      audience: 'affected',
      categories: 'name',
    });
    expect(csv[1]!['message_id']).toBe(`<${csv[1]!['notice']}@example.org>`);
    expect(csv[2]).toMatchObject({ state: 'unconfirmed', maybe_accepted: 'true', reply: '' });
    expect(csv[3]).toMatchObject({ state: 'pending', attempts: '0' });
    expect(attempts.map((row) => row['outcome'])).toEqual(['accepted', 'refused', 'unconfirmed', 'given-back']);
    expect(ndjson[1]).toMatchObject({
      attempts: [{ outcome: 'refused', reply: 'no <address> "here",\r\nsorry', charged: true, late: false }],
    });
    expect(csv.filter((row) => row['audience'] === 'unaffected')).toHaveLength(250);
  });

  it('marks what a spreadsheet would run, and keeps the original in the NDJSON', async () => {
    await run();
    expect((await table('attempts.csv'))[0]!['reply']).toBe(`'=cmd|calc`);
    expect((await lines('notices.ndjson'))[0]).toMatchObject({ attempts: [{ reply: '=cmd|calc' }] });
  });

  it('has the account, the terms, the letters as frozen, the events, and a sum of every file', async () => {
    const { files } = await run();
    const account = JSON.parse(await readFile(join(out, 'campaign.json'), 'utf8')) as Record<string, unknown>;
    expect(account).toMatchObject({
      states: 'all',
      withAddresses: false,
      summary: { campaign: campaign.id, notices: 2_500, states: { accepted: 1 } },
      terms: { mailFrom: 'Notices <notice@example.org>', fileSha256: expect.any(String) as string },
    });
    expect(await readFile(join(out, 'letters/affected.en.html'), 'utf8')).toBe('<p>affected</p>');
    expect((await readdir(join(out, 'letters'))).toSorted()).toHaveLength(18);
    expect((await lines('events.ndjson')).map((event) => event['kind'])).toContain('imported');
    const sums = (await readFile(join(out, 'SHA256SUMS'), 'utf8'))
      .trimEnd()
      .split('\n')
      .map((line) => line.split('  ') as [string, string]);
    expect(sums).toHaveLength(files.length - 1);
    for (const [sum, path] of sums)
      expect(
        createHash('sha256')
          .update(await readFile(join(out, path)))
          .digest('hex'),
      ).toBe(sum);
  });

  it('is for its owner only', async () => {
    const { files } = await run();
    expect((await stat(out)).mode & 0o777).toBe(0o700);
    for (const file of files) expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it('holds no address unless it is asked for, and then the ledger says who asked', async () => {
    await run();
    for (const name of ['notices.csv', 'notices.ndjson', 'attempts.csv', 'campaign.json', 'events.ndjson'])
      expect(await readFile(join(out, name), 'utf8')).not.toContain('person1@');
    const kinds = async (): Promise<string[]> =>
      (await readEvents(ledger.database, campaign.campaignNo)).map((event) => event.kind);
    expect(await kinds()).not.toContain('exported-with-addresses');
    await rm(out, { recursive: true });
    await run({ withAddresses: true, states: ['refused', 'unconfirmed'] });
    expect((await table('notices.csv')).map((row) => row['address'])).toEqual([
      'person2@example.org',
      'person3@example.org',
    ]);
    expect((await readEvents(ledger.database, campaign.campaignNo)).at(-1)).toMatchObject({
      kind: 'exported-with-addresses',
      actor: 'tester',
      data: { states: ['refused', 'unconfirmed'] },
    });
  });

  it('takes the place of an empty folder, and of nothing else', async () => {
    await mkdir(out);
    await run();
    await expect(run()).rejects.toMatchObject({ code: 'output-exists' });
    await writeFile(join(parent, 'file'), 'x');
    await expect(run({ out: join(parent, 'file') })).rejects.toMatchObject({ code: 'output-exists' });
    await expect(run({ out: join(parent, 'file', 'below') })).rejects.toMatchObject({ code: 'output-exists' });
  });

  it('leaves nothing behind when it fails', async () => {
    await expect(run({ campaign: 'nosuchid' })).rejects.toMatchObject({ code: 'campaign-unknown' });
    const failing = {
      ...ledger,
      keyring: {
        ...ledger.keyring,
        noticeToken: () => {
          throw new RangeError('boom');
        },
      },
    };
    await expect(
      exportCampaign(failing, { campaign: campaign.id, out, withAddresses: true, actor: 'tester' }),
    ).rejects.toThrow('boom');
    expect(await readdir(parent)).toEqual([]);
  });
});

describe('a cell', () => {
  it.each([
    ['=1+1', `"'=1+1"`],
    ['+49 30', `"'+49 30"`],
    ['-2', `"'-2"`],
    ['@sum', `"'@sum"`],
    ['\tx', `"'\tx"`],
    ['\rx', `"'\rx"`],
    ['＝1', `"'＝1"`],
    ['450 no;=1', `"'450 no;'=1"`],
    ['a"b', '"a""b"'],
    ['plain', '"plain"'],
    [-2, '"-2"'],
    [null, ''],
    [true, '"true"'],
  ])('%j is written as %s', (cell, expected) => {
    expect(csvLines([[cell]])).toBe(`${expected}\r\n`);
  });
});
