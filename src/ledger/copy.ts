// COPY in both directions, with the memory of one chunk, inside a transaction. Promises that the
// connection is usable afterwards, however it ended: complete, refused by Postgres, or broken off by us.
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import { asLedgerError, type Database, type Transaction } from './database.ts';

/**
 * Copies chunks into `copy … from stdin` and answers how many rows Postgres took. An error of the
 * source comes out as it is, after the COPY was broken off; one of Postgres as a statement's would.
 */
export async function copyIn(
  tx: Transaction,
  statement: string,
  chunks: AsyncIterable<string | Buffer>,
): Promise<number> {
  const stream = tx.client.query(copyFrom(statement));
  let failure: { error: unknown } | null = null;
  let wake: () => void = () => undefined;
  // An error neither answers the write under way nor ends the stream, so it has to wake us.
  stream.on('error', (error: unknown) => {
    failure ??= { error };
    wake();
  });
  const step = async (begin: (done: () => void) => void): Promise<void> => {
    if (failure === null) {
      await new Promise<void>((resolve) => {
        wake = resolve;
        begin(resolve);
      });
    }
    if (failure !== null) asLedgerError(failure.error);
  };
  try {
    for await (const chunk of chunks) {
      if (chunk.length > 0) await step((done) => void stream.write(chunk, () => done()));
    }
  } catch (error) {
    // Without an error as argument: its message would go to the server's log.
    if (failure === null) stream.destroy();
    throw error;
  }
  await step((done) => void stream.end(() => done()));
  return stream.rowCount;
}

/**
 * Reads `copy … to stdout` chunk by chunk. A reader that stops early has the statement cancelled over
 * another connection of the pool: what Postgres had already sent must be taken from the wire all the same.
 */
export async function* copyOut(database: Database, tx: Transaction, statement: string): AsyncGenerator<Buffer, void> {
  const { rows } = await tx.query<{ pid: number }>({ text: 'select pg_backend_pid() as pid' });
  const stream = tx.client.query(copyTo(statement));
  let ended = false;
  const over = new Promise<void>((resolve) => {
    for (const event of ['end', 'error']) {
      stream.once(event, () => {
        ended = true;
        resolve();
      });
    }
  });
  try {
    for await (const chunk of stream.iterator({ destroyOnReturn: false })) yield chunk as Buffer;
  } catch (error) {
    asLedgerError(error);
  } finally {
    if (!ended) {
      stream.on('error', () => undefined);
      await database.query({ text: 'select pg_cancel_backend($1)', values: [rows[0]?.pid] }).catch(() => undefined);
      stream.resume();
      await over;
    }
  }
}
