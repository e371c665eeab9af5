import { describe, expect, it } from 'vitest';
import { placeBackup, type BackupRecord, type KnownBackup } from '../../../src/domain/backup-place.ts';

const aBackup = (backup: string, day: number, ledger = 'here'): KnownBackup => ({
  backup,
  ledger,
  at: `2026-12-0${day}T09:30:00.000Z`,
  sha256: `sum of ${backup}`,
});

describe('a backup among those that a ledger knows', () => {
  // Restored from b2 of the ledger "before"; b3 and b5 were made here.
  const record: BackupRecord = {
    ledger: 'here',
    backups: [aBackup('b1', 1, 'before'), aBackup('b2', 2, 'before'), aBackup('b5', 5), aBackup('b3', 3)],
  };
  const cases: [string, Parameters<typeof placeBackup>[0], ReturnType<typeof placeBackup>][] = [
    ['is the newest', aBackup('b5', 5), { kind: 'newest' }],
    ['is older', aBackup('b3', 3), { kind: 'older', later: 1, newestAt: aBackup('b5', 5).at }],
    [
      'of the ledger before it is older',
      aBackup('b1', 1, 'before'),
      { kind: 'older', later: 3, newestAt: aBackup('b5', 5).at },
    ],
    [
      'is not on record, and later ones are',
      aBackup('b4', 4),
      { kind: 'unrecorded', later: 1, newestAt: aBackup('b5', 5).at },
    ],
    ['is not on record, and is later than all', aBackup('b6', 6), { kind: 'unrecorded', later: 0, newestAt: null }],
    ['has the id of another file', { ...aBackup('b3', 3), sha256: 'another' }, { kind: 'altered' }],
    ['is of another ledger', aBackup('b9', 9, 'elsewhere'), { kind: 'other-ledger' }],
    [
      'of the first form has no id',
      { ...aBackup('', 2), backup: null },
      { kind: 'unrecorded', later: 2, newestAt: aBackup('b5', 5).at },
    ],
  ];
  it.each(cases)('%s', (_, of, place) => {
    expect(placeBackup(of, record)).toEqual(place);
  });

  it('is of another ledger where nothing is on record and the ids differ', () => {
    expect(placeBackup(aBackup('b1', 1), { ledger: 'new', backups: [] })).toEqual({ kind: 'other-ledger' });
  });
});
