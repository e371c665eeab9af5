// What a process remembers of its ledger, to notice one that went back: a standby that was behind when it took over, a copy
// of an older moment. Whatever a ledger has answered after a commit has to be there at every later contact. Pure.
import type { AttemptId, LeaseId } from './ids.ts';

/** The newest answers of one ledger to one process. Holds numbers and random values, and nothing of a person. */
export interface LedgerMemory {
  readonly ledgerId: string;
  readonly timeline: string;
  /** The lease under which it was answered, and its newest beat; null: it had none. */
  readonly lease: { readonly leaseId: LeaseId; readonly nonce: string; readonly beat: number } | null;
  /** The newest attempt that was opened under that lease; null: none. */
  readonly attempt: AttemptId | null;
  /** When the newest of these was answered, by the clock of this process; ISO 8601. */
  readonly at: string;
}

/** What the ledger has of it now. */
export interface SeenOfMemory {
  readonly ledgerId: string;
  /** The one that goes on. */
  readonly timeline: string;
  /** Whether the remembered timeline is on record, as the current one or as an ended one. */
  readonly known: boolean;
  /** The newest beat of the remembered lease; null: there is no such lease. */
  readonly beat: number | null;
  /** Whether the remembered attempt is there, under that lease. */
  readonly attempt: boolean;
}

/**
 * `same`: everything is there. `went-back`: something is missing. `told`: the timeline was ended, so that somebody has found
 * this before. `another`: not the ledger that is remembered.
 */
export type Comparison = 'same' | 'went-back' | 'told' | 'another';

/** What the ledger has, compared with what is remembered of it. */
export function compareMemory(memory: LedgerMemory, seen: SeenOfMemory): Comparison {
  if (seen.ledgerId !== memory.ledgerId) return 'another';
  if (!seen.known) return 'went-back';
  if (seen.timeline !== memory.timeline) return 'told';
  if (memory.lease !== null && (seen.beat === null || seen.beat < memory.lease.beat)) return 'went-back';
  return memory.attempt !== null && !seen.attempt ? 'went-back' : 'same';
}
