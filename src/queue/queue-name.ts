// One queue for each pair of ledger and relay: a worker with another relay gets no slice of it, and two
// ledgers on one Redis never meet. The name holds a digest, because a relay's user name is often an address.
import { createHash } from 'node:crypto';

/** The schema of the queue, where it is on the ledger's Postgres. */
export const queueSchema = 'candor_queue';

/** Name of the BullMQ queue; letters, digits and hyphens. */
export function queueName(ledgerId: string, relayIdentity: string): string {
  return `candor-${createHash('sha256').update(`${ledgerId}\n${relayIdentity}`).digest('hex').slice(0, 24)}`;
}
