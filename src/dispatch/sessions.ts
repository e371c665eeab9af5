// Handing a letter over, and what becomes of it when the relay has ended the session.
//
// Before MAIL FROM was written nothing has begun: the same attempt goes over another connection. After it the attempt is
// closed, uncharged, and its notice is due again at once; so the rate counts every MAIL FROM, and none twice.
import type { NoticeContent } from '../domain/attempt.ts';
import type { DeliveryResult, Verdict } from '../domain/delivery-result.ts';
import type { NoticeId } from '../domain/ids.ts';
import type { Logger } from '../runtime/logger.ts';
import type { CampaignTerms, RelayConnection, RelayConnections } from './ports.ts';
import type { RelayHealth } from './relay-health.ts';

/** A connection that a lane holds; another one when its session had ended before MAIL FROM was written. */
export interface Lent<Connection> {
  connection: Connection;
}

/** What came of one try. */
export interface HandedOver {
  readonly result: DeliveryResult;
  /** False: MAIL FROM was not written. */
  readonly written: boolean;
  readonly session: {
    /** Letters that the session had carried before. */
    readonly letters: number;
    /** How often this letter was tried again at once before, since anything else came of it. */
    readonly triedAtOnce: number;
  };
}

export interface Sessions<Connection> {
  /** One try; never throws. */
  deliver(
    letter: { readonly notice: NoticeContent; readonly terms: CampaignTerms; readonly lent: Lent<Connection> },
    message: readonly Buffer[],
  ): Promise<HandedOver>;
  /** True when the same attempt may go over another connection, after `ended` that had ended before it. */
  mayGoOver(handed: HandedOver, ended: number): boolean;
  /** Another connection instead of one whose session had ended; false when there is none. */
  relend(lent: Lent<Connection>): Promise<boolean>;
  /** Remembers which letters were tried again at once. */
  cameOf(notice: NoticeId, verdict: Verdict): void;
}

/** So many sessions in a row may have ended before MAIL FROM of one letter; more is more than their end. */
const mostEnded = 3;
/** More letters than a process has on the wire by far. */
const remembered = 10_000;

export function createSessions<Connection extends RelayConnection>(parts: {
  connections: RelayConnections<Connection>;
  health: Pick<RelayHealth, 'failed'>;
  logger: Logger;
  signal: AbortSignal;
}): Sessions<Connection> {
  const { connections, health, logger, signal } = parts;
  const atOnce = new Map<NoticeId, number>();
  return {
    async deliver({ notice, terms, lent }, message) {
      const session = { letters: lent.connection.letters, triedAtOnce: atOnce.get(notice.noticeId) ?? 0 };
      let written = false;
      const hooks = {
        onMailFrom: () => {
          written = true;
        },
      };
      try {
        const envelope = { from: terms.envelopeFrom(notice), to: notice.address };
        return { result: await lent.connection.deliver(envelope, message, hooks), written, session };
      } catch (err) {
        // A defect of ours, at a moment that nobody can vouch for: not sure is said, not guessed.
        logger.error({ err, notice: notice.noticeId }, 'a letter could not be handed over');
        const result = { kind: 'lost', stage: 'after-body', loss: 'protocol', mayHaveGone: true } as const;
        return { result, written: true, session };
      }
    },
    mayGoOver: ({ result, written }, ended) => !written && result.kind === 'lost' && ended < mostEnded,
    async relend(lent) {
      connections.release(lent.connection);
      const found = await connections.acquire(signal).catch((err: unknown) => {
        if (signal.aborted) return null;
        throw err;
      });
      if (found?.ok === true) lent.connection = found.connection;
      else if (found !== null) await health.failed(found.failure);
      return found?.ok === true;
    },
    cameOf(notice, verdict) {
      if (verdict.kind !== 'session-ended') {
        if (atOnce.size > 0) atOnce.delete(notice);
        return;
      }
      atOnce.set(notice, (atOnce.get(notice) ?? 0) + 1);
      const [oldest] = atOnce.keys();
      if (atOnce.size > remembered && oldest !== undefined) atOnce.delete(oldest);
    },
  };
}
