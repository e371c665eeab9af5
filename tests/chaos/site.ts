// What a chaos run is made of: a folder, a ledger, a queue, a relay, and one campaign through the program's
// own commands.
import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CampaignSummary } from '../../src/domain/summary.ts';
import { csvOf, type Person } from '../support/people.ts';
import { runCandor } from '../support/program.ts';
import type { TestRedis } from '../support/redis.ts';
import { startChaosRelay, type ChaosRelay } from './chaos-relay.ts';
import { embeddedLedger, givenLedger, type LedgerServer } from './ledger-server.ts';
import { startTornRedis } from './torn-redis.ts';

export interface Site {
  readonly folder: string;
  /** One file per process, and the conductor's. */
  readonly logs: string;
  readonly env: Readonly<Record<string, string>>;
  readonly relay: ChaosRelay;
  readonly postgres: LedgerServer;
  /** Null when the queue is on the ledger. */
  readonly redis: TestRedis | null;
  /** Ends what it started; the folder stays. */
  close(): Promise<void>;
}

/** Starts it all, except the program. */
export async function openSite(
  shape: { queue: 'redis' | 'postgres'; ledger: 'given' | 'embedded'; seed: number },
  settings: Readonly<Record<string, string>>,
): Promise<Site> {
  const folder = mkdtempSync(join(tmpdir(), 'candor-chaos-'));
  // The embedded Postgres of root runs as another user, who has to reach it.
  chmodSync(folder, 0o755);
  const logs = join(folder, 'logs');
  mkdirSync(logs);
  const dataDir = join(folder, 'data');
  const postgres = shape.ledger === 'given' ? await givenLedger() : embeddedLedger(dataDir);
  const redis = shape.queue === 'redis' ? await startTornRedis() : null;
  const relay = await startChaosRelay(shape.seed);
  return {
    folder,
    logs,
    env: {
      CANDOR_DATA: dataDir,
      CANDOR_KEY: Buffer.alloc(32, 7).toString('base64'),
      ...postgres.env,
      ...(redis === null ? {} : { REDIS_URL: redis.url }),
      SMTP_URL: `smtp://127.0.0.1:${relay.port}`,
      MAIL_FROM: 'Notices <notices@example.com>',
      MAIL_ENVELOPE_FROM: 'bounce+{notice}@example.com',
      LOG_LEVEL: 'info',
      ...settings,
    },
    relay,
    postgres,
    redis,
    async close() {
      await Promise.all([relay.close(), postgres.stop(), redis?.stop()]);
    },
  };
}

/** Imports and launches a campaign for these people, for whoever works; answers its id. `perSecond` null: no limit. */
export async function launch(
  { folder, env }: Site,
  everybody: readonly Person[],
  perSecond: number | null,
): Promise<string> {
  const file = join(folder, 'recipients.csv');
  writeFileSync(file, csvOf(everybody));
  const sent = await runCandor(
    [
      'send',
      file,
      '--kit',
      'mixpanel-2025-11',
      '--yes',
      '--detach',
      ...(perSecond === null ? [] : ['--rate', String(perSecond)]),
      '--json',
    ],
    env,
  );
  if (sent.code !== 0) throw new Error(`the launch ended with ${sent.code}: ${sent.stderr}`);
  return (JSON.parse(sent.stdout) as { campaign: string }).campaign;
}

/** What `candor status` says. */
export async function statusOf({ env }: Site, campaign: string): Promise<CampaignSummary> {
  const status = await runCandor(['status', campaign, '--json'], env);
  if (status.code !== 0) throw new Error(`status ended with ${status.code}: ${status.stderr}`);
  return JSON.parse(status.stdout) as CampaignSummary;
}
