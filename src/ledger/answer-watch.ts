// A time limit per question to Postgres that cuts no work. A broken network ends no connection: a statement whose answer was
// lost would be waited for until TCP gives up, a quarter of an hour later, and one that the network has only held up goes on
// when TCP tries again, up to as long after the hole as that has lasted. So a question without an answer is looked at over
// another connection. A server that works on it is left to work, be it for hours. One that has nothing to do with it, or
// gives no answer to this question either, has lost it: its connection is ended, and whoever asked learns that the ledger
// was unreachable.
import type pg from 'pg';

export interface AnswerWatch {
  /** Watches until the answer to `end`. `patient`: for as long as the server answers to nobody, it is waited for. */
  begin(question: Question): () => void;
  close(): Promise<void>;
}

export interface Question {
  readonly client: pg.Client | pg.PoolClient;
  /** Of the server's process, as it says itself; a pooler gives clients another. */
  readonly pid: number;
  readonly patient: boolean;
}

/** The other connection. Its calls reject when the server does not answer in time. */
export interface Overseer {
  /** Which of these server processes there are, and whether each works on a statement now. */
  look(pids: readonly number[]): Promise<ReadonlyMap<number, 'working' | 'idle'>>;
  /** Ends those of them that do not work: what they hold locked nobody will ever let go. */
  end(pids: readonly number[]): Promise<void>;
  /** Nothing is to be looked at for now. */
  rest(): void;
}

interface Open extends Question {
  readonly sinceMs: number;
  /** Looks in a row that found nobody at work on it. */
  lost: number;
  /** Looks in a row that were not answered. */
  unanswered: number;
}

/** So long nobody looks: hardly a statement of the sending path takes as long. */
const unsuspectedMs = 3_000;
const lookEveryMs = 1_000;
/** One look may fall between two messages of a conversation that is well. */
const enough = 2;

export function watchAnswers(overseer: Overseer): AnswerWatch {
  const open = new Set<Open>();
  /** Server processes of connections that were given up. */
  const abandoned = new Set<number>();
  let looking: Promise<void> | null = null;

  const look = async (suspects: readonly Open[]): Promise<void> => {
    const found = await overseer.look([...suspects.map(({ pid }) => pid), ...abandoned]).catch(() => null);
    for (const each of suspects) {
      if (!open.has(each)) continue;
      each.unanswered = found === null ? each.unanswered + 1 : 0;
      if (found !== null) each.lost = found.get(each.pid) === 'working' ? 0 : each.lost + 1;
      if (each.lost >= enough || (!each.patient && each.unanswered >= enough)) giveUp(each);
    }
    if (found === null) return;
    for (const pid of abandoned) if (!found.has(pid)) abandoned.delete(pid);
    const idle = [...abandoned].filter((pid) => found.get(pid) === 'idle');
    if (idle.length > 0) await overseer.end(idle).catch(() => undefined);
  };
  const giveUp = (question: Open): void => {
    open.delete(question);
    abandoned.add(question.pid);
    // The driver has no word for it: `end` would wait for the answer first.
    (question.client as unknown as Inside).connection.stream.destroy();
  };
  const timer = setInterval(() => {
    const now = performance.now();
    const suspects = [...open].filter(({ sinceMs }) => now - sinceMs >= unsuspectedMs);
    if (looking !== null) return;
    if (suspects.length > 0 || abandoned.size > 0) looking = look(suspects).finally(() => (looking = null));
    else overseer.rest();
  }, lookEveryMs).unref();

  return {
    begin(question) {
      const watched: Open = { ...question, sinceMs: performance.now(), lost: 0, unanswered: 0 };
      open.add(watched);
      return () => void open.delete(watched);
    },
    async close() {
      clearInterval(timer);
      await looking;
      overseer.rest();
    },
  };
}

/** Of the driver's client, what ends it at once. */
interface Inside {
  readonly connection: { readonly stream: { destroy(): void } };
}
