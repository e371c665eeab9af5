// What the ledger keeps of backups, as events: each one that was made of it, and the one that it was restored from.
// Backups carry these events, so that what was restored knows where it comes from.
import { z } from 'zod';
import type { BackupRecord, KnownBackup } from '../domain/backup-place.ts';
import type { Queryable } from './database.ts';
import { recordEvent } from './events.ts';

/** Records a backup that is complete. */
export async function recordBackup(
  on: Queryable,
  actor: string,
  { backup, ledger, at, sha256, tables, rows }: KnownBackup & { readonly tables: number; readonly rows: number },
): Promise<void> {
  const data = { backup, ledger, at, sha256, tables, rows };
  await recordEvent(on, { campaignNo: null, actor, kind: 'backed-up', data });
}

/** Where a restored ledger comes from. */
export interface Origin {
  /** When it was restored. */
  readonly restoredAt: Date;
  /** ISO 8601: the moment of the backup. */
  readonly of: string;
  /** Null: the backup was of the first form. */
  readonly backup: string | null;
  readonly ledger: string;
  /** Whether a MAC vouched for all of it. */
  readonly authenticated: boolean;
}

const kinds = ['restored', 'restored-unauthenticated'] as const;

/** Records a restore, in its transaction. */
export async function recordRestore(
  on: Queryable,
  actor: string,
  origin: Omit<Origin, 'restoredAt'> & {
    readonly sha256: string;
    readonly program: string | null;
    readonly rows: Readonly<Record<string, number>>;
  },
): Promise<void> {
  const { of, authenticated, ...data } = origin;
  await recordEvent(on, {
    campaignNo: null,
    actor,
    kind: authenticated ? 'restored' : 'restored-unauthenticated',
    data: { ...data, backupOf: of },
  });
}

const restoredShape = z.object({
  ledger: z.string(),
  backupOf: z.string(),
  backup: z.string().nullish(),
  sha256: z.string().nullish(),
});

/** Where the ledger comes from; null when it was never restored. */
export async function readOrigin(on: Queryable): Promise<Origin | null> {
  const { rows } = await on.query<{ at: Date; kind: string; data: unknown }>({
    text: `select at, kind, data from candor.event where campaign_no is null and kind = any($1::text[])
           order by event_id desc limit 1`,
    values: [kinds],
  });
  const [row] = rows;
  const data = restoredShape.safeParse(row?.data).data;
  if (row === undefined || data === undefined) return null;
  return {
    restoredAt: row.at,
    of: data.backupOf,
    backup: data.backup ?? null,
    ledger: data.ledger,
    // An earlier version restored what carried no MAC, and did not say so.
    authenticated: row.kind === 'restored' && typeof data.sha256 === 'string',
  };
}

/** What the ledger knows of backups. Those of an earlier version have no id and are not among them. */
export async function readBackupRecord(on: Queryable): Promise<BackupRecord> {
  const identity = await on.query<{ ledger_id: string }>({ text: 'select ledger_id from candor.ledger_identity' });
  const { rows } = await on.query<{ backup: string; ledger: string; made_at: string; sha256: string }>({
    text: `select data->>'backup' as backup, data->>'ledger' as ledger, coalesce(data->>'at', data->>'backupOf') as made_at,
                  data->>'sha256' as sha256
           from candor.event where campaign_no is null and kind = any($1::text[]) and data->>'backup' is not null
           order by event_id`,
    values: [['backed-up', ...kinds]],
  });
  return {
    ledger: identity.rows[0]?.ledger_id ?? '',
    backups: rows.map(({ backup, ledger, made_at, sha256 }) => ({ backup, ledger, at: made_at, sha256 })),
  };
}
