// A ledger of its own for a test file, in a real Postgres: one server for the whole worker process, one
// migrated template, one clone for each ledger. And builders that go through the real import.
import { randomBytes, randomUUID } from 'node:crypto';
import type { Settlement } from '../../src/domain/attempt.ts';
import type { Audience } from '../../src/domain/audience.ts';
import type { CampaignState, UnconfirmedPolicy } from '../../src/domain/campaign-state.ts';
import {
  campaignIdFrom,
  type CampaignId,
  type CampaignNo,
  type LeaseId,
  type NoticeId,
  type SliceId,
} from '../../src/domain/ids.ts';
import type { CompiledLetter } from '../../src/domain/kit.ts';
import { createDraft, finishImport, moveCampaign, type FrozenTerms } from '../../src/ledger/campaigns.ts';
import { freezeLetters } from '../../src/ledger/bound-terms.ts';
import { claimNotices } from '../../src/ledger/claiming.ts';
import { openDatabase, type Connection, type Database } from '../../src/ledger/database.ts';
import { cutSlices } from '../../src/ledger/feeding.ts';
import type { RecipientRow } from '../../src/domain/recipient-row.ts';
import { mergeRows, stageRows, type ImportedAccount } from '../../src/ledger/importing.ts';
import { createKeyring, type Keyring } from '../../src/ledger/keyring.ts';
import { unlockLedger } from '../../src/ledger/key-store.ts';
import { takeLease } from '../../src/ledger/leases.ts';
import { identify } from '../../src/ledger/migrate.ts';
import { setLimit } from '../../src/ledger/pace.ts';
import { silentLogger } from '../../src/runtime/logger.ts';
import { fastPostgres } from './fast-postgres.ts';
import { createDatabase, dropDatabase } from './migrated-database.ts';

export interface TestLedger {
  readonly database: Database;
  readonly keyring: Keyring;
  readonly ledgerId: string;
  readonly connection: Extract<Connection, { host: string }>;
  /** Drops the database. */
  close(): Promise<void>;
}

/** The key of every test ledger, unless the test gives another. */
export const testKey = Buffer.alloc(32, 7);

/** A migrated, empty ledger. `empty: true` leaves the migration to the test: then `ledgerId` is ''. */
export async function createTestLedger(
  options: { key?: Buffer; empty?: boolean; max?: number } = {},
): Promise<TestLedger> {
  const running = await fastPostgres();
  const keyring = createKeyring(options.key ?? testKey);
  const name = `ledger_${randomUUID().replaceAll('-', '')}`;
  await createDatabase(running, name, { empty: options.empty === true, key: options.key ?? testKey });
  const connection = { ...running.server, database: name };
  const database = openDatabase(connection, silentLogger, { max: options.max ?? 12 });
  const ledgerId = options.empty === true ? '' : await identify(database, keyring);
  if (options.empty !== true) await unlockLedger(database, keyring);
  return {
    database,
    keyring,
    ledgerId,
    connection,
    async close() {
      await database.close();
      await dropDatabase(running, name);
    },
  };
}

/** A row as intake would hand it over; the number is the spreadsheet's row. */
export function aRow(row: number, changes: Partial<RecipientRow> = {}): RecipientRow {
  const address = changes.address ?? `person${row}@example.org`;
  return {
    row,
    address,
    key: address.toLowerCase(),
    audience: 'affected',
    locale: 'en',
    localeFallback: false,
    name: '',
    categories: 1,
    ...changes,
  };
}

/** Terms as a launch would freeze them. */
export function someTerms(changes: Partial<FrozenTerms> = {}): FrozenTerms {
  return {
    kit: 'sample-kit',
    kitTitle: 'A sample incident',
    kitDigest: 'd'.repeat(64),
    rehearsal: false,
    relayIdentity: 'relay.example:587/user',
    relayLabel: 'relay.example:587',
    mailFrom: 'Notices <notice@example.org>',
    envelopeFrom: 'notice@example.org',
    replyTo: null,
    autoSubmitted: true,
    signatureName: null,
    unconfirmedPolicy: 'resend',
    retryDelaysMs: [60_000, 300_000],
    retryRepeatLast: true,
    retryForMs: 48 * 3_600_000,
    ...changes,
  };
}

/** A compiled letter, as small as it can be. */
export function aLetter(audience: Audience, locale: string): CompiledLetter {
  const words = {
    name: 'name',
    organization_id: 'organization',
    user_id: 'user',
    city: 'city',
    region: 'region',
    country: 'country',
    os: 'system',
    browser: 'browser',
    referrer: 'referrer',
  };
  return {
    audience,
    locale,
    subject: `About your account (${audience}, ${locale})`,
    html: `<p>${audience}</p>`,
    text: audience,
    categoryWords: words,
    exposed: [],
    testMark: { subject: 'Test: ', line: 'This is a test.' },
    printsName: false,
    digest: `${audience}-${locale}`.padEnd(64, '0'),
  };
}

export interface BuiltCampaign {
  readonly campaignNo: CampaignNo;
  readonly id: CampaignId;
  readonly account: ImportedAccount;
}

/**
 * Imports and (by default) launches a campaign with this many notices, every one in `unaffectedEvery`
 * of them unaffected; or with the rows given.
 */
export async function aCampaign(
  { database, keyring }: Pick<TestLedger, 'database' | 'keyring'>,
  wanted: {
    notices?: number;
    unaffectedEvery?: number;
    rows?: readonly RecipientRow[];
    state?: Extract<CampaignState, 'ready' | 'running'>;
    terms?: Partial<FrozenTerms>;
    policy?: UnconfirmedPolicy;
    keepNames?: boolean;
    domain?: string;
  } = {},
): Promise<BuiltCampaign> {
  const { notices = 10, unaffectedEvery = 0, state = 'running' } = wanted;
  const terms = someTerms({ ...(wanted.policy ? { unconfirmedPolicy: wanted.policy } : {}), ...wanted.terms });
  const id = campaignIdFrom(randomBytes(8));
  async function* batches(): AsyncGenerator<readonly RecipientRow[]> {
    if (wanted.rows) return yield wanted.rows;
    for (let from = 0; from < notices; from += 1_000) {
      yield Array.from({ length: Math.min(1_000, notices - from) }, (_, index) => {
        const nth = from + index;
        const audience = unaffectedEvery > 0 && nth % unaffectedEvery === 0 ? 'unaffected' : 'affected';
        return aRow(nth + 2, {
          address: `person${nth}@${wanted.domain ?? 'example.org'}`,
          audience,
          locale: nth % 3 === 0 ? 'id' : 'en',
        });
      });
    }
  }
  return database.transaction(async (tx) => {
    const campaignNo = await createDraft(tx, keyring, {
      id,
      fileSha256: randomBytes(32).toString('hex'),
      terms,
      actor: 'tester',
    });
    const staged = await stageRows(tx, keyring, campaignNo, batches(), { keepNames: wanted.keepNames ?? false });
    const account = await mergeRows(tx, keyring, campaignNo, staged);
    const { rows } = staged;
    await freezeLetters(
      tx,
      keyring,
      campaignNo,
      (['affected', 'unaffected'] as const).flatMap((audience) =>
        ['en', 'es', 'id'].map((locale) => aLetter(audience, locale)),
      ),
    );
    await setLimit(tx, keyring, terms.relayIdentity, null);
    await finishImport(
      tx,
      keyring,
      campaignNo,
      {
        rows,
        invalid: 0,
        merged: rows - account.notices,
        conflicts: account.conflicts,
        notices: account.notices,
        audiences: account.audiences,
        intake: {},
      },
      'tester',
    );
    if (state === 'running')
      await moveCampaign(tx, campaignNo, ['ready'], { to: 'running', actor: 'tester', reason: null });
    return { campaignNo, id, account };
  });
}

/** A lease that lives for a minute, or as long as the test says (a negative time: it has run out). */
export function aLease({ database }: Pick<TestLedger, 'database'>, forMs = 60_000): Promise<LeaseId> {
  return takeLease(database, { worker: 'test-worker', relayIdentity: someTerms().relayIdentity, forMs });
}

export function aSliceId(): SliceId {
  return randomUUID() as SliceId;
}

/** Cuts slices and claims what they hold: the open attempts of up to `count` notices. */
export async function claimSome(
  { database }: Pick<TestLedger, 'database'>,
  campaignNo: CampaignNo,
  lease: LeaseId,
  count: number,
): Promise<Awaited<ReturnType<typeof claimNotices>>> {
  const slices = await cutSlices(database, campaignNo, { ids: [aSliceId()], size: count });
  return claimNotices(
    database,
    lease,
    slices.flatMap((slice) =>
      slice.noticeIds.map((noticeId: NoticeId) => ({ campaignNo, noticeId, sliceId: slice.sliceId })),
    ),
  );
}

/** The settlement of an attempt that the relay accepted, or with the changes given. */
export function aSettlement(
  claim: Pick<Settlement, 'attemptId' | 'campaignNo' | 'noticeId'>,
  changes: Partial<Settlement> = {},
): Settlement {
  return {
    attemptId: claim.attemptId,
    campaignNo: claim.campaignNo,
    noticeId: claim.noticeId,
    outcome: 'accepted',
    state: 'accepted',
    reason: null,
    retryAfterMs: null,
    charged: true,
    stage: 'after-body',
    rule: 'positive-reply',
    replyCode: 250,
    enhancedCode: '2.0.0',
    reply: '2.0.0 Ok: queued',
    replyScrubbed: '2.0.0 Ok: queued',
    ...changes,
  };
}
