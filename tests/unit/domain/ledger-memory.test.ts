import { describe, expect, it } from 'vitest';
import type { AttemptId, LeaseId } from '../../../src/domain/ids.ts';
import { compareMemory, type LedgerMemory, type SeenOfMemory } from '../../../src/domain/ledger-memory.ts';

const memory: LedgerMemory = {
  ledgerId: 'ledger',
  timeline: 'first',
  lease: { leaseId: 7 as LeaseId, nonce: 'nonce', beat: 40 },
  attempt: 900 as AttemptId,
  at: '2026-12-01T12:00:00.000Z',
};
const all: SeenOfMemory = { ledgerId: 'ledger', timeline: 'first', known: true, beat: 40, attempt: true };

describe('what a ledger has, compared with what is remembered of it', () => {
  it.each<[string, Partial<SeenOfMemory>, string]>([
    ['all of it', {}, 'same'],
    ['a beat whose answer was lost on its way', { beat: 41 }, 'same'],
    ['an earlier beat', { beat: 39 }, 'went-back'],
    ['no such lease, or one of the same number with another nonce', { beat: null }, 'went-back'],
    ['the beat, and not the attempt after it', { attempt: false }, 'went-back'],
    ['a timeline that was ended, and lacks everything', { timeline: 'second', beat: null, attempt: false }, 'told'],
    ['a timeline from before the remembered one', { timeline: 'earlier', known: false }, 'went-back'],
    ['another ledger', { ledgerId: 'other', known: false, beat: null, attempt: false }, 'another'],
  ])('%s', (_, seen, comparison) => {
    expect(compareMemory(memory, { ...all, ...seen })).toBe(comparison);
  });

  it('needs no lease of a process that has claimed nothing', () => {
    expect(compareMemory({ ...memory, lease: null, attempt: null }, { ...all, beat: null, attempt: false })).toBe(
      'same',
    );
  });
});
