// Work on the ledger that has to be done, however long the ledger is away.
import { isUnreachable } from '../domain/errors.ts';

const againAfterMs = 250;

/** Does the work, again and again until the ledger can be reached. Any other error is thrown. */
export async function untilReachable<Result>(work: () => Promise<Result>): Promise<Result> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isUnreachable(error)) throw error;
      await new Promise((resolve) => setTimeout(resolve, againAfterMs));
    }
  }
}
