// The API does what the console does, through the same ports, and answers what its document promises.
import { get } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { settleAttempts } from '../../../src/ledger/settling.ts';
import { csrfTokenOf } from '../../../src/web/frame.ts';
import { apiOf, type Api, type Told } from '../../support/api.ts';
import { letterOf, startConsole, type TestConsole } from '../../support/console.ts';
import { eventually } from '../../support/eventually.ts';
import {
  aCampaign,
  aLease,
  aSettlement,
  claimSome,
  createTestLedger,
  someTerms,
  type TestLedger,
} from '../../support/ledger.ts';

let kept: TestLedger;
let console: TestConsole;
let cookie: string;
let api: Api;
beforeAll(async () => {
  kept = await createTestLedger({ max: 1 });
});
afterAll(() => kept.close());
beforeEach(async () => {
  const { relayIdentity, relayLabel } = someTerms();
  console = await startConsole({ real: true, settings: { relayIdentity, relayLabel } });
  cookie = await console.signIn();
  api = await apiOf(console, cookie);
});
afterEach(() => console.close());

const people = `email,audience,locale,city,browser
a@example.com,affected,en,Jakarta,
b@example.org,unaffected,es,,
A@EXAMPLE.com,unaffected,id,,Firefox
c@,affected,en,,
d@example.net,unaffected,en,,
`;
const kit = 'mixpanel-2025-11';

interface UploadTold {
  id: string;
  state: string;
  fileName: string;
  version: number;
  report: { kind: string; account: { notices: number; invalid: number }; fault: { code: string } } | null;
  campaign: string | null;
}

async function read(id: string): Promise<Told<UploadTold>> {
  let told = await api.call<UploadTold>('GET', `/api/uploads/${id}`);
  await eventually(async () => {
    told = await api.call<UploadTold>('GET', `/api/uploads/${id}`);
    return told.body.state !== 'reading';
  });
  return told;
}

async function anUpload(content = people): Promise<Told<UploadTold>> {
  const made = await api.call<UploadTold>('POST', `/api/uploads?kit=${kit}`, content, {
    'content-type': 'text/csv',
    'x-file-name': encodeURIComponent('jané.csv'),
  });
  expect([made.status, made.headers.location]).toEqual([201, `/api/uploads/${made.body.id}`]);
  return read(made.body.id);
}

const codeOf = (told: Told): unknown => (told.body as { code?: unknown }).code;
const fieldsOf = (told: Told): unknown =>
  (told.body as { problems?: { field: string }[] }).problems?.map(({ field }) => field);

describe('who asks', () => {
  it('is told, with what a browser needs for changes', async () => {
    expect((await api.call('GET', '/api/session')).body).toEqual({ operator: 'Robin (a script)', csrfToken: null });
    const { body } = await console.ask('/api/session', { cookie });
    expect(JSON.parse(body)).toEqual({
      operator: 'Robin',
      csrfToken: csrfTokenOf(cookie.slice(cookie.indexOf('=') + 1)),
    });
  });

  it('makes, lists and revokes tokens, but no token makes another', async () => {
    expect((await api.call<{ tokens: { name: string }[] }>('GET', '/api/tokens')).body.tokens).toMatchObject([
      { id: 1, name: 'a script', operator: 'Robin' },
    ]);
    const refused = await api.call('POST', '/api/tokens', { name: 'another', days: 3 });
    expect([refused.status, codeOf(refused)]).toEqual([403, 'person-required']);
    const made = await console.ask(
      '/api/tokens',
      {
        cookie,
        'content-type': 'application/json',
        'x-csrf-token': csrfTokenOf(cookie.slice(cookie.indexOf('=') + 1)),
      },
      'POST',
      JSON.stringify({ name: 'by a person', days: 3 }),
    );
    expect([made.status, JSON.parse(made.body)]).toEqual([201, { token: expect.stringMatching(/^candor_/) as string }]);
    expect((await api.call('DELETE', '/api/tokens/2')).status).toBe(204);
    expect((await api.call('DELETE', '/api/tokens/2')).status).toBe(404);
    expect((await api.call<{ operators: unknown[] }>('GET', '/api/operators')).body.operators).toEqual([
      { id: 1, name: 'Robin' },
    ]);
  });

  it('says which scheme it wants', async () => {
    const answer = await console.ask('/api/status');
    expect([answer.status, answer.headers['www-authenticate']]).toEqual([401, 'Bearer']);
  });
});

describe('campaigns', () => {
  it('are listed page by page, each once', async () => {
    for (let times = 0; times < 5; times += 1) await aCampaign(console.ledger, { notices: 3 });
    const seen: string[] = [];
    let path: string | null = '/api/campaigns?limit=2';
    while (path !== null) {
      const { body }: Told<{ campaigns: { campaign: string }[]; next: string | null }> = await api.call('GET', path);
      seen.push(...body.campaigns.map(({ campaign }) => campaign));
      path = body.next;
    }
    expect(seen).toHaveLength(5);
    expect(new Set(seen).size).toBe(5);
    expect((await api.call<{ campaigns: unknown[] }>('GET', '/api/status')).body.campaigns).toHaveLength(5);
  });

  it('are told as the command line tells them, and with all that the page shows', async () => {
    const { id, campaignNo } = await aCampaign(console.ledger, { notices: 20 });
    const lease = await aLease(console.ledger);
    const claims = await claimSome(console.ledger, campaignNo, lease, 5);
    await settleAttempts(
      console.ledger.database,
      console.ledger.keyring,
      lease,
      claims.map((claim, index) =>
        index === 0
          ? aSettlement(claim, {
              outcome: 'refused',
              state: 'refused',
              reason: 'unknown-mailbox',
              replyCode: 550,
              reply: '<script>',
              replyScrubbed: '<script>',
            })
          : aSettlement(claim),
      ),
    );
    const summary = await api.call('GET', `/api/campaigns/${id}/summary`);
    expect(summary.body).toMatchObject({ campaign: id, notices: 20, states: { accepted: 4, refused: 1 }, attempts: 5 });
    const detail = await api.call<{ summary: unknown; replies: unknown[] }>('GET', `/api/campaigns/${id}`);
    expect(detail.body.replies).toMatchObject([{ replyCode: 550, attempts: 1, reply: '<script>' }]);
    expect((await api.call('GET', '/api/campaigns/nothing1')).status).toBe(404);
  });

  it('are paused, resumed, slowed and cancelled, with the same answers as on the page', async () => {
    const { id } = await aCampaign(console.ledger, { notices: 20 });
    const act = (action: string): Promise<Told> => api.call('POST', `/api/campaigns/${id}/${action}`);
    expect((await act('pause')).body).toEqual({ accepted: 0, onTheWire: 0 });
    expect((await act('resume')).body).toMatchObject({ state: 'running' });
    expect((await api.call('PUT', `/api/campaigns/${id}/rate`, { perSecond: 2.5 })).body).toMatchObject({
      ratePerSecond: 2.5,
    });
    const clock = { targetAt: '2036-01-01T10:00:00.000Z', awareAt: null, authorityHours: 72 };
    expect(
      (await api.call('PUT', `/api/campaigns/${id}/clock`, { ...clock, targetAt: '2036-01-01T11:00:00+01:00' })).body,
    ).toEqual(clock);
    expect(
      (await api.call('PUT', `/api/campaigns/${id}/clock`, { ...clock, targetAt: '2036-02-31T11:00:00Z' })).status,
    ).toBe(400);
    expect((await api.call('GET', `/api/campaigns/${id}`)).body).toMatchObject({ clock });
    expect((await act('cancel')).body).toEqual({ accepted: 0, onTheWire: 0 });
    const again = await act('resume');
    expect([again.status, codeOf(again)]).toEqual([409, 'campaign-state']);
    const { rows } = await console.ledger.database.query<{ actor: string }>({
      text: `select distinct actor from candor.event where kind in ('campaign-paused', 'campaign-cancelled', 'rate-changed', 'clock-set')`,
    });
    expect(rows).toEqual([{ actor: 'Robin (a script)' }]);
  });

  it('are watched as a stream of summaries', async () => {
    const { id, campaignNo } = await aCampaign(console.ledger, { notices: 20 });
    const seen: { states: { accepted: number } }[] = [];
    const asked = get(
      {
        host: '127.0.0.1',
        port: Number(new URL(console.url).port),
        path: `/api/campaigns/${id}/events`,
        headers: { authorization: `Bearer ${api.token}` },
      },
      (answer) => {
        expect(answer.headers['content-type']).toContain('text/event-stream');
        answer
          .setEncoding('utf8')
          .on('data', (text: string) =>
            seen.push(
              ...[...text.matchAll(/^data: (.*)$/gm)].map(
                (match) => JSON.parse(match[1] ?? '') as (typeof seen)[number],
              ),
            ),
          );
      },
    );
    asked.on('error', () => undefined);
    await eventually(() => seen.length > 0);
    const lease = await aLease(console.ledger);
    const claims = await claimSome(console.ledger, campaignNo, lease, 5);
    await settleAttempts(
      console.ledger.database,
      console.ledger.keyring,
      lease,
      claims.map((claim) => aSettlement(claim)),
    );
    await eventually(() => seen.some(({ states }) => states.accepted === 5));
    expect((await api.call('GET', '/api/campaigns/nothing1/events')).status).toBe(404);
    // A token that is revoked sees no more.
    const ended = new Promise((resolve) => asked.on('close', resolve));
    expect((await api.call('DELETE', '/api/tokens/1')).status).toBe(204);
    await ended;
  });
});

describe('notices', () => {
  const attack = '<script>alert(1)</script>';
  let campaign: string;
  beforeEach(async () => {
    const built = await aCampaign(console.ledger, { notices: 12 });
    campaign = built.id;
    const lease = await aLease(console.ledger);
    const claims = await claimSome(console.ledger, built.campaignNo, lease, 8);
    const settlements = claims.map((claim, index) =>
      index < 3
        ? aSettlement(claim)
        : index < 6
          ? aSettlement(claim, {
              outcome: 'refused',
              state: 'refused',
              reason: 'unknown-mailbox',
              replyCode: 550,
              enhancedCode: '5.1.1',
              rule: 'unknown-mailbox',
              reply: attack,
              replyScrubbed: attack,
            })
          : aSettlement(claim, {
              outcome: 'unconfirmed',
              state: 'unconfirmed',
              reason: 'connection-lost',
              replyCode: null,
              enhancedCode: null,
              reply: null,
              replyScrubbed: null,
            }),
    );
    await settleAttempts(console.ledger.database, console.ledger.keyring, lease, settlements);
  });
  const group = { state: 'refused', reason: 'unknown-mailbox', replyCode: 550, enhancedCode: '5.1.1' };

  it('are listed page by page, all, of a state, of a group, with masked addresses', async () => {
    const seen: string[] = [];
    let path: string | null = `/api/campaigns/${campaign}/notices?limit=5`;
    while (path !== null) {
      const page: Told<{ notices: { notice: string; maskedAddress: string }[]; next: string | null }> = await api.call(
        'GET',
        path,
      );
      seen.push(...page.body.notices.map(({ notice }) => notice));
      expect(page.body.notices[0]?.maskedAddress).toBe('p…@example.org');
      path = page.body.next;
    }
    expect([seen.length, new Set(seen).size]).toEqual([12, 12]);
    const of = async (query: string): Promise<number> =>
      (await api.call<{ notices: unknown[] }>('GET', `/api/campaigns/${campaign}/notices?${query}`)).body.notices
        .length;
    expect([
      await of('state=refused'),
      await of('state=accepted'),
      await of('state=refused&reason=unknown-mailbox&replyCode=550&enhancedCode=5.1.1'),
      await of('state=refused&reason=other'),
    ]).toEqual([3, 3, 3, 0]);
    expect(fieldsOf(await api.call('GET', `/api/campaigns/${campaign}/notices?reason=x`))).toEqual(['state']);
    expect(
      (await api.call<{ groups: unknown[] }>('GET', `/api/campaigns/${campaign}/notice-groups`)).body.groups,
    ).toEqual(expect.arrayContaining([{ ...group, notices: 3, maybeAccepted: 0, reply: attack }]));
  });

  it('are told whole, corrected, closed and found by their address, which stands in no URL', async () => {
    const { notices } = (
      await api.call<{ notices: { notice: string }[] }>('GET', `/api/campaigns/${campaign}/notices?state=refused`)
    ).body;
    const path = `/api/campaigns/${campaign}/notices/${notices[0]?.notice ?? ''}`;
    const before = (await api.call<{ address: string; messageId: string }>('GET', path)).body;
    expect(before).toMatchObject({
      state: 'refused',
      attempts: 1,
      attemptRecords: [{ replyCode: 550, reply: attack }],
    });
    const wrong = await api.call('PUT', `${path}/address`, { address: 'nobody' });
    expect([wrong.status, codeOf(wrong)]).toEqual([400, 'address-invalid']);
    expect(codeOf(await api.call('PUT', `${path}/address`, { address: before.address }))).toBe('address-same');
    const after = await api.call<{ address: string; messageId: string }>('PUT', `${path}/address`, {
      address: 'corrected@example.net',
    });
    expect(after.body).toMatchObject({
      address: 'corrected@example.net',
      formerAddresses: [{ address: before.address }],
    });
    expect(after.body.messageId).not.toBe(before.messageId);
    for (const address of [before.address, 'corrected@example.net'])
      expect((await api.call('POST', '/api/search', { address })).body).toMatchObject({
        found: [{ campaign, corrected: address === before.address }],
      });
    expect((await api.call('POST', '/api/search', { address: 'x@example.com' })).body).toEqual({ found: [] });
    const doubts = (
      await api.call<{ notices: { notice: string }[] }>('GET', `/api/campaigns/${campaign}/notices?state=unconfirmed`)
    ).body.notices;
    const doubt = `/api/campaigns/${campaign}/notices/${doubts[0]?.notice ?? ''}`;
    expect((await api.call('POST', `${doubt}/close`, { found: 'The relay’s log has it.' })).body).toEqual({
      closed: 1,
    });
    expect((await api.call('GET', doubt)).body).toMatchObject({
      state: 'unconfirmed',
      closed: true,
      closedDoubt: { actor: 'Robin (a script)' },
    });
    const second = await api.call('POST', `${doubt}/close`, { found: 'The log has it not.' });
    expect([second.status, codeOf(second)]).toEqual([409, 'doubt-closed']);
    expect((await api.call('GET', `/api/campaigns/${campaign}/notices/${'0'.repeat(32)}`)).status).toBe(404);
  });

  it('are re-sent by number, and only by the right one', async () => {
    const resend = (body: unknown): Promise<Told> => api.call('POST', `/api/campaigns/${campaign}/resend`, body);
    expect((await resend({ group, dryRun: true })).body).toEqual({
      total: 3,
      states: { refused: 3 },
      maybeAccepted: 0,
    });
    expect(fieldsOf(await resend({ group }))).toEqual(['expect']);
    expect(codeOf(await resend({ group, expect: 4 }))).toBe('resend-changed');
    expect(fieldsOf(await resend({ group, states: ['refused'], expect: 3 }))).toEqual(['states']);
    expect((await resend({ states: ['accepted'], dryRun: true })).status).toBe(400);
    expect((await resend({ group, expect: 3 })).body).toMatchObject({ total: 3 });
    expect((await api.call('GET', `/api/campaigns/${campaign}/summary`)).body).toMatchObject({
      states: { refused: 0, pending: 7, accepted: 3 },
    });
  });

  it('leave as a list for another channel and as a ZIP file, each recorded', async () => {
    expect((await api.call<string>('GET', `/api/campaigns/${campaign}/other-channel.csv`)).body).toContain(
      '@example.org',
    );
    const zip = await api.call<string>('POST', `/api/campaigns/${campaign}/export`, { withAddresses: true });
    expect([zip.headers['content-type'], zip.body.startsWith('PK')]).toEqual(['application/zip', true]);
    expect(
      (await console.ledger.database.query({ text: `select from candor.event where actor = 'Robin (a script)'` })).rows
        .length,
    ).toBeGreaterThanOrEqual(2);
    expect((await api.call('GET', '/api/campaigns/nothing1/other-channel.csv')).status).toBe(404);
  });
});

describe('uploads', () => {
  it('come as they are or as a form, and are told whole', async () => {
    const { body } = await anUpload();
    expect(body).toMatchObject({
      state: 'read',
      fileName: 'jané.csv',
      report: { kind: 'account', account: { notices: 3, invalid: 1, merged: 1 } },
    });
    const boundary = 'a-boundary';
    const form = `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="other.csv"\r\ncontent-type: text/csv\r\n\r\n${people}\r\n--${boundary}--\r\n`;
    const second = await api.call<UploadTold>('POST', `/api/uploads?kit=${kit}`, form, {
      'content-type': `multipart/form-data; boundary=${boundary}`,
    });
    expect((await read(second.body.id)).body).toMatchObject({ fileName: 'other.csv', same: { uploads: [body.id] } });
    expect(
      (await api.call<{ uploads: { id: string }[] }>('GET', '/api/uploads')).body.uploads.map(({ id }) => id),
    ).toEqual([second.body.id, body.id]);
    expect((await api.call('DELETE', `/api/uploads/${second.body.id}`)).status).toBe(204);
    expect((await api.call('GET', `/api/uploads/${second.body.id}`)).status).toBe(404);
  });

  it('tell their invalid rows page by page, and as a file', async () => {
    const { body } = await anUpload(
      `email,audience\na@example.com,affected\n${'x,affected\n'.repeat(5)}b@example.com,nobody\n`,
    );
    const seen: number[] = [];
    let path: string | null = `/api/uploads/${body.id}/problems?limit=2`;
    while (path !== null) {
      const page: Told<{ rows: { row: number }[]; next: string | null }> = await api.call('GET', path);
      seen.push(...page.body.rows.map(({ row }) => row));
      path = page.body.next;
    }
    expect(seen).toEqual([3, 4, 5, 6, 7, 8]);
    expect(
      (
        await api.call<{ rows: { row: number }[] }>('GET', `/api/uploads/${body.id}/problems?code=audience-unknown`)
      ).body.rows.map(({ row }) => row),
    ).toEqual([8]);
    expect(
      (await api.call<string>('GET', `/api/uploads/${body.id}/invalid.csv`)).body.trim().split('\r\n'),
    ).toHaveLength(7);
  });

  it('are read again in the encoding that somebody named, by any of its names', async () => {
    const { body } = await anUpload('email,audience\na@example.com,affected\n');
    const named = { version: 1, mapping: { email: 1 }, encoding: 'CP1251' };
    expect((await api.call('PUT', `/api/uploads/${body.id}/mapping`, named)).status).toBe(202);
    expect((await read(body.id)).body).toMatchObject({
      version: 2,
      mapping: { email: 1 },
      encoding: 'windows-1251',
      report: { kind: 'account', account: { encoding: 'windows-1251', warnings: [] } },
    });
    const unknown = await api.call('PUT', `/api/uploads/${body.id}/mapping`, {
      ...named,
      version: 2,
      encoding: 'klingon',
    });
    expect([unknown.status, fieldsOf(unknown)]).toEqual([400, ['encoding']]);
  });

  it('are read again with the columns that somebody chose, once per version', async () => {
    const { body } = await anUpload('contact,kind\na@example.com,affected\n');
    expect(body.report?.fault.code).toBe('columns-no-email');
    const change = { version: 1, mapping: { email: 'contact', audience: 'kind' } };
    expect((await api.call('PUT', `/api/uploads/${body.id}/mapping`, change)).status).toBe(202);
    expect((await read(body.id)).body).toMatchObject({ version: 2, report: { kind: 'account' } });
    const late = await api.call('PUT', `/api/uploads/${body.id}/mapping`, change);
    expect([late.status, codeOf(late)]).toEqual([409, 'upload-changed']);
  });
});

describe('letters', () => {
  it('are told for a kit, for a set of categories, and for a row', async () => {
    expect((await api.call<{ kits: { id: string }[] }>('GET', '/api/kits')).body.kits.map(({ id }) => id)).toEqual([
      kit,
    ]);
    expect((await api.call<{ letters: unknown[] }>('GET', `/api/kits/${kit}/letters`)).body.letters).toHaveLength(6);
    const all = await api.call<{ text: string }>('GET', `/api/kits/${kit}/letters/affected/en`);
    const some = await api.call<{ text: string }>('GET', `/api/kits/${kit}/letters/affected/en?categories=city`);
    expect(some.body.text).not.toBe(all.body.text);
    expect((await api.call('GET', `/api/kits/${kit}/letters/affected/xx`)).status).toBe(404);
    expect(fieldsOf(await api.call('GET', `/api/kits/${kit}/letters?categories=passport`))).toEqual(['categories']);
    const { body } = await anUpload();
    expect((await api.call('GET', `/api/uploads/${body.id}/rows/4`)).body).toMatchObject({
      kind: 'notice',
      address: 'a@example.com',
      audience: 'affected',
      categories: ['city'],
      conflict: true,
      rows: [2, 4],
    });
    expect((await api.call('GET', `/api/uploads/${body.id}/rows/5`)).body).toMatchObject({ kind: 'invalid' });
    expect((await api.call('GET', `/api/uploads/${body.id}/rows/99`)).body).toEqual({ kind: 'none' });
  });

  it('go to one’s own address as tests', async () => {
    expect(
      (
        await api.call('POST', `/api/kits/${kit}/test-letters`, {
          to: 'me@example.com',
          audience: 'affected',
          locale: 'es',
        })
      ).body,
    ).toEqual({ accepted: 1 });
    expect(console.tested).toEqual(['affected/es me@example.com']);
    expect(
      codeOf(await api.call('POST', `/api/kits/${kit}/test-letters`, { to: 'a@example.com, b@example.com' })),
    ).toBe('address-invalid');
    expect(
      fieldsOf(await api.call('POST', `/api/kits/${kit}/test-letters`, { to: 'me@example.com', locale: 'xx' })),
    ).toEqual(['locale']);
    expect((await api.call('GET', '/api/kits/nothing/letters')).status).toBe(404);
  });
});

describe('a launch', () => {
  const confirmed = { version: 1, notices: 3, invalid: true, missing: true };
  const campaigns = async (): Promise<number> =>
    (await console.ledger.database.query({ text: 'select from candor.campaign' })).rows.length;

  it('says what it would use and asks for, then makes a campaign', async () => {
    const { id } = (await anUpload()).body;
    expect((await api.call('GET', `/api/uploads/${id}/launch`)).body).toMatchObject({
      notices: 3,
      version: 1,
      confirm: { invalid: true, missing: true, again: false },
      launching: null,
      campaign: null,
      terms: { rehearsal: true },
    });
    const started = await api.call('POST', `/api/uploads/${id}/launch`, { ...confirmed, ratePerSecond: 5, first: 1 });
    expect(started.status).toBe(202);
    let campaign: unknown = null;
    await eventually(async () => {
      ({ campaign } = (await api.call('GET', `/api/uploads/${id}/launch`)).body);
      return campaign !== null;
    });
    expect((await api.call('GET', `/api/campaigns/${String(campaign)}/summary`)).body).toMatchObject({
      notices: 3,
      invalid: 1,
      merged: 1,
    });
    expect(codeOf(await api.call('POST', `/api/uploads/${id}/launch`, confirmed))).toBe('upload-launched');
    const { rows } = await console.ledger.database.query({
      text: `select actor, data from candor.event where kind = 'launch-confirmed'`,
    });
    expect(rows).toMatchObject([{ actor: 'Robin (a script)', data: { unattended: false, notices: 3 } }]);
  });

  it('carries the kit that was shown, the warnings and whom it would leave out', async () => {
    const { id } = (await anUpload()).body;
    const shown = await api.call<{ kit: { id: string; path: string; digest: string }; warnings: unknown[] }>(
      'GET',
      `/api/uploads/${id}/launch`,
    );
    expect(shown.body.kit).toMatchObject({ id: kit, digest: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(shown.body.warnings).toMatchObject([{ code: expect.stringMatching(/^exposed/), column: 'city' }]);
    const launch = (body: object): Promise<Told> =>
      api.call('POST', `/api/uploads/${id}/launch`, { ...confirmed, ...body });
    expect(codeOf(await launch({ kitDigest: 'a'.repeat(64) }))).toBe('kit-changed');
    expect(fieldsOf(await launch({ kitDigest: 'new' }))).toEqual(['kitDigest']);
    expect(await campaigns()).toBe(0);
    expect((await launch({ kitDigest: shown.body.kit.digest })).status).toBe(202);
    await eventually(async () => (await campaigns()) === 1);
    const { campaigns: all } = (await api.call<{ campaigns: { campaign: string }[] }>('GET', '/api/campaigns')).body;
    const [first] = all;
    expect((await api.call('GET', `/api/campaigns/${first?.campaign}/summary`)).body).toMatchObject({
      kit: shown.body.kit,
      warnings: shown.body.warnings,
      except: null,
    });
    const again = (await anUpload()).body;
    expect((await api.call('GET', `/api/uploads/${again.id}/launch?except=${first?.campaign}`)).body).toMatchObject({
      except: { campaigns: [first?.campaign], leftOut: 0, toldTooLittle: 0 },
    });
    expect(codeOf(await api.call('GET', `/api/uploads/${again.id}/launch?except=abcdefgh`))).toBe('campaign-unknown');
  });

  it('is refused with what is missing, as on the page', async () => {
    const { id } = (await anUpload()).body;
    const launch = (body: unknown): Promise<Told> => api.call('POST', `/api/uploads/${id}/launch`, body);
    expect(fieldsOf(await launch({ version: 1, notices: 4 }))).toEqual(['notices', 'invalid', 'missing']);
    expect(codeOf(await launch({ ...confirmed, version: 2 }))).toBe('upload-changed');
    for (const [wrong, field] of [
      [{ ratePerSecond: 0 }, 'ratePerSecond'],
      [{ first: 0 }, 'first'],
      [{ startAt: '2036-01-01T00:00:00Z' }, 'startAt'],
      [{ startAt: '2025-11-30T23:00:00Z' }, 'startAt'],
      [{ startAt: 'soon' }, 'startAt'],
      [{ except: '../../x' }, 'except'],
      [{ invalid: false }, 'invalid'],
      [{ notices: '3' }, 'notices'],
      [{ yes: true }, 'yes'],
    ] as const) {
      const told = await launch({ ...confirmed, ...wrong });
      expect([told.status, fieldsOf(told)]).toEqual([400, [field]]);
    }
    expect(await campaigns()).toBe(0);
  });

  it('of two at once makes one campaign', async () => {
    const { id } = (await anUpload()).body;
    const answers = await Promise.all([1, 2, 3].map(() => api.call('POST', `/api/uploads/${id}/launch`, confirmed)));
    expect(answers.map(({ status }) => status).sort()).toEqual([202, 409, 409]);
    await eventually(async () => (await campaigns()) === 1);
  });
});

describe('the inbox', () => {
  it('is paged, and tells one letter whole', async () => {
    console.shown.letters = Array.from({ length: 5 }, (_, index) => letterOf(index + 1));
    const { body } = await api.call<{ count: number; next: string; letters: { id: number }[] }>(
      'GET',
      '/api/inbox?limit=3',
    );
    expect([body.count, body.next, body.letters.map(({ id }) => id)]).toEqual([
      5,
      '/api/inbox?limit=3&before=3',
      [5, 4, 3],
    ]);
    expect((await api.call('GET', body.next)).body).toMatchObject({ letters: [{ id: 2 }, { id: 1 }], next: null });
    expect((await api.call('GET', '/api/inbox/2')).body).toMatchObject({
      id: 2,
      noticeToken: 'n2',
      to: 'recipient2@example.org',
    });
    expect((await api.call('GET', '/api/inbox/77')).status).toBe(404);
  });
});
