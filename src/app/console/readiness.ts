// Whether this process can do its work. Promises: an answer within some two seconds, though the ledger gives none, and one
// question to it at a time, however many ask: whoever may ask is not signed in.
import type { Database } from '../../ledger/database.ts';
import type { Readiness } from '../../web/ports.ts';

const withinMs = 2_000;

export function openReadiness(database: Database): () => Promise<Readiness> {
  let asked: Promise<boolean> | null = null;
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
    asked ??= answers().finally(() => {
      asked = null;
    });
    const ok = await asked;
    return { ok, checks: [{ name: 'ledger', ok }] };
  };
}
