// Whether this process can do its work. Promises: an answer within some two seconds, though the ledger gives none, and one
// question to it at a time, however many ask: whoever may ask is not signed in.
import type { Database } from '../../ledger/database.ts';
import type { Readiness } from '../../web/ports.ts';

const withinMs = 2_000;

/** @param expectFitQueue throws what makes the queue unfit; one that is away is no reason to be called not ready */
export function openReadiness(
  database: Database,
  expectFitQueue: (() => Promise<void>) | null = null,
): () => Promise<Readiness> {
  let asked: Promise<boolean[]> | null = null;
  const fit = async (): Promise<boolean> => {
    try {
      await expectFitQueue?.();
      return true;
    } catch {
      return false;
    }
  };
  const answers = async (): Promise<boolean> => {
    // The statement's own limit ends the connection that gives no answer; without it a stopped server would use up the pool.
    const answer = database.query({ text: 'select 1', timeoutMs: withinMs }).then(
      () => true,
      () => false,
    );
    // To get a connection may take longer than that.
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(false), withinMs + 250);
    });
    return Promise.race([answer, late]).finally(() => clearTimeout(timer));
  };
  return async () => {
    asked ??= Promise.all([answers(), fit()]).finally(() => {
      asked = null;
    });
    const [ledger = false, queue = false] = await asked;
    const checks = [{ name: 'ledger', ok: ledger }, ...(expectFitQueue === null ? [] : [{ name: 'queue', ok: queue }])];
    return { ok: ledger && queue, checks };
  };
}
