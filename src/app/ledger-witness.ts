// Remembers the newest answers of the ledger, and finds out when it lacks them (ADR 0036).
//
// Protocol. Whatever is answered after a commit is remembered: a beat each second under the lease, and the newest attempt of
// each claim. Compared is at the start, before anybody gets a new connection, with each beat, and in the claim itself, which
// opens nothing where the newest beat is missing. On a find nobody gets a connection until everything is held and a new
// timeline begun, in one transaction; this process gives up its lease, so that no claim of the lost time leads to a MAIL FROM.
// Not found: what was lost within the last 100 ms before every process ended, and a process whose places forgot, too.
import { randomUUID } from 'node:crypto';
import type { AttemptId, CampaignNo, LeaseId } from '../domain/ids.ts';
import { CandorError } from '../domain/errors.ts';
import { compareMemory, type LedgerMemory } from '../domain/ledger-memory.ts';
import type { Database, Queryable } from '../ledger/database.ts';
import { currentTimeline, recordGoingBack, seeMemory } from '../ledger/timelines.ts';
import type { Logger } from '../runtime/logger.ts';

/** Where a memory outlives its process. */
export interface MemoryPlace {
  /** For people. */
  readonly name: string;
  read(ledgerId: string): Promise<LedgerMemory | null>;
  write(memory: LedgerMemory): Promise<void>;
  close(): Promise<void>;
}

export interface LedgerWitness {
  /** Throws `ledger-unreachable` while the ledger lacks what is remembered of it, and sees to it that everything is held. */
  inspect(on: Queryable): Promise<void>;
  /** Begins to remember, from what the places have kept. When it resolves, a ledger that went back is held. */
  begin(ledgerId: string, database: Database): Promise<void>;
  /** Keeps what is remembered in one more place, after it is compared with what that has. */
  keepIn(place: MemoryPlace): Promise<void>;
  /** The moment of the answer that was found missing by this process; null: nothing was. */
  lost(): string | null;
  /** Called each time this process learns that the ledger went back. */
  onLost(listener: () => void): void;
  /** For a new lease. */
  newNonce(): string;
  took(leaseId: LeaseId, nonce: string): void;
  /** The newest beat that was answered under the lease; 0: none. */
  beatOf(lease: LeaseId): number;
  beaten(lease: LeaseId, beat: number): void;
  claimed(lease: LeaseId, attempts: readonly AttemptId[]): void;
  close(): Promise<void>;
}

/** A claim may be a few milliseconds; the places need not hear of each. */
const keepAgainMs = 100;

/** @param onHeld told which campaigns were held, when this process was the first to find it */
export function createLedgerWitness(parts: {
  logger: Logger;
  actor: string;
  onHeld: (held: readonly CampaignNo[]) => void;
}): LedgerWitness {
  const { logger, actor } = parts;
  const places: MemoryPlace[] = [];
  const failing = new Set<MemoryPlace>();
  const listeners: (() => void)[] = [];
  let database: Database | null = null;
  let memory: LedgerMemory | null = null;
  let lost: string | null = null;
  let telling: Promise<void> | null = null;
  let keeping: Promise<void> | null = null;
  let keptAtMs = -Infinity;
  let timer: NodeJS.Timeout | null = null;

  const keepNow = async (): Promise<void> => {
    keptAtMs = performance.now();
    const kept = memory;
    if (kept === null) return;
    await Promise.all(
      places.map(async (place) => {
        try {
          await place.write(kept);
          failing.delete(place);
        } catch (err) {
          if (failing.has(place)) return;
          failing.add(place);
          logger.warn(
            { err },
            `what the ledger has answered cannot be kept in ${place.name}; \`candor doctor\` says more`,
          );
        }
      }),
    );
  };
  const keep = (): void => {
    if (timer !== null || keeping !== null || places.length === 0) return;
    timer = setTimeout(
      () => {
        timer = null;
        const kept = memory;
        keeping = keepNow().finally(() => {
          keeping = null;
          if (memory !== kept) keep();
        });
      },
      Math.max(0, keptAtMs + keepAgainMs - performance.now()),
    );
    timer.unref();
  };
  const remember = (change: Partial<LedgerMemory>): void => {
    if (memory === null) return;
    memory = { ...memory, ...change, at: new Date().toISOString() };
    keep();
  };

  const goOnIn = (timeline: string): void => {
    remember({ timeline, lease: null, attempt: null });
    for (const listener of listeners) listener();
  };

  /** On a connection of its own, because the pool gives none. */
  const tell = async (of: LedgerMemory): Promise<void> => {
    const session = await database!.session();
    try {
      await session.query({ text: 'begin isolation level read committed' });
      const gone = await recordGoingBack(session, of, actor);
      await session.query({ text: 'commit' });
      if (gone === null) return;
      lost = of.at;
      logger.error(
        { code: 'ledger-went-back', answeredAt: of.at, knownUntil: gone.knownUntil, campaigns: gone.held.length },
        new CandorError('ledger-went-back', { at: of.at }).message,
      );
      goOnIn(gone.timeline);
      parts.onHeld(gone.held);
    } finally {
      await session.end().catch(() => undefined);
    }
  };
  const tellOnce = (of: LedgerMemory): Promise<void> => {
    telling ??= tell(of).finally(() => {
      telling = null;
    });
    return telling;
  };

  /** At the start: waits until it is told. */
  const settleWith = async (of: LedgerMemory): Promise<void> => {
    if (compareMemory(of, await seeMemory(database!, of)) === 'went-back') await tellOnce(of);
  };

  return {
    async inspect(on) {
      const of = memory;
      if (of === null) return;
      const seen = await seeMemory(on, of);
      switch (compareMemory(of, seen)) {
        case 'same':
        case 'another':
          return;
        case 'told':
          if (memory === of || memory?.timeline === of.timeline) goOnIn(seen.timeline);
          return;
        case 'went-back':
          tellOnce(of).catch((err: unknown) => logger.warn({ err }, 'the ledger went back, and cannot be held yet'));
          throw new CandorError('ledger-unreachable', {
            why: 'it went back to an earlier moment, and its campaigns are being held',
          });
      }
    },
    async begin(ledgerId, on) {
      database = on;
      memory = {
        ledgerId,
        timeline: await currentTimeline(on),
        lease: null,
        attempt: null,
        at: new Date().toISOString(),
      };
    },
    async keepIn(place) {
      const now = memory;
      if (now === null) return;
      const kept = await place.read(now.ledgerId).catch((err: unknown) => {
        logger.warn({ err }, `what the ledger had answered cannot be read from ${place.name}`);
        return null;
      });
      places.push(place);
      if (kept !== null) {
        await settleWith(kept);
        // Until this process is answered more.
        if (memory?.lease === null && kept.timeline === memory.timeline) memory = kept;
      }
    },
    lost: () => lost,
    onLost: (listener) => void listeners.push(listener),
    newNonce: () => randomUUID(),
    took: (leaseId, nonce) => remember({ lease: { leaseId, nonce, beat: 0 }, attempt: null }),
    beatOf: (lease) => (memory?.lease?.leaseId === lease ? memory.lease.beat : 0),
    beaten(leaseId, beat) {
      const lease = memory?.lease ?? null;
      if (lease?.leaseId === leaseId && beat > lease.beat) remember({ lease: { ...lease, beat } });
    },
    claimed(leaseId, attempts) {
      if (memory?.lease?.leaseId !== leaseId || attempts.length === 0) return;
      const newest = attempts.reduce((most, each) => (each > most ? each : most), memory.attempt ?? attempts[0]!);
      if (newest !== memory.attempt) remember({ attempt: newest });
    },
    async close() {
      if (timer !== null) clearTimeout(timer);
      const pending = timer !== null;
      timer = null;
      await telling?.catch(() => undefined);
      await keeping;
      if (pending) await keepNow();
      await Promise.all(places.map((place) => place.close().catch(() => undefined)));
    },
  };
}
