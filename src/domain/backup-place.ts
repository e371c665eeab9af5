// Where a backup stands among those that a ledger knows of: whether it is the newest, and of which ledger. Pure.

/** A backup as its header, or a ledger's record of it, says. */
export interface KnownBackup {
  readonly backup: string;
  readonly ledger: string;
  /** ISO 8601: the moment that it is of. */
  readonly at: string;
  /** Of the whole file, in hex. */
  readonly sha256: string;
}

/** What a ledger knows of backups: those that were made of it, and the one that it was restored from. */
export interface BackupRecord {
  readonly ledger: string;
  readonly backups: readonly KnownBackup[];
}

export type BackupPlace =
  /** On record, and none later is. */
  | { readonly kind: 'newest' }
  /** On record, and `later` others were made after it. */
  | { readonly kind: 'older'; readonly later: number; readonly newestAt: string }
  /** Of this ledger, by its header, and not on record: its making was broken off, or the ledger is itself an older copy. */
  | { readonly kind: 'unrecorded'; readonly later: number; readonly newestAt: string | null }
  /** On record with another digest: this is not the file that was made. */
  | { readonly kind: 'altered' }
  /** Of another ledger, which this one was not restored from. */
  | { readonly kind: 'other-ledger' };

/** A backup of the first form has no id, and no ledger has it on record. */
export function placeBackup(
  of: Omit<KnownBackup, 'backup'> & { backup: string | null },
  record: BackupRecord,
): BackupPlace {
  const line = new Set([record.ledger, ...record.backups.map(({ ledger }) => ledger)]);
  if (!line.has(of.ledger)) return { kind: 'other-ledger' };
  const known = record.backups.find(({ backup }) => backup === of.backup);
  if (known !== undefined && known.sha256 !== of.sha256) return { kind: 'altered' };
  const later = record.backups.map(({ at }) => at).filter((at) => Date.parse(at) > Date.parse(of.at));
  const newestAt = later.toSorted().at(-1) ?? null;
  if (known === undefined) return { kind: 'unrecorded', later: later.length, newestAt };
  return newestAt === null ? { kind: 'newest' } : { kind: 'older', later: later.length, newestAt };
}
