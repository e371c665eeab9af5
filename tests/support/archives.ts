// Backups of a ledger in motion, and the way back, for tests of both.
import { Readable, Writable } from 'node:stream';
import { backup, type BackupFacts, type Extent } from '../../src/ledger/archive.ts';
import { setDeparture } from '../../src/ledger/campaigns.ts';
import { setDomainLimit } from '../../src/ledger/domain-pace.ts';
import { cutSlices } from '../../src/ledger/feeding.ts';
import { createInboxStore } from '../../src/ledger/inbox-letters.ts';
import { setLimit } from '../../src/ledger/pace.ts';
import { restore, type BackupOrigin, type RestoreTerms } from '../../src/ledger/restoring.ts';
import { settleAttempts } from '../../src/ledger/settling.ts';
import { setClock } from '../../src/ledger/watching.ts';
import {
  aCampaign,
  aLease,
  aSettlement,
  aSliceId,
  claimSome,
  createTestLedger,
  someTerms,
  type BuiltCampaign,
  type TestLedger,
} from './ledger.ts';

export const restoreTerms: RestoreTerms = { actor: 'tester', unauthenticated: false };

/** Campaigns with something in every state that a backup can meet: on the wire, queued, settled, waiting for its start. */
export async function fillInMotion(source: TestLedger): Promise<{ running: BuiltCampaign; waiting: BuiltCampaign }> {
  const running = await aCampaign(source, { notices: 40, unaffectedEvery: 5 });
  const lease = await aLease(source);
  const claims = await claimSome(source, running.campaignNo, lease, 10);
  await settleAttempts(source.database, source.keyring, lease, [
    aSettlement(claims[0]!),
    aSettlement(claims[1]!, {
      outcome: 'refused',
      state: 'refused',
      reason: 'review',
      reply: 'tab\tnewline\nbackslash \\. end',
      replyScrubbed: 'tab\tnewline\nbackslash \\. end\n\\.\nnot the end',
    }),
    aSettlement(claims[2]!, { outcome: 'deferred', state: 'deferred', retryAfterMs: 60_000 }),
    aSettlement(claims[3]!, { outcome: 'unconfirmed', state: 'unconfirmed', reason: 'no-reply' }),
  ]);
  await cutSlices(source.database, running.campaignNo, { ids: [aSliceId()], size: 5 });
  const waiting = await aCampaign(source, { notices: 3, state: 'ready' });
  await setDeparture(source.database, waiting.campaignNo, { first: null, startAt: new Date(Date.now() + 3_600_000) });
  await setLimit(source.database, source.keyring, someTerms().relayIdentity, 17);
  await source.database.transaction((tx) =>
    setDomainLimit(tx, source.keyring, someTerms().relayIdentity, { domain: 'example.org', perSecond: 5 }),
  );
  await createInboxStore(source.database, source.keyring).put({
    receivedAt: new Date(),
    noticeToken: null,
    raw: Buffer.from('Subject: x\r\n\r\ny'),
  });
  await setClock(source.database, running.campaignNo, { targetAt: null, awareAt: new Date(0), authorityHours: 72 });
  return { running, waiting };
}

export async function takeBackup(ledger: TestLedger): Promise<Extent & BackupFacts & { bytes: Buffer }> {
  const chunks: Buffer[] = [];
  const into = new Writable({ write: (chunk: Buffer, _, done) => (chunks.push(chunk), done()) });
  const made = await backup(ledger.database, ledger.keyring, into, '1.2.3');
  return { bytes: Buffer.concat(chunks), ...made };
}

export async function withLedger<Result>(
  work: (ledger: TestLedger) => Promise<Result>,
  options: { key?: Buffer } = {},
): Promise<Result> {
  const ledger = await createTestLedger(options);
  try {
    return await work(ledger);
  } finally {
    await ledger.close();
  }
}

export function restoreInto(
  ledger: TestLedger,
  bytes: Buffer,
  terms: Partial<RestoreTerms> = {},
): Promise<Extent & BackupOrigin> {
  return restore(ledger.database, ledger.keyring, Readable.from([bytes]), { ...restoreTerms, ...terms });
}
